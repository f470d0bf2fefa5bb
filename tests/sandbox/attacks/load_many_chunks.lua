-- Thousands of different chunks, each dropped at once, and each kept.
-- run: fuel=5M -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local kept = {}
for i = 1, 1000000 do
  local f = load("local a, b = " .. i .. ", {} return function(x) return a + x .. tostring(b) end")
  kept[i] = i % 2 == 0 and f() or nil
end
