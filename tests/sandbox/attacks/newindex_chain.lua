-- A chain of 1999 tables by __newindex, walked for ever.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local t = {}
for i = 1, 1999 do t = setmetatable({}, {__newindex = t}) end
local i = 0
while true do i = i + 1 t[i % 10 + 1] = i end
