-- __index functions that index themselves.
-- run: fuel=2M -> LuaError:overflow|FuelExceeded
-- run: -> LuaError:overflow|DeadlineExceeded|MemoryExceeded

local t = setmetatable({}, {__index = function(t, k) return t[k .. "x"] end})
return t.x
