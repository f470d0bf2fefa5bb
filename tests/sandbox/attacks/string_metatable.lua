-- The metatable that all strings share.
-- run: -> held

assert(getmetatable("") == false)
assert(not pcall(setmetatable, "", {}))
assert(not pcall(rawset, string, "upper", print))
assert(not pcall(function() string.upper = nil end))
assert(not pcall(function() string.new = 1 end))
assert(("x"):upper() == "X")
return "held"
