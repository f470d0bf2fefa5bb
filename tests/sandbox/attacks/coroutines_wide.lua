-- Many coroutines, each suspended in a function with many empty local variables.
-- run: fuel=20M -> MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local names = {}
for i = 1, 110 do names[i] = "a" .. i end
local list = table.concat(names, ",")
local wide = load("local " .. list .. " coroutine.yield() return " .. list)
local kept = {}
for i = 1, 1000000 do
  kept[i] = coroutine.create(wide)
  coroutine.resume(kept[i])
end
