-- Memory in the local variables of a deep recursion.
-- run: -> MemoryExceeded|LuaError:overflow|DeadlineExceeded

local function deep(n)
  local s, t = ("x"):rep(1000) .. n, {n}
  local r = deep(n + 1)
  return s, t, r
end
deep(1)
