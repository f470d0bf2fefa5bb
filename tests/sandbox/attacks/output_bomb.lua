-- Print for ever.
-- run: -> OutputExceeded
-- run: fuel=1M output=100M -> FuelExceeded

while true do print("x", 1, {}) end
