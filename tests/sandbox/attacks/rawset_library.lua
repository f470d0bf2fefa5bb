-- Fields stored by rawset, setmetatable chains, and next over what was deleted.
-- run: fuel=20M -> MemoryExceeded|FuelExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local t = {}
for i = 1, math.huge do
  rawset(t, i .. "", i)
  rawset(t, -i, i)
end
