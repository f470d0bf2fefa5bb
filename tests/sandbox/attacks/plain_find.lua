-- Plain search for what is nearly everywhere.
-- run: fuel=3M -> FuelExceeded
-- run: -> DeadlineExceeded

local s = ("a"):rep(200000)
local p = ("a"):rep(100000) .. "b"
while true do s:find(p, 1, true) end
