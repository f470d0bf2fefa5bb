-- table.unpack and select of ranges as big as there are.
-- run: fuel=2M -> MemoryExceeded|FuelExceeded|held
-- run: -> MemoryExceeded|DeadlineExceeded|held

for _, range in ipairs {{1, 1e6}, {1, 1e7}, {1, 1 << 31}, {math.mininteger, math.maxinteger}, {-5, 1e6 - 10}} do
  pcall(table.unpack, {}, range[1], range[2])
  pcall(select, range[1], table.unpack({}, 1, 200))
  pcall(function() return {table.unpack({}, 1, 900000)} end)
  pcall(string.format, "%s", table.unpack({}, 1, 900000))
  pcall(table.pack, table.unpack({}, 1, 900000))
end
return "held"
