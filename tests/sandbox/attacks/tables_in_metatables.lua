-- Memory hidden in metatables of metatables.
-- run: -> MemoryExceeded

local mt = {}
while true do mt = setmetatable({x = 1}, {__index = mt}) end
