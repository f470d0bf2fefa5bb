-- gsub whose function returns more each time.
-- run: -> MemoryExceeded|DeadlineExceeded

local big = ("y"):rep(1000000)
local t = {}
for i = 1, 100 do t[i] = (("x"):rep(100):gsub("x", function() return big end)) end
