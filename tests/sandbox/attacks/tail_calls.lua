-- Tail calls for ever, which take no stack.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

local function f(...) return f(...) end
f(1, 2, 3)
