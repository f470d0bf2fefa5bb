"""Where functions pay, and how much: by their bytecode alone."""

from __future__ import annotations

import pytest

from moonquakes.bytecode.charges import charges
from moonquakes.bytecode.proto import Proto
from moonquakes.compiler import compile_source


def amounts(source: str) -> list[tuple[int, int]]:
    """Return line and amount of each charge point of the first function in a chunk."""
    proto: Proto = compile_source(source, "=x").protos[0]
    return [(proto.lines[pc], amount) for pc, amount in charges(proto).fuel.items()]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # Two GETTABUPs and CALLs, and a RETURN0.
        ("local function f()\n a()\n b()\nend", [(2, 5)]),
        # What follows an if is paid before it; the arm where it runs.
        ("local function f(x)\n if x then\n a()\n end\n b()\nend", [(2, 4), (3, 2)]),
        ("local function f(x)\n if x then\n a()\n else\n b()\n end\n c()\nend", [(2, 4), (3, 3), (5, 2)]),
        # The parts of a condition together.
        ("local function f(x, y)\n if x and y then\n a()\n end\nend", [(2, 2), (3, 2)]),
        # A short rest is paid although the function may return before.
        ("local function f(x)\n if x then\n return 1\n end\n return a(x)\nend", [(2, 5)]),
        # A numeric loop: its body with its step, once a round.
        ("local function f()\n for i = 1, 9 do\n a(i)\n end\nend", [(2, 4), (3, 4)]),
        # A generic loop and while: the test at the top is paid before the loop and with each round.
        ("local function f(t)\n for k in t do\n a(k)\n end\nend", [(2, 7), (3, 5)]),
        ("local function f(x)\n b()\n while x > 1 do\n x = a(x)\n end\nend", [(2, 3), (4, 6)]),
        ("local function f(x)\n repeat\n a()\n until x\nend", [(3, 3)]),
        # No loop is free.
        ("local function f()\n while true do end\nend", [(2, 1)]),
        ("local function f()\n ::a:: goto b ::b:: goto a\nend", [(2, 1)]),
        ("local function f()\n for i = 1, 9 do end\nend", [(2, 4), (2, 1)]),
    ],
)
def test_amounts(source: str, expected: list[tuple[int, int]]) -> None:
    assert amounts(source) == expected


def test_memory_is_paid_where_the_instructions_are() -> None:
    proto = compile_source("for i = 1, 9 do local t = {1, 2, 3} end", "=x")
    points = charges(proto)
    body = [pc for pc, line in enumerate(proto.lines) if line == 1][5]
    assert points.memory.keys() == {body}
    assert points.memory.keys() <= points.fuel.keys()


def test_long_functions_take_linear_time() -> None:
    """10 000 ifs, each followed by the rest of the function."""
    source = "local x = ...\n" + "if x then x = f(x) end\n" * 10_000
    assert len(charges(compile_source(source, "=x")).fuel) == 10_001
