-- Long strings used once as keys, and dropped.
-- run: fuel=5M -> FuelExceeded
-- run: -> DeadlineExceeded

local t = {}
local i = 0
while true do
  i = i + 1
  local key = ("k"):rep(10000) .. i
  t[key] = 1
  t[key] = nil
end
