-- Every function that makes a string of a long one, all of them kept.
-- run: -> MemoryExceeded

local s = ("x"):rep(1000000)
local t = {}
for i = 1, 100 do
  t[#t + 1] = s:upper() t[#t + 1] = (s:upper()):lower() t[#t + 1] = s:reverse() t[#t + 1] = s:sub(2)
  t[#t + 1] = s:match(".+") t[#t + 1] = tostring(s) .. i t[#t + 1] = s:gsub("x", "y", 1)
end
