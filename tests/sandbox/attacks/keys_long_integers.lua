-- Integers, floats and booleans far apart as keys: each a field, and an object.
-- run: fuel=40M -> MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local t = {}
for i = 1, math.huge do t[i * 0x100000000] = i * 1e100 t[i + 0.5] = -i end
