-- __index that leads back to itself, by tables.
-- run: fuel=1M -> LuaError:loop
-- run: -> LuaError:loop

local a, b = {}, {}
setmetatable(a, {__index = b})
setmetatable(b, {__index = a})
return a.x
