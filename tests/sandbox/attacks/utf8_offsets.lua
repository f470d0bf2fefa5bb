-- utf8.offset and codes in long strings of continuation bytes.
-- run: fuel=3M -> FuelExceeded|LuaError:|MemoryExceeded
-- run: -> DeadlineExceeded|LuaError:|MemoryExceeded

local s = ("\u{10FFFF}"):rep(200000)
while true do
  utf8.offset(s, 150000)
  utf8.offset(s, -150000)
  for p, c in utf8.codes(s) do end
  pcall(utf8.offset, ("\x80"):rep(500000), 1)
end
