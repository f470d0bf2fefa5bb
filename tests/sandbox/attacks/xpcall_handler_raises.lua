-- A message handler that raises for ever.
-- run: fuel=300k -> FuelExceeded
-- run: -> DeadlineExceeded

while true do
  xpcall(error, function(e) error(e) end)
end
