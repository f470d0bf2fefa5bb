-- A numeric loop whose trip count is the greatest there is, and one whose step is zero.
-- run: fuel=1M -> FuelExceeded
-- run: -> DeadlineExceeded

pcall(function() for i = 1, 10, 0 do end end)
for i = math.mininteger, math.maxinteger do end
