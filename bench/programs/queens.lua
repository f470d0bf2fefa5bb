-- All ways to place n queens, by marks in arrays and once more by bit masks.
-- test scale: 5
local N = tonumber(arg and arg[1]) or 12

local solutions, checksum
local function place(row, n, queens, columns, rising, falling)
  if row > n then
    solutions = solutions + 1
    for i = 1, n do checksum = (checksum * 3 + queens[i] * i) % 1000003 end
    return
  end
  for column = 1, n do
    local up, down = row + column, row - column + n
    if not (columns[column] or rising[up] or falling[down]) then
      queens[row] = column
      columns[column], rising[up], falling[down] = true, true, true
      place(row + 1, n, queens, columns, rising, falling)
      columns[column], rising[up], falling[down] = false, false, false
    end
  end
end

local function count_by_bits(all, columns, left, right)
  if columns == all then return 1 end
  local count = 0
  local free = all & ~(columns | left | right)
  while free ~= 0 do
    local bit = free & -free
    free = free ~ bit
    count = count + count_by_bits(all, columns | bit, (left | bit) << 1, (right | bit) >> 1)
  end
  return count
end

for n = 4, N do
  solutions, checksum = 0, 0
  place(1, n, {}, {}, {}, {})
  print(n, solutions, checksum, count_by_bits((1 << n) - 1, 0, 0, 0))
end
