-- string.rep whose separator is what is long.
-- run: -> MemoryExceeded

local sep = ("x"):rep(100000)
local s = ("y"):rep(10000, sep)
