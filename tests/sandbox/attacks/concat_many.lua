-- One .. of very many operands.
-- run: -> MemoryExceeded|held

local s = ("x"):rep(1000000)
local f = load("local s = ... return " .. ("s .. "):rep(100) .. "s")
f(s)
return "held"
