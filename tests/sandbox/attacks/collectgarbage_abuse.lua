-- Full collections one after the other, over as much as may be alive.
-- run: fuel=2M -> FuelExceeded
-- run: -> DeadlineExceeded

local t = {}
for i = 1, 20000 do t[i] = {i} end
while true do
  collectgarbage() collectgarbage("step") collectgarbage("count")
  collectgarbage("generational") collectgarbage("incremental") collectgarbage("stop")
end
