-- A finalizer that never ends.
-- run: fuel=2M -> FuelExceeded
-- run: -> DeadlineExceeded

setmetatable({}, {__gc = function() while true do end end})
collectgarbage()
while true do local t = {} end
