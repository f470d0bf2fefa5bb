-- Arithmetic on strings that are long numbers.
-- run: fuel=5M -> FuelExceeded
-- run: -> DeadlineExceeded

local long = (" "):rep(500000) .. "1" .. (" "):rep(500000)
local digits = ("1"):rep(500000)
while true do
  local a = long + 1
  pcall(function() return digits * 2 end)
  pcall(function() return -digits end)
end
