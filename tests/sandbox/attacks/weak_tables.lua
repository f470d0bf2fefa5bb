-- Weak tables that would hold what is alive in another place.
-- run: -> MemoryExceeded

local weak = setmetatable({}, {__mode = "k"})
local strong = {}
for i = 1, math.huge do
  local key = {}
  strong[i] = key
  weak[key] = {key}
end
