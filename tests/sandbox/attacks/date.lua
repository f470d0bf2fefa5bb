-- os.date with a long format.
-- run: -> MemoryExceeded|DeadlineExceeded

local form = ("%c%x%X%Y"):rep(100000)
local t = {}
for i = 1, 100 do t[i] = os.date(form) end
