-- Sort big lists of strings that are alike to their last byte.
-- run: fuel=3M -> FuelExceeded
-- run: memory=32M -> DeadlineExceeded|MemoryExceeded

local long = ("x"):rep(20000)
local t = {}
for i = 1, 300 do t[i] = long .. (i * 7919 % 1000) end
while true do
  for i = 1, 300 do t[i], t[301 - i] = t[301 - i], t[i] end
  table.sort(t)
end
