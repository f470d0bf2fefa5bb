# What a script does to its runtime is nothing to another runtime of the process.
# run: -> held
"""Globals, libraries, metatables, generators of random numbers and limits belong to one runtime."""

from moonquakes import LuaRuntime

SCRIPT = """
leak = 1
_G.print, _G.tostring, _G.pcall, _G.setmetatable = nil, nil, nil, nil
_G._G = nil
if getmetatable("") then getmetatable("").__index = nil end
rawset = nil
for k in pairs(_ENV) do _ENV[k] = nil end
"""


def attack(runtime, environment):  # type: ignore[no-untyped-def]  # any runtime
    other = LuaRuntime()
    other.execute("math.randomseed(42)")
    expected = LuaRuntime()
    expected.execute("math.randomseed(42)")
    LuaRuntime().execute("string.upper = nil math.randomseed(1) " + SCRIPT)
    runtime.execute("math.randomseed(7) " + SCRIPT, environment=environment)
    assert other.eval("leak") is None
    assert other.eval("('x'):upper(), tostring(1), math.random(1000000)") == expected.eval(
        "('x'):upper(), tostring(1), math.random(1000000)"
    )
    return "held"
