-- Errors that quote enormous names and values.
-- run: -> LuaError:|MemoryExceeded|DeadlineExceeded

local name = ("n"):rep(1000000)
local ok, message = pcall(load("local t = {} return t." .. name .. ".x"))
assert(not ok)
local ok, message = pcall(string.rep)
tostring(setmetatable({}, {__name = ("x"):rep(4000000)}))
local t = setmetatable({}, {__name = ("x"):rep(4000000)})
local kept = {}
for i = 1, 100 do kept[i] = select(2, pcall(string.rep, t)) end
error("end")
