"""What the compiler refuses, in the reference's words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from moonquakes.compiler import compile_chunk, compile_source
from moonquakes.errors import LuaSyntaxError
from moonquakes.parser import parse


def many(name: str, count: int) -> str:
    return ", ".join(f"{name}{number}" for number in range(count))


def total(name: str, count: int) -> str:
    return many(name, count).replace(",", " +")


REFUSALS = {
    "break": "x:1: break outside loop at line 1",
    "\nfunction f()\n break\nend\n\nx = 1": "x:6: break outside loop at line 3",
    "while a do local function f() break end end": "x:1: break outside loop at line 1",
    "goto a": "x:1: no visible label 'a' for <goto> at line 1",
    "goto a; do ::a:: end": "x:1: no visible label 'a' for <goto> at line 1",
    "local function f() goto a end ::a::": "x:1: no visible label 'a' for <goto> at line 1",
    "goto a; local b; ::a:: f()": "x:1: <goto a> at line 1 jumps into the scope of local 'b'",
    "repeat goto a; local b; ::a:: until b": "x:1: <goto a> at line 1 jumps into the scope of local 'b'",
    "goto a; local b <const> = 1; ::a:: f()": "x:1: <goto a> at line 1 jumps into the scope of local 'b'",
    "::a::\n::a::": "x:2: label 'a' already defined on line 2",
    "::a:: do\n::a:: end": "x:2: label 'a' already defined on line 1",
    "local a <const> = 1; a = 2": "x:1: attempt to assign to const variable 'a'",
    "local a <const> = {}\na\n=\n2": "x:3: attempt to assign to const variable 'a'",
    "local a <close> = nil; b, a = 2": "x:1: attempt to assign to const variable 'a'",
    "local a <const> = f(); function a() end": "x:1: attempt to assign to const variable 'a'",
    "local a <const> = f(); return function() a = 1 end": "x:1: attempt to assign to const variable 'a'",
    "local a <const> = 1; return function() a = 1 end": "x:1: attempt to assign to const variable 'a'",
    "local a <close>, b <close> = f()": "x:1: multiple to-be-closed variables in local list",
    "local a <constant> = 1": "x:1: unknown attribute 'constant'",
    "function f()\nreturn ... end": "x:2: cannot use '...' outside a vararg function near '...'",
    f"local {many('a', 201)} = 1": ("x:1: too many local variables (limit is 200) in main function near '='"),
    f"local {many('a', 201)}": ("x:1: too many local variables (limit is 200) in main function near <eof>"),
    "local a;" * 201: "x:1: too many local variables (limit is 200) in main function near ';'",
    f"\nfunction f() local {many('a', 300)} end": (
        "x:2: too many local variables (limit is 200) in function at line 2 near ','"
    ),
    f"local function f({many('a', 201)}) end": (
        "x:1: too many local variables (limit is 200) in function at line 1 near ')'"
    ),
    f"local {many('a', 197)} for i = 1, 2 do end": (
        "x:1: too many local variables (limit is 200) in main function near '='"
    ),
    f"local {many('a', 196)} for i in f do end": (
        "x:1: too many local variables (limit is 200) in main function near 'in'"
    ),
    f"f({many('a', 255)})": "x:1: function or expression needs too many registers near 'a254'",
    f"local {many('a', 190)} local function f() local {many('b', 100)} "
    f"return function() return {total('a', 190)} + {total('b', 100)} end end": (
        "x:1: too many upvalues (limit is 255) in function at line 1 near '+'"
    ),
}


@pytest.mark.parametrize("source", REFUSALS)
def test_refusal(source: str, reference: Callable[[str], object]) -> None:
    with pytest.raises(LuaSyntaxError) as error:
        compile_source(source, "=x")
    assert error.value.value == REFUSALS[source] == reference(source)


def test_a_tree_does_not_tell_the_next_token() -> None:
    with pytest.raises(LuaSyntaxError) as error:
        compile_chunk(parse(f"local {many('a', 201)}", "=x"))
    assert error.value.value == "x:1: too many local variables (limit is 200) in main function"


#: Texts with a refusal before a syntax error, and texts where the refusal would only come after it.
BROKEN = (
    f"\nfunction foo()\n  local {many('a', 300)}\n",
    f"function foo() local {many('a', 200)}",
    f"function foo() local {many('a', 201)} $",
    f"local {many('a', 201)} (x)",
    f"local {many('a', 201)}; a.b, (c).d:e",
    f"f({many('a', 260)}",
    f"f({many('a', 254)}",
    "local x <const> = 1; x = 2 y",
    "local x <const> = 1; x",
    "local x <const> = 1; a, x) y",
    "local x <const> = 1; a, x",
    "local x <const> = 5; x = '\\q'",
    "local x <const> = 1; for a, b in c do x = 2; while",
    "repeat local x <const> = 1; x = 3; if a then elseif",
    "local x <const> = 1; return {(function() x = 1 end), [2",
    "local a <foo> = =",
    "local a <foo",
    "function f() return ... ",
    "do goto a",
    "goto a end",
    "goto a x y",
    "break x",
    "goto x; local a; ::x:: f() a =",
    "goto x; local a ::x:: ;;\nf() a =",
    "do goto x; local a ::x:: ;; = end",
    "do goto x; local a ::x:: ;; else end",
    "goto x; local a ::x:: ;; end",
    "do goto x; local a ::x:: ;; $ end",
    "goto x; local a ::x:: ::y::\n;\nf()",
    "while true do local function f() break end",
    "local function",
    "return function(a,",
    "for i = 1,",
    "a, b",
    "$",
)


@pytest.mark.parametrize("source", BROKEN)
def test_of_two_errors_the_first_is_told(source: str, reference: Callable[[str], object]) -> None:
    with pytest.raises(LuaSyntaxError) as error:
        compile_source(source, "=x")
    assert error.value.value == reference(source)


@pytest.mark.parametrize("head", ["for i = 1, 2", "for k in x", "for k, v in x", "for k, v, w in x"])
@pytest.mark.parametrize("room", range(9))
def test_no_room_for_a_loop(head: str, room: int, assert_same: Callable[[str], None]) -> None:
    names = ", ".join(f"a{number}" for number in range(200 - room))
    assert_same(f"local {names} {head} do end")
