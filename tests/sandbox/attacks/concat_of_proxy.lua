-- Lists that only a metamethod has, of long strings and of tables, which a library function collects.
-- run: fuel=20M -> MemoryExceeded|FuelExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local s, n = ("x"):rep(100000), 0
local function length() return 2^31 - 2 end
local texts = setmetatable({}, {__len = length, __index = function() n = n + 1 return s .. n end})
local tables = setmetatable({}, {__len = length, __index = function() return {{}} end})
pcall(table.unpack, tables, 1, 200000)
pcall(table.sort, tables)
pcall(table.concat, texts)
