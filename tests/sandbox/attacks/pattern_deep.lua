-- A pattern of many items, and of many captures.
-- run: fuel=3M -> FuelExceeded|LuaError:|MemoryExceeded
-- run: -> DeadlineExceeded|LuaError:|MemoryExceeded

pcall(string.find, "x", ("("):rep(100000))
pcall(string.find, ("x"):rep(300000), ("x?"):rep(200000))
pcall(string.find, "x", ("%f[a]"):rep(100000))
while true do string.find(("x"):rep(1000), (".-"):rep(1000) .. "y") end
