-- __call that leads to a value with __call, as deep as it goes.
-- run: fuel=2M -> LuaError:|FuelExceeded|MemoryExceeded
-- run: -> LuaError:|DeadlineExceeded|MemoryExceeded

local f = print
for i = 1, 100000 do f = setmetatable({}, {__call = f}) end
f()
