-- table.concat of many numbers, whose texts are longer than they are.
-- run: fuel=10M -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local t = {}
for i = 1, 100000 do t[i] = -1 / 3 - i end
local kept = {}
while true do kept[#kept + 1] = table.concat(t, ",") end
