-- Memory on its way through yield and resume.
-- run: -> MemoryExceeded|LuaError:

local big = {}
local co = coroutine.wrap(function(...)
  while true do big[#big + 1] = {coroutine.yield(...)} end
end)
local args = {}
for i = 1, 5000 do args[i] = i end
while true do co(table.unpack(args)) end
