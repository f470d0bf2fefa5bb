"""Is a chunk that was loaded before taken from memory, and is each load's function one of its own?"""

from __future__ import annotations

import threading

import pytest

from moonquakes import LuaRuntime
from moonquakes.bytecode.proto import Proto
from moonquakes.errors import LuaSyntaxError
from moonquakes.vm.chunk_cache import ChunkCache

pytestmark = pytest.mark.usefixtures("engine", "compiled")


def test_the_second_load_compiles_nothing_in_any_state(compiled: list[str]) -> None:
    for _ in range(2):
        lua = LuaRuntime(profile="full")
        assert lua.execute("return 1, (load('return 2', '=inner'))()", name="=outer") == (1, 2)
    assert compiled == ["=outer", "=inner"]


def test_text_name_and_kind_tell_chunks_apart(compiled: list[str]) -> None:
    lua = LuaRuntime(profile="full")
    assert [lua.execute("return 1", name="=a"), lua.execute("return 1", name="=b")] == [1, 1]
    assert lua.execute("return  1", name="=a") == 1
    assert compiled == ["=a", "=b", "=a"]
    assert lua.execute("return select(2, load('return 1', '=a', 'b'))", name="=c") == (
        "attempt to load a text chunk (mode is 'b')"
    )


def test_each_load_makes_a_function_with_upvalues_of_its_own() -> None:
    lua = LuaRuntime(profile="full")
    assert lua.execute("""
        local text = "n = (n or 0) + 1 local up = 0 return function() up = up + 1 return up, n end"
        local one, other = load(text, "=t", "t", {}), load(text, "=t", "t", {n = 10})
        local f, g = one(), other()
        f()
        local a, b = f() local c, d = g()
        return one == other, one == load(text, "=t"), a, b, c, d""") == (False, False, 2, 1, 1, 11)


def test_a_chunk_that_is_none_is_refused_each_time(compiled: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(LuaSyntaxError, match="unexpected symbol"):
            LuaRuntime().execute("=", name="=bad")
    assert compiled == ["=bad", "=bad"]


def test_binary_chunks_are_kept_too(compiled: list[str]) -> None:
    lua = LuaRuntime(profile="full")
    text = (
        "local s = string.dump(load('local x = 5 return x', '=t')) return load(s, '=b')() + load(s, '=b')()"
    )
    assert lua.execute(text, name="=outer") == 10
    assert compiled == ["=outer", "=t", "=b"]


def test_with_the_debug_library_a_chunk_that_looks_at_frames_is_watched_all_the_same() -> None:
    text = "return function() return 'getlocal' end"
    LuaRuntime(profile="safe").execute(text, name="=looks")
    lua = LuaRuntime(profile="full")
    lua.execute(text, name="=looks")
    assert [each.chunk for each in lua.engine_report().watched] == ["looks"] * (lua.engine == "fast")


def test_states_of_several_threads_share_chunks() -> None:
    text = """
        local co = coroutine.wrap(function(a) for i = 1, 3 do a = a + coroutine.yield(a) end return a end)
        return co(1) + co(2) + co(3) + co(4)"""
    results: list[object] = []

    def run() -> None:
        results.extend(LuaRuntime().execute(text, name="=shared") for _ in range(5))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [1 + 3 + 6 + 10] * 20


def test_the_chunks_used_longest_ago_make_room() -> None:
    cache = ChunkCache(most=1000)
    protos = [Proto() for _ in range(5)]
    for number, proto in enumerate(protos[:4]):
        cache.keep("x" * 140, str(number), proto)
        cache.keep("x" * 140, str(number), proto)
    assert cache.find("x" * 140, "0") is protos[0]
    cache.keep("x" * 140, "4", protos[4])
    assert [cache.find("x" * 140, str(number)) for number in range(5)] == [protos[0], None, *protos[2:]]


def test_a_big_chunk_takes_nobodys_place() -> None:
    cache = ChunkCache(most=1000)
    small, big = Proto(), Proto()
    cache.keep("x", "small", small)
    cache.keep("x" * 300, "big", big)
    assert [cache.find("x", "small"), cache.find("x" * 300, "big")] == [small, None]
