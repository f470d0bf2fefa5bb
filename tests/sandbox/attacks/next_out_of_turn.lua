-- next from keys out of turn, in a big table with many deleted keys.
-- run: fuel=2M -> FuelExceeded
-- run: -> DeadlineExceeded

local t = {}
for i = 1, 20000 do t["k" .. i] = i end
for i = 1, 19990 do t["k" .. i] = nil end
while true do
  next(t)
  next(t, "k20000") next(t, "k19995") t.k19999 = nil t.k19999 = 1
end
