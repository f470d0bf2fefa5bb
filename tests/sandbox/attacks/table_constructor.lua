-- Constructors with long lists, called again and again.
-- run: -> MemoryExceeded|DeadlineExceeded

local list = ("1,"):rep(2000)
local f = load("return {" .. list .. "}")
local t = {}
for i = 1, math.huge do t[i] = f() end
