-- Sort by a comparator that contradicts itself, over and over.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

local t = {}
for i = 1, 20000 do t[i] = i end
while true do pcall(table.sort, t, function(a, b) return true end) end
