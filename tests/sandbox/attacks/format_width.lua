-- string.format: widths, precisions, and long arguments by %s and %q.
-- run: -> MemoryExceeded|DeadlineExceeded

assert(not pcall(string.format, "%1000000000d", 1))
assert(not pcall(string.format, "%.1000000000f", 1))
assert(not pcall(string.format, "%99999999999999999999s", "x"))
local s = ("\0"):rep(1000000)
local t = {}
for i = 1, 100 do t[i] = string.format("%q%s%q", s, s, s) end
