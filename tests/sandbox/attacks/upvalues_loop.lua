-- Closures made in a loop over variables that are assigned: each variable has a cell of its own.
-- run: fuel=40M -> MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local kept = {}
for i = 1, math.huge do
  local a, b, c, d, e, f = i, i, i, i, i, i
  kept[#kept + 1] = function() a = b b = c c = d d = e e = f f = a return a end
end
