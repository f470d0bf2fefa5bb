-- What load compiles sees this script's globals and no other's.
-- run: -> held

x = 1
assert(load("return x")() == 1)
assert(load("return _G")() == _G)
assert(load("return _ENV")() == _ENV)
assert(load("x = 2") ~= nil)
local t = {}
load("y = 1", "c", "t", t)()
assert(t.y == 1 and y == nil)
assert(load("return ...", "c", "t", nil)(1) == 1)
return "held"
