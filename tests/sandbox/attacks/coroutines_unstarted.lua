-- A million coroutines that never start.
-- run: -> MemoryExceeded

local t = {}
local f = function() end
for i = 1, 1000000 do t[i] = coroutine.create(f) end
