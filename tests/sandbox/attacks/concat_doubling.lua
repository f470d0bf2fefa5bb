-- A string doubled by .. until it is too long.
-- run: fuel=2M -> MemoryExceeded|FuelExceeded
-- run: -> MemoryExceeded

local s = "x"
while true do s = s .. s end
