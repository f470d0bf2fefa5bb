"""Which registers an instruction is said to have written, for every way that an instruction can end."""

from __future__ import annotations

import pytest

from moonquakes.inspect import Inspector


def written(source: str) -> list[str]:
    """Step through a program; return the changes after each instruction but the first."""
    inspector = Inspector(source)
    found = []
    while (stop := inspector.step()).reason == "step":
        found.append(" ".join(f"{each.index}={each.value}" for each in stop.changes))
    assert inspector.status == "ended", inspector.error
    return found[1:]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("local a, b", ["0=nil 1=nil"]),
        ("local a = 1 a = a + 0", ["0=1", "0=1"]),
        ("local a = false local b = a or 7", ["0=false", "", "1=7"]),
        ("local a = 5 local b = a or 7", ["0=5", "1=5"]),
        ("local a = 1 if a == 1 then a = 2 end", ["0=1", "", "0=2"]),
        ("for i = 1, 2 do end", ["0=1", "1=2", "2=1", "0=1 1=1 2=1 3=1", "0=2 1=0 3=2", ""]),
        ("for i = 1, 0 do end", ["0=1", "1=0", "2=1", ""]),
        ("local a = ... local b, c = ...", ["0=nil", "1=nil 2=nil"]),
        ("local a = 'x' local b = #a .. a", ['0="x"', "1=1", '2="x"', '1="1x"']),
    ],
)
def test_instructions(source: str, expected: list[str]) -> None:
    assert written(source) == expected


def test_results_of_a_call_arrive_with_the_return() -> None:
    seen = written("local function f() return 1, 2 end local a, b = f() local t = {f()}")
    assert seen.count("1=1 2=2") == 1
    assert "4=1 5=2" in seen  # as many as the open call has


def test_results_of_metamethods() -> None:
    seen = written(
        "local t = setmetatable({}, {__add = function() return 'sum' end,"
        " __index = function() return 'field' end, __lt = function() return true end,"
        " __concat = function() return 'joined' end})\n"
        "local a = t + 1 local b = t.x local c if t < t then c = 3 end local d = t .. 'x'"
    )
    for text in ('1="sum"', '2="field"', "3=3", '4="joined"'):
        assert seen.count(text) == 1, text


def test_a_comparison_with_a_metamethod_writes_nothing() -> None:
    # The jump leads past an addition, which is not what is complete then.
    seen = written(
        "local t = setmetatable({}, {__lt = function() return false end})\nlocal a = 1\n"
        "if t < t then a = a + 5 end\na = 9"
    )
    assert [text for text in seen if text.startswith("1=")][-1] == "1=9"
    assert not any(text.startswith("1=6") for text in seen)


def test_what_a_coroutine_is_resumed_with() -> None:
    seen = written("local f = coroutine.wrap(function(a) local b = coroutine.yield(a) end) f(1) f(2)")
    assert "1=2" in seen


def test_an_error_that_was_caught() -> None:
    seen = written("local ok, text = pcall(error, 'x')")
    assert seen[-1] == '0=false 1="x"'
