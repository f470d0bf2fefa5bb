# What one script leaves in a shared runtime: the next one finds nothing of it.
# run: -> held
"""Each script has globals of its own; what they share is sealed."""

FIRST = """
leak = 1
_G.leak2 = 2
load("leak3 = 3")()
load("leak4 = 4", "x", "t", _G)()
print, pairs, pcall = nil, nil, function() return "mine" end
_ENV.string = {upper = function() return "mine" end}
setmetatable(_G, {__index = function() return "mine" end})
coroutine.wrap(function() leak5 = 5 end)()
if math.randomseed then math.randomseed(1) end
collectgarbage("stop")
"""
SECOND = """
for i = 1, 5 do assert(_ENV["leak" .. (i > 1 and i or "")] == nil) end
assert(print and pairs and pcall(type, 1) == true and ("x"):upper() == "X" and string.upper("x") == "X")
assert(getmetatable(_G) == nil)
return math.random(1 << 40)
"""


def attack(runtime, environment):  # type: ignore[no-untyped-def]  # any runtime
    drawn = set()
    for _ in range(3):
        runtime.execute(FIRST, environment=runtime.environment())
        drawn.add(runtime.execute(SECOND, environment=runtime.environment()))
    assert runtime.eval("leak, leak3, print ~= nil") == (None, None, True)
    return "held" if len(drawn) == 3 else "random numbers repeat"
