-- Keys far apart, which must not make a list of what is between.
-- run: fuel=2M -> FuelExceeded|MemoryExceeded
-- run: -> MemoryExceeded|DeadlineExceeded

local t = {}
local i = 0
while true do
  i = i + 1
  t[i * 1000003] = i t[-i] = i t[1 << (i % 63)] = i
end
