-- A message handler that never returns.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

xpcall(error, function() while true do end end)
