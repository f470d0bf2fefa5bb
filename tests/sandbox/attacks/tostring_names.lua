-- Long names in messages: __name, __tostring and variables' names kept in errors.
-- run: fuel=5M -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local name = ("n"):rep(100000)
local o = setmetatable({}, {__name = name})
local kept = {}
while true do
  kept[#kept + 1] = tostring(o)
  kept[#kept + 1] = select(2, pcall(function() return o < 1 end))
  kept[#kept + 1] = select(2, pcall(string.rep, o))
  kept[#kept + 1] = select(2, pcall(load("return " .. ("v"):rep(10000) .. ".x")))
end
