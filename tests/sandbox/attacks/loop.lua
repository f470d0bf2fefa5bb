-- An empty loop.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

while true do end
