-- Lists that double: table.move onto itself, unpack into constructors, pack of both.
-- run: fuel=5M -> FuelExceeded|MemoryExceeded|LuaError:
-- run: -> DeadlineExceeded|MemoryExceeded|LuaError:

local t = {1, 2, 3, 4}
local kept = {}
while true do
  table.move(t, 1, #t, #t + 1)
  if #t < 900000 then kept[#kept + 1] = {table.unpack(t)} end
end
