-- A message handler that raises for ever.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

while true do
  xpcall(error, function(e) error(e) end)
end
