-- Lists that are as long as a metamethod says: sort, concat and unpack look for each element.
-- run: fuel=3M -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local long = setmetatable({}, {__len = function() return 2^31 - 2 end})
while true do pcall(table.sort, long) end
