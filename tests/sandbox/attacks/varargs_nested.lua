-- A recursion that passes on more and more arguments at each level.
-- run: fuel=20M -> FuelExceeded|MemoryExceeded|LuaError:overflow
-- run: -> DeadlineExceeded|MemoryExceeded|LuaError:overflow

local function more(n, ...)
  local r = more(n + 1, n, ...)
  return r, ...
end
more(1)
