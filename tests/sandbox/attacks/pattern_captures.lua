-- Back references to long captures.
-- run: fuel=3M -> FuelExceeded
-- run: -> DeadlineExceeded

local s = ("ab"):rep(20000)
while true do s:find("(.-)(.-)%1%2%1c") end
