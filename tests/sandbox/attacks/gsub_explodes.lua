-- gsub whose replacement is longer than all else.
-- run: fuel=3M -> MemoryExceeded|FuelExceeded
-- run: -> MemoryExceeded

local s = ("x"):rep(10000)
s = s:gsub("x", s)
s = s:gsub("", s)
