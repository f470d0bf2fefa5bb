-- load with a reader that never ends.
-- run: fuel=2M -> FuelExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

load(function() return " " end)
