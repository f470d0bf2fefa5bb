-- select with many arguments, one after the other, which is a square.
-- run: fuel=5M -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local function sum(...)
  local s = 0
  for i = 1, select("#", ...) do s = s + select(i, ...) end
  return s
end
local t = {}
for i = 1, 100000 do t[i] = i end
while true do sum(table.unpack(t)) end
