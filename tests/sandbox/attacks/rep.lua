-- string.rep of what no machine holds, and of just too much.
-- run: fuel=2M -> MemoryExceeded|FuelExceeded
-- run: -> MemoryExceeded

pcall(string.rep, "x", 1 << 40)
pcall(string.rep, "x", math.maxinteger)
pcall(string.rep, "", math.maxinteger, "x")
string.rep("", math.maxinteger)
local s = ("x"):rep(2000000000)
