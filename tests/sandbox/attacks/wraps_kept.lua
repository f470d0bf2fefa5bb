-- Functions of coroutine.wrap, lines and ipairs, kept: state that only the library's own functions hold.
-- run: fuel=20M -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local kept = {}
for i = 1, math.huge do
  local s = ("x"):rep(5000) .. i
  local f = coroutine.wrap(function() coroutine.yield(s) return s end)
  f()
  kept[i] = f
end
