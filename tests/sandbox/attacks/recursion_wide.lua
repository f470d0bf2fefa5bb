-- Deep recursion of a function with many local variables, caught and begun again.
-- run: fuel=3M -> FuelExceeded|MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local names = {}
for i = 1, 90 do names[i] = "a" .. i end
local list = table.concat(names, ",")
local deep = load("local function deep() local " .. list .. " = 1 local r = deep() return r, " .. list .. " end return deep")()
while true do pcall(deep) end
