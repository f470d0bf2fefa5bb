-- An error whose message grows each time it is passed on.
-- run: fuel=3M -> MemoryExceeded|FuelExceeded
-- run: -> MemoryExceeded

local message = "x"
while true do
  local _, m = pcall(error, message .. message, 1)
  message = m
end
