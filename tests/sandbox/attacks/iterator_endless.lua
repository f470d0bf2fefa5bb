-- A generic loop whose iterator never ends; next over a table that it always fills again.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local t = {1}
pcall(function() for k in next, t do t[k + 1] = 1 end end)
for x in function() return 1 end do end
