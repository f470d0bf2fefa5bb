-- Arithmetic on strings that are long numbers, and comparisons of numbers far apart.
-- run: fuel=5M -> FuelExceeded
-- run: -> DeadlineExceeded

local long = (" "):rep(500000) .. "1" .. (" "):rep(500000)
local hex = "0x" .. ("f"):rep(500000)
local digits = ("1"):rep(500000)
while true do
  local a = long + 1
  a = hex | 0
  pcall(function() return digits * 2 end)
  pcall(math.tointeger, hex)
  for i = long, 1 do end
end
