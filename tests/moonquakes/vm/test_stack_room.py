"""Room on Python's stack: a program runs in it as without."""

from __future__ import annotations

import sys

import pytest

from moonquakes.vm.stack_room import with_stack_room


def test_a_program_gives_what_it_gives() -> None:
    assert with_stack_room(lambda: 7) == 7
    assert with_stack_room(lambda: with_stack_room(lambda: 7)) == 7
    with pytest.raises(KeyError):
        with_stack_room(lambda: {}["x"])


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="other interpreters have no such chunks")
def test_its_frame_takes_a_large_chunk() -> None:
    assert with_stack_room.__code__.co_stacksize > 100_000
