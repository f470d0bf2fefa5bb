-- table.concat that makes much of little.
-- run: fuel=2M -> MemoryExceeded|FuelExceeded
-- run: -> MemoryExceeded

local t = {}
local s = ("x"):rep(100000)
for i = 1, 10000 do t[i] = s end
table.concat(t, s)
