-- Many strings that are all kept.
-- run: -> MemoryExceeded|DeadlineExceeded

local t = {}
local i = 0
while true do
  i = i + 1
  t[i] = ("x"):rep(200) .. i
end
