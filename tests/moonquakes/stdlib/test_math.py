"""The math library (§6.7): each snippet gives what it gives on the reference, random sequences too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from moonquakes.stdlib import open_libraries
from moonquakes.vm.state import State


def test_as_the_reference(snippet: str, same: Callable[..., None]) -> None:
    same(snippet)


def test_the_first_seed_is_the_states_entropy(run: Callable[..., tuple[Any, ...]]) -> None:
    def first_number(entropy: int) -> object:
        state = State()
        state.entropy = lambda: entropy
        open_libraries(state, ["math"])
        return state.call(state.globals.get("math").get("random"))

    assert first_number(7) == first_number(7) != first_number(8)
    assert run("math.randomseed(7, 7) return math.random()") == (first_number(7),)


def test_randomseed_without_arguments_returns_what_it_drew(
    state: State, run: Callable[..., tuple[Any, ...]]
) -> None:
    numbers = iter([5, 2**64 - 1])
    state.entropy = lambda: next(numbers)
    assert run("return math.randomseed()") == (5, -1)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_random_stays_in_its_interval(m: int, n: int) -> None:
    low, high = min(m, n), max(m, n)
    state = State()
    open_libraries(state, ["math"])
    assert low <= state.call(state.globals.get("math").get("random"), low, high) <= high
