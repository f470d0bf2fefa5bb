-- Insert and remove at the front of a long list.
-- run: fuel=3M -> FuelExceeded
-- run: -> DeadlineExceeded

local t = table.pack(("x"):rep(100000):byte(1, 100000))
while true do table.insert(t, 1, 1) table.remove(t, 1) end
