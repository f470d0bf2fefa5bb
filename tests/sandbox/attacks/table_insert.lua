-- table.insert and table.move that make big lists.
-- run: -> MemoryExceeded

local t = {}
for i = 1, 10 do table.insert(t, i) end
while true do table.move(t, 1, #t, #t + 1) end
