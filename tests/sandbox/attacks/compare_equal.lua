-- Long strings that are equal and not the same, compared over and over.
-- run: fuel=300k -> FuelExceeded
-- run: -> DeadlineExceeded

local a, b = ("x"):rep(5000000), ("x"):rep(5000000)
local n = 0
while true do
  if a == b then n = n + 1 end
  if a ~= b or a < b or a > b then n = n - 1 end
  if a <= b and a >= b then n = n + 1 end
end
