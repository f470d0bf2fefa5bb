-- Variable arguments that grow with each call.
-- run: fuel=3M -> MemoryExceeded|FuelExceeded|LuaError:
-- run: -> MemoryExceeded|DeadlineExceeded|LuaError:

local function grow(...) return grow(1, 2, 3, 4, 5, 6, 7, 8, ...) end
grow()
