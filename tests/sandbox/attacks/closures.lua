-- Closures that keep their variables.
-- run: -> MemoryExceeded|DeadlineExceeded

local t = {}
for i = 1, math.huge do
  local a, b = {i}, i
  t[i] = function() a = b return a end
end
