-- Memory that only upvalues of upvalues lead to.
-- run: -> MemoryExceeded

local f = function() end
while true do
  local g, big = f, {1, 2, 3, 4}
  f = function() return g, big end
end
