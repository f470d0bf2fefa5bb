"""The table library (§6.6): the reference's results, and orders that no sort may break."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonquakes.stdlib import open_libraries, sorting
from moonquakes.values import TRUE
from moonquakes.vm.sealed import seal
from moonquakes.vm.state import State
from moonquakes.vm.table import Table

lupa = pytest.importorskip("lupa.lua54", reason="the reference Lua (lupa) is not installed")

Run = Callable[..., tuple[Any, ...]]


def test_as_the_reference(snippet: str, same: Callable[..., None]) -> None:
    same(snippet)


def test_a_failed_comparison_leaves_all_elements(run: Run) -> None:
    source = """
        local t, calls = {}, 0
        for i = 1, 50 do t[i] = (i * 7) % 50 end
        local ok = pcall(table.sort, t, function(a, b)
            calls = calls + 1
            if calls == 60 then error("stop") end
            return a < b
        end)
        table.sort(t)
        return ok, #t, t[1], t[50]"""
    ok, *rest = run(source)
    assert not ok
    assert rest == [50, 0, 49]


def test_a_comparison_may_look_at_and_change_the_table(run: Run) -> None:
    source = """
        local t = {5, 4, 3, 2, 1}
        local sizes = {}
        table.sort(t, function(a, b) sizes[#t] = true t[6] = 0 return a < b end)
        return #t, t[1], t[5], t[6], sizes[0]"""
    assert run(source) == (6, 1, 5, 0, None)


@pytest.mark.parametrize("comparison", ["true", "false", "math.random() < 0.5", "a <= b", "nil"])
def test_a_bad_order_function_neither_crashes_nor_loses_elements(comparison: str, run: Run) -> None:
    source = f"""
        local t = {{}}
        for i = 1, 100 do t[i] = i end
        local ok, message = pcall(table.sort, t, function(a, b) return {comparison} end)
        assert(ok or message == "invalid order function for sorting", message)
        local sum = 0
        for i = 1, 100 do sum = sum + t[i] end
        return #t, sum"""
    assert run(source) == (100, 5050)


def test_results_of_unpack_are_limited_as_the_reference_limits_them(run: Run) -> None:
    assert run("return select('#', table.unpack({}, 1, 999900))") == (999900,)
    ok, message = run("return pcall(table.unpack, {}, math.mininteger, math.maxinteger)")
    assert not ok
    assert message == "too many results to unpack"


@pytest.mark.parametrize(
    "change",
    ["insert(t, 4)", "insert(t, 1, 0)", "remove(t)", "remove(t, 1)", "sort(t)", "move(t, 1, 2, 2)"],
)
def test_sealed_tables_stay_as_they_are(change: str, run: Run) -> None:
    table = Table.from_list([3, 1, 2])
    seal(table)
    ok, message = run(f"local t = ... return pcall(function() table.{change} end)", table)
    assert not ok
    assert message == "q:1: attempt to modify a read-only table"
    assert list(table.arr) == [None, 3, 1, 2]


numbers = st.one_of(st.integers(-5, 5), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
strings = st.text(st.characters(min_codepoint=0, max_codepoint=255), max_size=6)


@given(st.one_of(st.lists(numbers, max_size=30), st.lists(strings, max_size=30)))
def test_sort_orders_as_less_than_does(values: list[Any]) -> None:
    state = State()
    open_libraries(state, ["table"])
    table = Table.from_list(values)
    state.call(state.globals.get("table").get("sort"), table)
    assert table.arr[1:] == sorted(values)


operations = st.lists(
    st.one_of(
        st.tuples(st.just("table.insert(t, {1})"), st.just(0), st.integers(1, 99)),
        st.tuples(st.just("table.insert(t, {0}, {1})"), st.integers(-1, 8), st.integers(1, 99)),
        st.tuples(st.just("return table.remove(t)"), st.just(0), st.just(0)),
        st.tuples(st.just("return table.remove(t, {0})"), st.integers(-1, 8), st.just(0)),
        st.tuples(st.just("table.move(t, {0}, {1}, 2)"), st.integers(1, 5), st.integers(1, 5)),
        st.tuples(st.just("t[{0}] = {1}"), st.integers(1, 9), st.integers(1, 9)),
    ),
    max_size=12,
)


@given(operations)
def test_lists_change_as_the_references_do(steps: list[tuple[str, int, int]]) -> None:
    lines = ["local t, r = {}, {}", "local function try(f) r[#r + 1] = tostring((select(2, pcall(f)))) end"]
    for form, x, y in steps:
        lines.append(f"try(function() {form.format(x, y)} end)")
        # A border is unique only without holes: drop what stands behind one.
        lines.append("for i = 1, 20 do if t[i] == nil then for j = i, 20 do t[j] = nil end end end")
    lines.append("return table.concat(t, ' ') .. '|' .. table.concat(r, ' ') .. '|' .. #t")
    source = "\n".join(lines)
    state = State()
    open_libraries(state)
    ours = state.call(state.load(source, "=q"))
    assert ours == lupa.LuaRuntime(encoding="latin-1").execute("return load(..., '=q')()", source)


@pytest.mark.parametrize("sort", [sorting.merge_sort, sorting.sort_by_keys])
@given(values=st.lists(st.integers(0, 20), max_size=80))
def test_both_sorts_are_stable(sort: Callable[..., list[Any]], values: list[int]) -> None:
    def less(x: Any = None, y: Any = None, *_: Any) -> Any:
        return (TRUE, 1) if x[0] < y[0] else None

    pairs = [(value, place) for place, value in enumerate(values)]
    assert sort(pairs.copy(), less) == sorted(pairs)
