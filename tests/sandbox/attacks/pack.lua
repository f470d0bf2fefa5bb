-- string.pack of enormous fields, and unpack of many.
-- run: -> MemoryExceeded|DeadlineExceeded

pcall(string.pack, "c2147483647", "x")
pcall(string.pack, ("c1000000"):rep(100), ("x"):rep(100):byte(1, -1))
pcall(string.unpack, ("b"):rep(1000000), ("x"):rep(1000000))
local t = {}
for i = 1, 1000 do t[i] = string.pack("c1000000", "x") end
