"""The benchmark of the border: every case gives the same on Moonquakes and on lupa."""

from __future__ import annotations

import pytest

from bench.border import CASES, Case, Loops, sides_here


@pytest.fixture(scope="module")
def sides() -> list[Loops]:
    return [Loops(runtime) for _, runtime in sides_here()]


@pytest.mark.parametrize(
    "case", [case for cases in CASES.values() for case in cases], ids=lambda case: case.name
)
def test_a_case_gives_what_it_gives_in_lupa(sides: list[Loops], case: Case) -> None:
    loops = [side.of(case) for side in sides]
    for loop, given in loops:
        loop(3)
        assert given == loops[0][1]
