-- load with a reader that returns ever longer pieces.
-- run: fuel=2M -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local piece = ("-- x\n"):rep(10000)
load(function() return piece end)
