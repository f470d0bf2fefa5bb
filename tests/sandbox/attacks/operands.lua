-- Memory in operands of expressions that are under way.
-- run: -> MemoryExceeded|LuaError:overflow|DeadlineExceeded

local function deep(n) return (("x"):rep(1000) .. n) .. #deep(n + 1) end
deep(1)
