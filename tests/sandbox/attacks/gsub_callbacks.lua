-- gsub whose replacement runs for ever, at every place.
-- run: fuel=300k -> FuelExceeded
-- run: -> DeadlineExceeded

local s = ("a"):rep(100000)
s:gsub("", function() pcall(error) s:gsub("", function() end) end)
while true do end
