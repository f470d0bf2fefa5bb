-- string.format whose format is long.
-- run: -> MemoryExceeded|DeadlineExceeded

local form = ("%99.99f"):rep(50000)
local args = {}
for i = 1, 50000 do args[i] = 1e300 end
local t = {}
for i = 1, 100 do t[i] = string.format(form, table.unpack(args)) end
