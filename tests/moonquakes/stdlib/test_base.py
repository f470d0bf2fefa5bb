"""The basic functions (§6.1): each snippet gives what it gives on the reference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonquakes.errors import LuaError
from moonquakes.vm.state import State

Run = Callable[..., tuple[Any, ...]]


def test_as_the_reference(snippet: str, same: Callable[..., None]) -> None:
    same(snippet)


def test_print_writes_tabs_lines_and_bytes(run: Run, state: State) -> None:
    run("print(1, 2.0, nil, true, 'a\\255\\0b') print() io.write('x') print('y')")
    assert state.stdout.getvalue() == b"1\t2.0\tnil\ttrue\ta\xff\x00b\n\nxy\n"


def test_warnings_are_off_until_they_are_switched_on(run: Run, state: State) -> None:
    run("warn('a') warn('@on') warn('b', 'c') warn('@x') warn('@off') warn('d')")
    assert state.stderr.getvalue() == b"Lua warning: bc\n"


def test_a_warning_that_switches_on_at_its_end_is_over(run: Run, state: State) -> None:
    run("warn('@on', 'y', '@on') warn('@off') warn('@on') warn('', '@on') warn('z')")
    assert state.stderr.getvalue() == b"Lua warning: @on\nLua warning: z\n"


def test_count_estimates_memory(run: Run) -> None:
    (count,) = run("return collectgarbage('count')")
    assert type(count) is float
    assert count > 0


def test_long_numerals_in_any_base_wrap_around(run: Run) -> None:
    digits = "7" * 3001
    (value,) = run("return tonumber(...)", digits, 8)
    expected = int(digits, 8) % 2**64
    assert value == (expected - 2**64 if expected >= 2**63 else expected)


@settings(max_examples=300)
@given(
    st.text(alphabet="01279aFxXbozZ+-_. \xb2\x85\t", max_size=14),
    st.one_of(st.none(), st.none(), st.sampled_from([2, 8, 10, 16, 36])),
)
def test_tonumber_is_that_of_the_reference(both: Any, text: str, base: int | None) -> None:
    if base is None:
        both.same_call("_G", "tonumber", text)
    else:
        both.same_call("_G", "tonumber", text, base)


def test_files_are_loaded_without_mark_and_first_comment(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "script.lua"
    file.write_bytes(b"\xef\xbb\xbf#!/usr/bin/lua\nreturn ..., debug and 'line 2'")
    assert run("return loadfile(...)(7)", str(file)) == (7, "line 2")
    file.write_bytes(b"# only a comment")
    assert run("return dofile(...)", str(file)) == ()
    file.write_bytes(b"#!x\nerror('here')")
    with pytest.raises(LuaError, match=r"script\.lua:2: here$"):
        run("dofile(...)", str(file))


def test_binary_chunks_load_from_files_behind_a_comment(run: Run, tmp_path: Path) -> None:
    (code,) = run("return string.dump(load('return 41 + 1'))")
    file = tmp_path / "chunk"
    file.write_bytes(b"#!x\n" + code.encode("latin-1"))
    assert run("return loadfile(...)()", str(file)) == (42,)
    assert run("return loadfile(..., 't')", str(file)) == (
        None,
        "attempt to load a binary chunk (mode is 't')",
    )


def test_standard_input_is_a_chunk_too(run: Run, state: State) -> None:
    state.stdin.write(b"return 'from stdin'")
    state.stdin.seek(0)
    assert run("return dofile()") == ("from stdin",)


def test_an_error_of_the_reader_is_a_result(run: Run) -> None:
    value, message = run("return load(function() error({}) end)")
    assert value is None
    assert message is not None
