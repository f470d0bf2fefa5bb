-- A finalizer that marks its object again, so that there is always one to run.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

local mt = {}
mt.__gc = function(o) setmetatable(o, mt) end
for i = 1, 100 do setmetatable({}, mt) end
while true do collectgarbage() end
