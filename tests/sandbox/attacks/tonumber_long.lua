-- Numerals of enormous length, in every base.
-- run: fuel=2M -> FuelExceeded
-- run: -> DeadlineExceeded

local s = ("9"):rep(1000000)
while true do
  tonumber(s) tonumber(s, 36) tonumber("0x" .. s) tonumber("1e" .. s) math.tointeger(s)
  pcall(function() return s + 1 end)
  load("return " .. s:sub(1, 10000))
end
