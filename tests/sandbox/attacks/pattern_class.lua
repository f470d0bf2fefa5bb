-- Sets with very many members.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

local set = "[" .. ("b-c"):rep(20000) .. "]"
local s = ("a"):rep(20000)
while true do s:find(set) end
