-- Variables to be closed, as many as there are levels, that raise errors when they are closed.
-- run: fuel=5M -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local mt = {__close = function(_, e) error({e}) end}
local function deep(n)
  local c <close> = setmetatable({}, mt)
  return n > 0 and deep(n - 1) + 1 or error("bottom")
end
local kept = {}
while true do kept[#kept + 1] = select(2, pcall(deep, 150)) end
