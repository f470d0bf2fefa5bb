-- utf8.char of many code points.
-- run: -> MemoryExceeded|LuaError:|DeadlineExceeded

local t = {}
for i = 1, 100000 do t[i] = 0x7FFFFFFF end
local kept = {}
for i = 1, 100 do kept[i] = utf8.char(table.unpack(t)) end
