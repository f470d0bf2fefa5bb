"""The debug library as a whole, and the functions that need no stack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from moonquakes.vm.state import State

Run = Callable[..., tuple[Any, ...]]


@pytest.mark.parametrize(
    "snippet",
    [
        "local t = {} for k in pairs(debug) do t[#t + 1] = k end table.sort(t) return table.concat(t, ' ')",
        "return debug.setcstacklimit(1000)",
        "return debug.setcstacklimit()",
    ],
)
def test_as_the_reference(snippet: str, same: Callable[..., None]) -> None:
    same(snippet)


def test_debug_runs_lines_until_cont(run: Run, state: State) -> None:
    state.stdin.write(b"x = 1\ny =\nerror({})\nerror('no', 0)\nx = x + 1\ncont\nx = 7\n")
    state.stdin.seek(0)
    assert run("debug.debug() return x, io.read('l')") == (2, "x = 7")
    prompts = state.stderr.getvalue().decode().split("lua_debug> ")
    assert prompts[:3] == ["", "", "(debug command):2: unexpected symbol near <eof>\n"]
    assert prompts[3].startswith("table: 0x")
    assert prompts[4:] == ["no\n", "", ""]


def test_debug_ends_with_its_input(run: Run, state: State) -> None:
    assert run("debug.debug() return 'on'") == ("on",)
    assert state.stderr.getvalue() == b"lua_debug> "
