-- Many coroutines, each suspended in a deep recursion without anything in its variables.
-- run: fuel=20M -> MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local function down(n)
  if n == 0 then coroutine.yield() end
  return n > 0 and down(n - 1) + 1 or 0
end
local kept = {}
for i = 1, 100000 do
  kept[i] = coroutine.create(down)
  coroutine.resume(kept[i], 140)
end
