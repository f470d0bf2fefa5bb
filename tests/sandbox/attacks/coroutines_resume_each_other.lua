-- Two coroutines that keep each other going, by wrap inside wrap.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

local a, b
a = coroutine.wrap(function() while true do b() coroutine.yield() end end)
b = coroutine.wrap(function() while true do coroutine.yield() end end)
while true do a() end
