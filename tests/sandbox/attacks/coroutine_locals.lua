-- Memory in the local variables of suspended coroutines.
-- run: -> MemoryExceeded|DeadlineExceeded

local t = {}
for i = 1, math.huge do
  t[i] = coroutine.create(function()
    local a, b, c = ("x"):rep(10000) .. i, {i, i}, {}
    coroutine.yield()
    return a, b, c
  end)
  coroutine.resume(t[i])
end
