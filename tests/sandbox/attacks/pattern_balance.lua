-- %b over unbalanced parentheses from every place.
-- run: fuel=3M -> FuelExceeded
-- run: -> DeadlineExceeded

local s = ("("):rep(100000)
while true do s:gsub("%b()", "") end
