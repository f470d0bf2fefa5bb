"""Do functions run translated that are longer or nest deeper than Python likes?"""

from __future__ import annotations

import pytest

from moonquakes.compiler import compile_source
from moonquakes.errors import LuaError
from moonquakes.inspect.translation import python_listing
from moonquakes.stdlib import open_libraries
from moonquakes.values import as_tuple, first
from moonquakes.vm.archive import pack, unpack
from moonquakes.vm.fast.chunk import translate
from moonquakes.vm.state import State

lupa = pytest.importorskip("lupa.lua54", reason="lupa is the reference for results")


def nested(count: int, begins: str, inner: str, ends: str = "end") -> str:
    """Return ``inner`` in ``count`` blocks; ``@`` stands for the number of a block."""
    lines = [begins.replace("@", str(i)) for i in range(count)]
    return "\n".join([*lines, inner, *(ends.replace("@", str(i)) for i in reversed(range(count)))])


def chained(count: int, text: str, between: str = "\n") -> str:
    return between.join(text.replace("@", str(i)) for i in range(count))


CASES = {
    "for loops": "local n = 0 "
    + nested(45, "for i@ = 1, @ % 20 == 0 and 2 or 1 do", "n = n + 1")
    + " return n",
    "generic loops": "local n = 0 "
    + nested(25, "for _ in pairs {@, @ % 8 == 0 and 1 or nil} do", "n = n + 1")
    + " return n",
    "while loops": "local n, t = 0, {} "
    + nested(100, "t[@] = 0 while t[@] < (@ % 30 == 0 and 2 or 1) do t[@] = t[@] + 1", "n = n + 1")
    + " return n",
    "repeat loops": "local n = 0 "
    + nested(100, "repeat local x = n", "n = n + 1", "until n > x")
    + " return n",
    "tests": "local t = {} for n = 1, 120, 40 do "
    + nested(150, "if n ~= @ then t[#t + 1] = '@'", "", "else t[#t + 1] = n end")
    + " end return table.concat(t, ' ')",
    "blocks with closures": "local fs = {} for n = 1, 2 do "
    + nested(100, "do local x = n + @ fs[#fs + 1] = function() x = x + 1 return x end", "")
    + " end return fs[1](), fs[1](), fs[100](), fs[101](), fs[200]()",
    "breaks through everything": "local n = 0 "
    + nested(100, "while true do n = n + 1", "goto out", "break end")
    + " ::out:: return n",
    "functions": "local n, f = 0 f = (function() "
    + nested(90, "local x@ = @ + n return function(n)", "return n + x0 + x45 + x89")
    + " end)() for i = 1, 90 do f = f(i) end return f",
    "functions that assign": "local t, f = {} f = (function(n) "
    + nested(
        90,
        "local x@ = n for i = 1, 2 do t[#t + 1] = function() x@ = x@ + i return x@ end end "
        "return function(n)",
        "x0 = x0 + 1 x80 = x80 + n return x0 + x80",
    )
    + " end)(1) for i = 1, 90 do f = f(i) end return f, t[1](), t[2](), t[161](), t[162]()",
    "functions that recur": "local f = (function() "
    + nested(110, "local function f@(k) if k == 0 then return f@(1) end", "return k", "end return f@")
    + " end)() for i = 1, 110 do f = f(0) end return f",
    "methods in methods": "local t, f = {} f = (function() "
    + nested(
        110, "local s@ = {v = @} function s@:m(k) self.v = self.v + k", "return s0.v + k", "end return s@"
    )
    + " end)() for i = 1, 110 do f = f:m(i) end return f",
    "closing": "local t = {} local M = {__close = function(c) t[#t + 1] = c[1] end} do "
    + nested(35, "for i = 1, 1 do local c <close> = setmetatable({@}, M)", "")
    + " end return table.concat(t, ' ')",
    "elseif": "local function f(n) local r "
    + chained(1000, "if n == @ then r = '@'", " else")
    + " else r = 'none' end return r end "
    "return f(0), f(1), f(500), f(999), f(1000)",
    "elseif in a loop": "local t = {} for n = 1, 400, 57 do if n < 300 then "
    + chained(400, "if n == @ then t[#t + 1] = '@'", " else")
    + " end else t[#t + 1] = n end end return table.concat(t, ' ')",
    "or": "local e = setmetatable({}, {__index = function(_, k) return k > 700 and k end}) return "
    + chained(1000, "e[@]", " or "),
    "and": "local n = 5 if "
    + chained(1000, "n ~= @ + 6", " and ")
    + " then n = n + 1 end return n, "
    + chained(1000, "n", " and "),
    "sum": "local a, b = 1, 2.5 return a + "
    + chained(3000, "@", " + ")
    + ", a - "
    + chained(3000, "b", " - "),
    "sum of calls": "local function f(x) return x end local a = 1 a = a + "
    + chained(2000, "f(@)", " - ")
    + " return a",
    "list": "local t = {" + chained(20000, "@", ", ") + "} return #t, t[1], t[20000]",
    "list of calls": "local function f(x) return x, x end local t = {"
    + chained(1500, "f(@)", ", ")
    + "} return #t, t[1], t[251], t[1501]",
    "list of variables": "local a = 1 local t = {" + chained(5000, "a", ", ") + "} return #t, t[1], t[5000]",
    "record": "local t = {" + chained(2000, "k@ = @", ", ") + "} return t.k0, t.k1999",
    "records": "local t = {"
    + chained(800, "{x = @, y = '@', {@}}", ", ")
    + "} return #t, t[800].x, t[1][1][1]",
    "gotos": "local n, t = 0, {} "
    + chained(500, "::l@:: n = n + 1 if n % 97 == @ then t[#t + 1] = n goto l@ end", " ")
    + " return n, #t",
    "variables": "local n = 0 "
    + chained(12, "do " + chained(190, "local v@ = n", " ") + " n = n + v189 + 1 end", " ")
    + " return n",
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("wraps", [False, True], ids=("plain", "coroutine"))
def test_as_the_reference(name: str, wraps: bool) -> None:
    source = CASES[name]
    if wraps:
        source = f"return coroutine.wrap(function(...) {source} end)()"
    runtime = lupa.LuaRuntime(encoding="latin-1")
    expected = runtime.eval("function(s) return table.pack(assert(load(s, '=x'))()) end")(source)
    state = State("fast")
    open_libraries(state)
    results = as_tuple(state.call(state.load(source, "=x")))
    assert list(results) == [expected[i] for i in range(1, expected["n"] + 1)]
    assert state.report.functions == []


def test_what_is_compiled_apart_is_listed_and_found_in_messages() -> None:
    inner = "local t = nil\nreturn t.x"
    source = "local f = (function()\n" + nested(80, "return function()", inner) + "\nend)() return f"
    listing = python_listing(compile_source(source, "=x"))
    assert listing.count("# function <x:") == 81
    state = State("fast")
    open_libraries(state)
    function = state.call(state.load(source, "=x"))
    for _ in range(79):
        function = first(state.call(function))
    with pytest.raises(LuaError) as caught:
        state.call(function)
    assert caught.value.value == "x:83: attempt to index a nil value (local 't')"


def test_what_is_compiled_apart_is_no_matter_of_a_folder() -> None:
    proto = compile_source(nested(80, "return function()", "do return 5 end return function() end"), "=x")
    translate(proto)
    assert unpack(pack(proto)).translated is None
