"""Programs at the edges of the code generator, compared with the reference."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from moonquakes.compiler import compile_source

# fmt: off
NUMBERS = (
    "0", "1", "-1", "127", "128", "129", "-127", "-128", "1.0", "-127.0", "1.5", "1000.0",
    "65535", "65536", "65537", "2^53", "0x7fffffffffffffff",
)
OPERATORS = (
    "+", "-", "*", "/", "//", "%", "^", "&", "|", "~", "<<", ">>", "..",
    "==", "~=", "<", "<=", ">", ">=", "and", "or",
)
# fmt: on

WRITTEN = dict(
    case.split("\n", 1)
    for case in (Path(__file__).parent / "data" / "programs.txt").read_text().split("=== ")[1:]
)
COMPUTED = {
    "long field names": f"t.{'x' * 40} = t.{'x' * 41}; t:{'y' * 41}()",
    "beyond 255 constants": f"x = {{{', '.join(f'a{i} = b{i}' for i in range(300))}}}; x.foo = 'bar'; x:m();"
    " y = x.a1 + 1000; x = y & 0xfffff; z = 'zz' == x; x.a1 = nil; x = 70000.0 ~= y; return x.y",
    "lists in batches": f"local a, b, c = {{{'x, ' * 130}}}, {{{'1, ' * 100}...}}, {{{'1, ' * 49}f()}}",
    "long lists": f"x = {{{'1, ' * 15000}}}",
    "200 locals": f"local {', '.join(f'a{i}' for i in range(200))}; a0 = a1 + a199; return a199",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_written_program(name: str, assert_same: Callable[[str], None]) -> None:
    assert_same(WRITTEN[name])


@pytest.mark.parametrize("name", COMPUTED)
def test_computed_program(name: str, assert_same: Callable[[str], None]) -> None:
    assert_same(COMPUTED[name])


@pytest.mark.parametrize("operator", OPERATORS)
def test_operands(operator: str, assert_same: Callable[[str], None]) -> None:
    for number in NUMBERS:
        on_the_right = ", ".join(f"{left} {operator} {number}" for left in ("a", "x", "3", "nil"))
        on_the_left = ", ".join(f"{number} {operator} {right}" for right in ("a", "x", "'s'", f"({number})"))
        assert_same(f"local a; return {on_the_right}, {on_the_left}")


CHAINS = {
    "additions": "return " + " + ".join(["x"] * 5000),
    "conjunctions": "return " + " and ".join(["x == y"] * 5000),
    "alternatives": "if " + " or ".join(["x and y"] * 5000) + " then f() end",
    "fields": "return x" + ".y" * 5000,
    "calls": "f" + "()" * 5000,
    "methods": "return a" + ":b(1)" * 2000,
    "clauses": "if x then " + "elseif z then f() " * 5000 + "end",
    "labels": "".join(f"::a{number}:: " for number in range(150)),
}


@pytest.mark.parametrize("name", CHAINS)
def test_chains_of_any_length(name: str, assert_same: Callable[[str], None]) -> None:
    assert_same(CHAINS[name])


NESTS = {
    "functions": "function a.b:f() " * 190 + "end " * 190,
    "function arguments": "f(function() " * 95 + "end) " * 95,
    "calls in tables": "return " + "f{g(" * 60 + ")}" * 60,
    "tables": "x = " + "{" * 190 + "}" * 190,
    "keys": "x = " + "{[" * 190 + "1" + "] = 1}" * 190,
    "parentheses": "x = " + "(" * 190 + "1" + ")" * 190,
    "powers": "x = " + "a ^ " * 190 + "1",
    "negations": "x = " + "not " * 190 + "1",
    "ifs": "if x then " * 190 + "end " * 190,
    "loops": "while x do " * 190 + "end " * 190,
}


@pytest.mark.parametrize("name", NESTS)
def test_nests_as_deep_as_allowed(name: str, assert_same: Callable[[str], None]) -> None:
    assert_same(NESTS[name])


def at_depth(depth: int, source: str) -> int:
    """Compile ``source`` below ``depth`` frames; return the number of its functions at the top."""
    if depth:
        return at_depth(depth - 1, source)
    return len(compile_source(source, "=x").protos)


def test_deep_programs_compile_deep_in_the_stack() -> None:
    limit = sys.getrecursionlimit()
    depth = 0
    frame = sys._getframe()
    while frame is not None:
        depth += 1
        frame = frame.f_back  # type: ignore[assignment]  # None ends the loop
    assert at_depth(limit - depth - 100, NESTS["functions"]) == 1
    assert sys.getrecursionlimit() == limit
