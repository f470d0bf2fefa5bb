-- Table functions over ranges that exist only by the metatable, or not at all.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local big = setmetatable({}, {__len = function() return math.maxinteger end, __index = function() return "" end})
pcall(table.insert, big, 1, 1)
pcall(table.concat, {}, "", 1, math.maxinteger)
pcall(table.unpack, {}, math.mininteger, math.maxinteger)
pcall(table.remove, big)
pcall(table.move, big, 1, math.maxinteger - 1, 2)
pcall(table.concat, big)
while true do pcall(table.sort, big) end
