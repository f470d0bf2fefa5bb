"""LuaRuntime: what becomes what at the border, tables, functions, errors; and lupa's shapes."""

from __future__ import annotations

import enum
import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

import lupa.lua54
import pytest

import moonquakes
from moonquakes import LuaError, LuaRuntime, LuaSyntaxError
from moonquakes.runtime import LuaFunction, LuaObject, LuaTable, LuaThread, lua_type

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def lua() -> LuaRuntime:
    return LuaRuntime()


class Color(enum.IntEnum):
    RED = 3


class Text(str):
    pass


# Running


def test_results(lua: LuaRuntime) -> None:
    assert lua.eval("1 + 1") == 2
    assert lua.eval("1, nil, 'x'") == (1, None, "x")
    assert lua.execute("x = 5") is None
    assert lua.execute("return x, x / 2") == (5, 2.5)
    assert lua.eval("select('#', ...)", 1, None, None) == 3
    assert lua.eval("nil") is None


def test_compile_runs_later_and_again(lua: LuaRuntime) -> None:
    function = lua.compile("n = (n or 0) + ... return n")
    assert lua.eval("n") is None
    assert [function(2), function(3)] == [2, 5]


def test_chunk_names(lua: LuaRuntime) -> None:
    with pytest.raises(LuaError, match=r'^\[string "<python>"\]:2: boom$'):
        lua.execute("\nerror('boom')")
    with pytest.raises(LuaError, match=r"^here:1: boom$"):
        lua.execute("error('boom')", name="=here")
    with pytest.raises(LuaSyntaxError, match=r"attempt to load a text chunk \(mode is 'b'\)"):
        LuaRuntime(profile="full").compile("return 1", mode="b")


def test_syntax_errors(lua: LuaRuntime) -> None:
    with pytest.raises(LuaSyntaxError) as caught:
        lua.execute("x x")
    assert str(caught.value) == "[string \"<python>\"]:1: syntax error near 'x'"
    assert isinstance(caught.value, LuaError)


def test_error_values(lua: LuaRuntime) -> None:
    with pytest.raises(LuaError) as caught:
        lua.execute("error({code = 7})")
    assert "error object is" in str(caught.value)
    with pytest.raises(LuaError, match=r"^émile$"):
        lua.execute("error('émile', 0)")


def test_profiles() -> None:
    safe, full = LuaRuntime(), LuaRuntime(profile="full")
    for name in (
        "io",
        "require",
        "package",
        "debug",
        "dofile",
        "loadfile",
        "os.execute",
        "os.getenv",
        "os.exit",
    ):
        assert safe.eval(name) is None, name
        assert full.eval(name) is not None, name
    for name in (
        "string.format",
        "table.concat",
        "math.floor",
        "utf8.char",
        "coroutine.wrap",
        "os.time",
        "load",
    ):
        assert safe.eval(name) is not None, name
    with pytest.raises(
        ValueError, match="profile must be 'minimal', 'safe', 'scripting' or 'full', not 'none'"
    ):
        LuaRuntime(profile="none")  # type: ignore[arg-type]  # the misuse that is tested
    full.execute("package.preload.mine = function(name) return {name = name} end")
    assert full.require("mine").name == "mine"


def test_runtimes_are_apart(lua: LuaRuntime) -> None:
    lua.execute("x = 1 string.leak = 1")
    other = LuaRuntime()
    assert other.eval("x") is None
    assert other.eval("string.leak") is None
    with pytest.raises(ValueError, match="different Lua runtimes"):
        other.eval("...", lua.table())


# Values


@pytest.mark.parametrize(
    "value", [None, True, False, 0, -(2**63), 2**63 - 1, 1.5, -0.0, float("inf"), "", "é€😀", "a\0b"]
)
def test_round_trips(lua: LuaRuntime, value: object) -> None:
    back = lua.eval("...", value)
    assert back == value
    assert type(back) is type(value)
    assert str(back) == str(value)


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (None, "nil", "nil"),
        (True, "boolean", "true"),
        (1, "integer", "1"),
        (1.0, "float", "1.0"),
        (Color.RED, "integer", "3"),
        ("é", "string", "é"),
        (Text("sub"), "string", "sub"),
        (b"\xc3\xa9", "string", "é"),
        (bytearray(b"ab"), "userdata", "bytearray(b'ab')"),
        ([], "userdata", None),
        ({}, "userdata", None),
        ((1, 2), "userdata", None),
        (object(), "userdata", None),
        (len, "userdata", None),
        (dict, "userdata", "<class 'dict'>"),
    ],
)
def test_what_python_values_become(lua: LuaRuntime, value: object, kind: str, shown: str | None) -> None:
    assert lua.eval("math.type(...) or type(...)", value) == kind
    if shown is not None:
        assert lua.eval("tostring(...)", value) == shown


def test_true_is_not_one(lua: LuaRuntime) -> None:
    assert lua.eval("1 == ...", True) is False
    table = lua.table()
    table[True] = "yes"
    assert table[1] is None
    assert table[True] == "yes"


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_integers_out_of_range(lua: LuaRuntime, number: int) -> None:
    with pytest.raises(OverflowError, match="does not fit in a Lua integer"):
        lua.eval("...", number)
    with pytest.raises(OverflowError):
        lua.table(number)
    assert LuaRuntime(overflow_handler=float).eval("...", number) == float(number)
    with pytest.raises(OverflowError):
        LuaRuntime(overflow_handler=lambda value: value).eval("...", number)


def test_encodings(lua: LuaRuntime) -> None:
    assert lua.eval("#...", "é") == 2
    with pytest.raises(UnicodeDecodeError):
        lua.eval("'\\255'")
    latin = LuaRuntime(encoding="latin-1")
    assert latin.eval("#...", "é") == 1
    assert latin.eval("'\\255'") == "ÿ"
    assert latin.eval("#'é'") == 1
    raw = LuaRuntime(encoding=None)
    assert raw.eval("'\\255', ...", b"\0") == (b"\xff", b"\0")
    assert raw.eval("...", "é".encode()) == "é".encode()
    assert raw.eval("type(...)", "é") == b"userdata"
    assert raw.eval("...", "é") == "é"
    assert raw.eval("{key = 5}").key == raw.eval("{key = 5}")[b"key"] == 5
    assert LuaRuntime(encoding="utf-8", source_encoding="latin-1").eval("#'é'") == 1
    assert lua.eval(b"#'\xff'") == 1


# Python objects and functions


def test_objects_come_back_as_they_were(lua: LuaRuntime) -> None:
    thing = [1, 2]
    assert lua.eval("...", thing) is thing
    assert lua.eval("... == select(2, ...)", thing, thing) is True
    assert lua.eval("({[...] = 5})[...]", thing) == 5
    assert lua.eval("getmetatable(...)", thing) is False
    assert lua.eval("tostring(...)", thing) == "[1, 2]"
    for access in ("#(...)", "(...) + 1", "(...) .. 'x'"):
        with pytest.raises(LuaError, match="python object value"):
            lua.eval(access, thing)
    with pytest.raises(TypeError, match="'list' object is not callable"):
        lua.eval("(...)()", thing)


def test_python_functions(lua: LuaRuntime) -> None:
    def describe(*args: object) -> str:
        return repr(args)

    lua.globals().describe = describe
    assert lua.eval("describe(1, 'x', nil, true, 2.5)") == "(1, 'x', None, True, 2.5)"
    assert lua.eval("describe") is describe
    assert lua.eval("describe == ...", describe) is True
    assert lua.eval("select('#', (...)())", lambda: None) == 1
    assert lua.eval("(...)({1, 2})", len) == 2
    assert lua.eval("(...)(function(n) return n * 2 end)", lambda f: f(21)) == 42


def test_tuples_are_one_value_unless_unpacked(lua: LuaRuntime) -> None:
    assert lua.eval("(...)()", lambda: (1, 2)) == (1, 2)
    assert lua.eval("type((...)())", lambda: (1, 2)) == "userdata"
    unpacking = LuaRuntime(unpack_returned_tuples=True)
    assert unpacking.eval("select('#', (...)())", lambda: (1, 2)) == 2
    assert unpacking.eval("select('#', (...)())", lambda: ()) == 0
    assert unpacking.eval("(...)()", lambda: (7,)) == 7


def test_exceptions_pass_through_lua(lua: LuaRuntime) -> None:
    problem = KeyError("k")

    def fails() -> None:
        raise problem

    with pytest.raises(KeyError) as caught:
        lua.eval("(...)()", fails)
    assert caught.value is problem
    assert lua.eval("pcall(...)", fails)[0] is False
    assert lua.eval("tostring(select(2, pcall(...)))", fails) == "KeyError: 'k'"
    with pytest.raises(KeyError):
        lua.execute("local f = ... local ok, e = pcall(f) error(e, 0)", fails)
    assert lua.eval("1") == 1


def test_lua_errors_pass_through_python(lua: LuaRuntime) -> None:
    error = lua.eval("function() error('inner', 0) end")
    assert lua.eval("select(2, pcall(...))", lambda: error()) == "inner"


# Lua objects


def test_lua_functions(lua: LuaRuntime) -> None:
    function = lua.eval("function(a, b) return b, a end")
    assert isinstance(function, LuaFunction)
    assert function(1, "x") == ("x", 1)
    assert lua.eval("function() end")() is None
    assert repr(function).startswith("<Lua function at 0x")
    assert lua_type(function) == "function"
    assert lua.eval("... == ...", function) is True


def test_tables(lua: LuaRuntime) -> None:
    table = lua.table(10, 20, name="x", none=None)
    assert isinstance(table, LuaTable)
    assert (table[1], table[2.0], table["name"], table.name) == (10, 20, "x", "x")
    assert (table[3], table.other, table[None]) == (None, None, None)
    assert len(table) == 2
    assert "name" in table
    assert "none" not in table
    assert list(table) == list(table.keys()) == [1, 2, "name"]
    assert list(table.values()) == [10, 20, "x"]
    assert list(table.items()) == [(1, 10), (2, 20), ("name", "x")]
    table[3] = 30
    table.name = "y"
    assert lua.eval("#..., (...).name", table) == (3, "y")
    del table[3], table.name
    assert dict(table.items()) == {1: 10, 2: 20}
    assert bool(lua.table()) is True
    assert repr(table).startswith("<Lua table at 0x")
    assert lua_type(table) == "table"
    assert lua_type(5) is None
    with pytest.raises(AttributeError):
        table.__wrapped__  # noqa: B018  # the access is what is tested
    table[None] = 1
    assert table[None] == 1
    assert lua.eval("(...)[python.none]", table) == 1
    with pytest.raises(LuaError, match="index is NaN"):
        table[float("nan")] = 1


def test_the_same_table_is_equal(lua: LuaRuntime) -> None:
    lua.execute("t = {}")
    assert lua.eval("t") == lua.eval("t")
    assert hash(lua.eval("t")) == hash(lua.eval("t"))
    assert lua.table() != lua.table()


def test_access_honours_metamethods(lua: LuaRuntime) -> None:
    table = lua.eval(
        """setmetatable({}, {
            __index = function(_, k) return k .. '!' end,
            __newindex = function(t, k, v) rawset(t, k, v * 2) end,
            __len = function() return 7 end, __call = function(_, x) return x + 1 end,
            __tostring = function() return 'a tåble' end,
        })"""
    )
    assert table.a == "a!"
    table.b = 4
    assert table.b == 8
    assert len(table) == 7
    assert table(1) == 2
    assert str(table) == "a tåble"
    assert list(table) == ["b"]


def test_table_from(lua: LuaRuntime) -> None:
    table = lua.table_from([1, 2], {"a": 3}, iter("xy"), lua.table(b=4))
    assert dict(table.items()) == {1: 1, 2: 2, 3: "x", 4: "y", "a": 3, "b": 4}
    nested: Any = lua.table_from({"list": [1, [2]], "map": {"k": (3,)}}, recursive=True)
    assert (nested.list[1], nested.list[2][1], nested.map.k[1]) == (1, 2, 3)
    assert lua.table_from([[1]])[1] == [1]
    loop: list[object] = []
    loop.append({"x": loop})
    made = lua.table_from(loop, recursive=True)
    assert made[1].x == made
    shared = [1]
    twice = lua.table_from([shared, shared], recursive=True)
    assert twice[1] == twice[2]
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert len(lua.table_from(deep, recursive=True)) == 1
    with pytest.raises(TypeError, match="args must be mappings or iterables, not int"):
        lua.table_from([], 5)  # type: ignore[arg-type]  # the misuse that is tested


def test_other_lua_values(lua: LuaRuntime) -> None:
    thread = lua.eval("coroutine.create(function() return 5 end)")
    assert type(thread) is LuaThread
    assert lua_type(thread) == "thread"
    assert lua.eval("coroutine.resume(...)", thread) == (True, 5)
    file = LuaRuntime(profile="full").eval("io.stdout")
    assert isinstance(file, LuaObject)
    assert lua_type(file.write) == "function"
    assert lua_type(file) == "userdata"
    assert str(file).startswith("file (0x")


def test_coroutines(lua: LuaRuntime) -> None:
    function = lua.eval("function(a) local b = coroutine.yield(a) coroutine.yield(b, 'two') return 9 end")
    thread = function.coroutine(5)
    with pytest.raises(TypeError, match="just-started"):
        thread.send(1)
    assert thread
    assert [next(thread), thread.send(7), next(thread)] == [5, (7, "two"), 9]
    assert not thread
    with pytest.raises(StopIteration):
        next(thread)
    assert list(lua.eval("function() coroutine.yield(1) coroutine.yield() end").coroutine()) == [1, None]
    failing = lua.eval("function() coroutine.yield(1) error('x', 0) end").coroutine()
    assert next(failing) == 1
    with pytest.raises(LuaError, match=r"^x$"):
        next(failing)
    assert list(failing) == []
    threads: list[Any] = []
    threads.append(lua.eval("function(f) return f() end").coroutine(lambda: next(threads[0])))
    with pytest.raises(LuaError, match="cannot resume non-suspended coroutine"):
        next(threads[0])


def test_a_runtime_goes_when_nobody_has_it() -> None:
    def use() -> weakref.ref[LuaRuntime]:
        lua = LuaRuntime()
        lua.globals().f = lambda: lua
        return weakref.ref(lua)

    reference = use()
    gc.collect()
    assert reference() is None


def test_threads_take_turns(lua: LuaRuntime) -> None:
    add = lua.eval("function(n) for _ = 1, n do total = (total or 0) + 1 end end")
    threads = [threading.Thread(target=add, args=(2000,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lua.eval("total") == 8000


# The package


def test_the_package_exports() -> None:
    assert moonquakes.LuaRuntime is LuaRuntime
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        moonquakes.Nothing  # type: ignore[attr-defined]  # noqa: B018  # the access is what is tested


def test_importing_the_package_does_not_load_the_runtime() -> None:
    code = "import sys, moonquakes; print([m for m in sys.modules if m.startswith(('moonquakes.', 'lark'))])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['moonquakes.values', 'moonquakes.errors']"


# Beside lupa


@pytest.fixture(scope="module")
def reference() -> Any:
    """lupa, whose shapes ours are."""
    return lupa.lua54.LuaRuntime()


@pytest.mark.parametrize(
    "use",
    [
        lambda lua: lua.eval("1, 'x', nil, true, 2.5"),
        lambda lua: lua.execute("return"),
        lambda lua: lua.eval("..."),
        lambda lua: lua.eval("...", b"abc"),
        lambda lua: lua.eval("#...", "é"),
        lambda lua: lua.eval("2^53"),
        lambda lua: lua.compile("return 1, ...")(2),
        lambda lua: dict(lua.table(1, 2, a=3).items()),
        lambda lua: list(lua.table(1, 2, a=3)),
        lambda lua: len(lua.table_from([1, 2, 3])),
        lambda lua: dict(lua.table_from([1], {"a": 1}).items()),
        lambda lua: dict(lua.table_from({"a": {"b": 1}}, recursive=True).a.items()),
        lambda lua: lua.table_from("ab")[2],
        lambda lua: lua.eval("function(a, b) return b, a end")(1, 2),
        lambda lua: lua.eval("(...)(1)", lambda x: (x, x)),
        lambda lua: lua.eval("1 == ...", True),
        lambda lua: lua.eval("{}")[True],
        lambda lua: lua.eval("{1, 2}")[1.0],
        lambda lua: lua.globals().string.upper("x"),
        lambda lua: lua.eval("pcall(...)", lambda: 1 // 0)[0],
    ],
)
def test_as_lupa_does(use: Callable[[Any], object], reference: Any) -> None:
    assert use(LuaRuntime()) == use(reference)
