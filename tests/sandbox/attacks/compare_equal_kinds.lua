-- Long equal strings compared by rawequal, sort, as keys, and by math.max's kin.
-- run: fuel=300k -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local list, keys = {}, {}
for i = 1, 3 do list[i] = ("x"):rep(2000000) end
while true do
  if not rawequal(list[1], list[2]) then return "wrong" end
  for i = 1, 3 do keys[list[i]] = i end
  if keys[list[1]] ~= 3 then return "wrong" end
  table.sort(list)
end
