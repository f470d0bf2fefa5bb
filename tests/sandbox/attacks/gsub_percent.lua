-- gsub with the whole match many times in its replacement.
-- run: -> MemoryExceeded

local s = ("x"):rep(10000)
while true do s = s:gsub(".*", ("%0"):rep(100)) end
