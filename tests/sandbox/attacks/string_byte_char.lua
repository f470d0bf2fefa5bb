-- byte, char and codepoint of many at once.
-- run: -> MemoryExceeded|LuaError:|DeadlineExceeded

local s = ("x"):rep(900000)
local t = {}
for i = 1, 1000 do
  t[i] = {s:byte(1, -1)}
  t[-i] = string.char(s:byte(1, 200000)) .. utf8.char(utf8.codepoint(s, 1, 200000))
end
