-- string.pack with paddings and alignments.
-- run: -> MemoryExceeded|DeadlineExceeded|held

local form = "!16" .. ("bXi16"):rep(100000)
for i = 1, 3 do
  pcall(string.pack, form, table.unpack({}, 1, 100000))
  pcall(string.packsize, form)
end
pcall(string.packsize, ("c2147483647"):rep(10))
return "held"
