-- Objects left for the end of the runtime, whose finalizers then loop.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

kept = {}
for i = 1, 100 do
  kept[i] = setmetatable({}, {__gc = function() while true do pcall(error) end end})
end
while true do end
