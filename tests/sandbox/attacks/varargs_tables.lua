-- Tables of variable arguments, kept at every level of a recursion.
-- run: -> MemoryExceeded|LuaError:

local function keep(n, ...)
  local t = {...}
  if n == 0 then return 0 end
  return keep(n - 1, n, ...) + #t
end
while true do keep(3000) end
