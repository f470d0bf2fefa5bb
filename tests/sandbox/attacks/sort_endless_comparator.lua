-- Sort by a comparator that never ends, or that changes what is sorted.
-- run: fuel=2M -> FuelExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local t = {3, 1, 2, 5, 4}
pcall(table.sort, t, function(a, b) t[#t + 1] = a return a < b end)
table.sort({3, 1, 2}, function() while true do end end)
