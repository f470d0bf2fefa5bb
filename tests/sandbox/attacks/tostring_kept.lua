-- Numbers turned into strings, all kept; long strings of cyclic values.
-- run: -> MemoryExceeded|DeadlineExceeded

local t = {}
for i = 1, math.huge do t[i] = tostring(i + 0.1) end
