-- One list that grows.
-- run: fuel=10M -> MemoryExceeded|FuelExceeded
-- run: -> MemoryExceeded|DeadlineExceeded

local t = {}
for i = 1, math.huge do t[i] = i end
