-- A chain of 1999 tables by __index, walked for ever.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

local t = {}
for i = 1, 1999 do t = setmetatable({}, {__index = t}) end
while true do local x = t.nothing end
