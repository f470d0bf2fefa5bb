-- Recursion without end, caught and begun again.
-- run: fuel=3M -> FuelExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local function deep(n) return 1 + deep(n + 1) end
while true do pcall(deep, 1) end
