-- Arithmetic at the edges of integers and floats: shifts, //, %, powers.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

local x = math.maxinteger
while true do
  local a = x << 63 | x << 1000000000 | x >> -1000000000
  local b = x // -1 + math.mininteger // -1 + math.mininteger % -1
  local c = 2.0 ^ 1e308 + 10 ^ 400 + x ^ x + (-2) ^ 0.5
  local d = x * x * x * x + (1e308 * 10) // 1 + 5.0 % 1e-320
  x = a ~ b ~ math.maxinteger
  string.format("%.99f", 1e308) string.format("%a", 1e-320) string.format("%d", 3.0)
end
