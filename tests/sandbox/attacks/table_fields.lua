-- One table whose fields grow, with strings, floats and tables for keys.
-- run: -> MemoryExceeded

local t = {}
local i = 0
while true do
  i = i + 1
  t["k" .. i] = true t[i + 0.5] = i t[{}] = i
end
