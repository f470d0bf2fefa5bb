-- Closures that share nothing: each has many upvalues of its own.
-- run: fuel=40M -> MemoryExceeded
-- run: -> DeadlineExceeded|MemoryExceeded

local names = {}
for i = 1, 100 do names[i] = "a" .. i end
local list = table.concat(names, ",")
local make = load("local " .. list .. " = ... return function() " .. table.concat(names, " = 1 ") .. " = 1 end")
local kept = {}
for i = 1, 1000000 do kept[i] = make(i) end
