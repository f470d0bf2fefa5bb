-- Metamethods of .. that make what they get longer, in chains.
-- run: fuel=5M -> FuelExceeded|MemoryExceeded|LuaError:
-- run: -> DeadlineExceeded|MemoryExceeded|LuaError:

local mt = {}
local function new(s) return setmetatable({s = s}, mt) end
mt.__concat = function(a, b)
  local x = type(a) == "table" and a.s or a
  local y = type(b) == "table" and b.s or b
  return new(x .. y .. x)
end
local v = new("xxxxxxxxxx")
while true do v = v .. v .. "a" .. v .. 1 .. v end
