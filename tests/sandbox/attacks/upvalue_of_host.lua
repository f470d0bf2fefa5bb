-- Environments swapped under functions: _ENV as parameter, local and upvalue.
-- run: -> held

local function f(_ENV) return x end
assert(f({x = 1}) == 1)
assert(not pcall(f, nil))
local _ENV = setmetatable({}, {__index = _ENV, __newindex = function() end})
y = 1
assert(y == nil)
return "held"
