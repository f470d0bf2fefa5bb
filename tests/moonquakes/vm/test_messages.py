"""Run-time errors read as the reference's, variable names and lines included."""

from __future__ import annotations

import pytest

from moonquakes.stdlib import open_libraries
from moonquakes.values import first
from moonquakes.vm.state import State

lupa = pytest.importorskip("lupa.lua54", reason="lupa is the reference for messages")

pytestmark = pytest.mark.usefixtures("engine")

SNIPPETS = """
local a; a.b = 1
local a; return a.b.c
local a = {}; return a.b.c
local a = {}; a.b.c = 1
return x.y
x.y = 1
x()
local t = {}; t.x.y()
local t = {}; t:m()
local t = {}; t.a:m()
string.nosuch()
local s = "a"; return s.x.y
local s = "a"; s:nosuch()
return #nil
return #5
local n; return #n
local t = {}; return #t.x
return 1 + nil
local a = "x"; return a + 1
local a = {}; return a + 1
local a = {}; return 1 + a
local a = {}; return 2 * a.x
local a = {}; return a.x * 2
return x + 1
return -{}
local t = {}; return -t.x
local t = {}; return -t["x\\0y"]
local t = {}; return t["x\\0y"].z
local t = {}; t["x\\0y"]()
return -setmetatable({}, {__name = "x\\0y"})
return ~1.5
return 1.5 | 1
return 1 | 1.5
local f = 2.5; return f & 1
return "a" | 1
return 1 << {}
return 2^53 | 2^63
return 1 // 0
return 1 % 0
local a, b = 1, 0; return a // b
local a, b = 1, 0; return a % b
return {} .. "x"
return "x" .. {}
local t = {}; return "a" .. t.x .. "b"
local t = {}; return "a" .. "b" .. t
return nil .. "x"
return 1 < "2"
return {} < {}
return nil < 1
return {} <= 1
return print < print
local a = 1; a()
local t = {x = 1}; t.x()
(1)()
("x")()
local function f() end; f().x = 1
return (function() end)().x
local t = setmetatable({}, {__index = function(t, k) return k.x.y end}); return t.a
local t = setmetatable({}, {__add = 1}); return t + 1
local t = setmetatable({}, {__index = 1}); return t.x.y
local t = setmetatable({}, {__newindex = 1}); t.x = 1
local t = setmetatable({}, {__call = 1}); t()
for i = 1, "x" do end
for i = "a", 1 do end
for i = 1, 2, {} do end
for i = 1, 2, 0 do end
for i = 1.0, 2, 0 do end
for k in nil do end
for k in 5 do end
for k, v in pairs(nil) do end
local t = {}; t[nil] = 1
local t = {}; t[0/0] = 1
rawset({}, nil, 1)
local t <close> = 1
local t <close> = {}
error("message")
error("message", 0)
error("message", 2)
error({})
error()
error(nil)
error(setmetatable({}, {__tostring = function() return "custom" end}))
string.rep()
string.rep("x", "y")
("x"):rep({})
("x"):rep(1.5)
local r = string.rep; r()
local t = {r = string.rep}; t.r()
setmetatable(1, 2)
setmetatable({}, 1)
table.concat({{}})
table.insert({}, 1, 2, 3)
table.insert({}, 5, 2)
ipairs()
tostring()
select(0)
math.floor("x")
math.floor({})
local up = nil; local function f() return up.x end; f()
local up; local function f() up() end; f()
local function f(a) return a.b end; f()
local a = {b = {}}; a.b.c.d = 1
local a = {}; a[1][2] = 3
local a = {}; local k = "key"; return a[k].x
local a = {}; return a[1.5].x
local a = {}; a["x y"].z = 1
_ENV = nil; return x
local _ENV = {}; x()
local _ENV = {}; x.y = 1
goto done; do local x end ::done:: error("after goto")
if nil > 1 then end
local a = "a"; return a < 1
return math.maxinteger < {}
return 2^1000 | 0
local x <const> = 5; return x.y.z
return (nil)[1]
coroutine.wrap(function() error("inside") end)()
coroutine.wrap(function() local x; x() end)()
local co = coroutine.wrap(function() end); co(); co()
coroutine.resume(1)
coroutine.create()
coroutine.yield()
xpcall()
pcall()
load(5)
tonumber()
tonumber("z", 99)
tonumber(5, 10)
string.format("%d", "x")
string.format("%d", 1.5)
string.char(256)
utf8.char(-1)
os.time({})
require("no.such.module.here")
assert(false)
assert(nil, "assertion text")
assert(false, {})
assert()
next({}, "x")
rawlen(5)
collectgarbage("nosuch")
getmetatable()
local t = setmetatable({}, {__metatable = 1}); setmetatable(t, {})
local t = setmetatable({}, {__name = "MyType"}); return t + 1
local t = setmetatable({}, {__name = "MyType"}); return #t < t
local t = setmetatable({}, {__name = "MyType"}); string.rep(t)
local t = setmetatable({}, {__tostring = function() return 1 end}); tostring(t)
local t = setmetatable({}, {__tostring = function() return {} end}); tostring(t)
""".strip().splitlines()

WRAPPER = """
local f = assert(load(..., "=chunk"))
local ok, e = pcall(f)
return tostring(ok) .. " " .. tostring(e)
"""


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_messages_are_the_references(snippet: str) -> None:
    reference = lupa.LuaRuntime(encoding="latin-1").execute(WRAPPER, snippet)
    state = State()
    open_libraries(state)
    ours = first(state.call(state.load(WRAPPER, "=wrapper"), snippet))
    if "table: 0x" in reference or "module" in snippet:
        ours, reference = ours[:40], reference[:40]
        ours, reference = ours.split("0x")[0], reference.split("0x")[0]
    assert ours == reference


STRIPPED = (
    "string.rep()",
    "error('x')",
    "local a a()",
    "return {} + 1",
    "for i = 1, 10, 0 do end",
    "return #nil",
    "setmetatable(1, 2)",
)


@pytest.mark.parametrize("place", ["", "coroutine", "hook"])
@pytest.mark.parametrize("snippet", STRIPPED)
def test_messages_without_lines_are_the_references(snippet: str, place: str) -> None:
    call = {
        "": "pcall(f)",
        "coroutine": "coroutine.wrap(pcall)(f)",
        "hook": "pcall(function() debug.sethook(print, '', 1 << 20) return f() end)",
    }[place]
    text = f"local f = load(string.dump(load(...), true)) return select(2, {call})"
    state = State()
    open_libraries(state)
    ours = first(state.call(state.load(text, "=wrapper"), snippet))
    assert ours == lupa.LuaRuntime(encoding="latin-1").execute(text, snippet)
