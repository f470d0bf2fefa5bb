-- coroutine.close runs a closing that never ends.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

local co = coroutine.create(function()
  local x <close> = setmetatable({}, {__close = function() while true do end end})
  coroutine.yield()
end)
coroutine.resume(co)
coroutine.close(co)
