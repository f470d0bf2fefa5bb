-- Recursion in which each level holds hundreds of arguments, caught and begun again.
-- run: fuel=3M -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local function deep(...)
  local r = deep(...)
  return r, ...
end
local t = {}
for i = 1, 240 do t[i] = i end
while true do pcall(deep, table.unpack(t)) end
