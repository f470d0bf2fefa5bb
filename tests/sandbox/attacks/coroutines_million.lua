-- A million coroutines, all suspended.
-- run: fuel=50M -> MemoryExceeded|FuelExceeded
-- run: -> MemoryExceeded

local t = {}
for i = 1, 1000000 do
  t[i] = coroutine.wrap(function() local x = {i} coroutine.yield() return x end)
  t[i]()
end
