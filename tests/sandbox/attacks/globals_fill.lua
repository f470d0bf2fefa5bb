-- Global variables for ever.
-- run: -> MemoryExceeded|DeadlineExceeded

local i = 0
while true do
  i = i + 1
  _G["g" .. i] = {i}
end
