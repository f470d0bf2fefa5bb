-- Coroutines inside coroutines, as deep as they go.
-- run: fuel=2M -> FuelExceeded|held
-- run: -> DeadlineExceeded|MemoryExceeded|held

local function nest(n)
  local co = coroutine.wrap(nest)
  return co(n + 1)
end
for i = 1, 20 do pcall(nest, 1) end
return "held"
