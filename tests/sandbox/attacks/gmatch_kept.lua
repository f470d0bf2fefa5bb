-- Iterators of gmatch, kept half way in long subjects, and their captures.
-- run: fuel=20M -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local kept = {}
for i = 1, math.huge do
  local s = ("ab "):rep(1000) .. i
  local f = s:gmatch("(%a)(%a)")
  f()
  kept[i] = f
end
