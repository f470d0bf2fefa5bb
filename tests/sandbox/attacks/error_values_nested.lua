-- Error values that grow on their way through nested coroutines.
-- run: fuel=10M -> FuelExceeded|MemoryExceeded|LuaError:|held
-- run: -> DeadlineExceeded|MemoryExceeded|LuaError:|held

local function nest(n)
  local ok, e = coroutine.resume(coroutine.create(function()
    if n == 0 then error({}) end
    nest(n - 1)
  end))
  error({e, e, ("x"):rep(1000) .. n})
end
local kept = {}
while true do kept[#kept + 1] = {pcall(nest, 150)} end
