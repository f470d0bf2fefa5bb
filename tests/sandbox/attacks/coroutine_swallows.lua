-- A coroutine that hides its endless loop, and is started again and again.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

while true do
  local co = coroutine.create(function() while true do pcall(coroutine.yield) end end)
  for i = 1, 10 do coroutine.resume(co) end
  coroutine.close(co)
  coroutine.wrap(function() pcall(function() while true do end end) end)()
end
