-- print of a value whose __tostring prints.
-- run: -> OutputExceeded|LuaError:overflow|DeadlineExceeded

local t
t = setmetatable({}, {__tostring = function() print("x") print(t) return "" end})
print(t)
while true do print("x") end
