-- Lists: append, insert, remove, reverse, rotate, prefix sums, copies, ipairs and numeric loops.
-- test scale: 20
local N = tonumber(arg and arg[1]) or 11000

local function reverse(list)
  local i, j = 1, #list
  while i < j do
    list[i], list[j] = list[j], list[i]
    i, j = i + 1, j - 1
  end
end

local function rotate(list, by)
  local result, length = {}, #list
  for i = 1, length do result[(i + by - 1) % length + 1] = list[i] end
  return result
end

local function prefix_sums(list)
  local sums = { 0 }
  for i = 1, #list do sums[i + 1] = sums[i] + list[i] end
  return sums
end

local function digest(list)
  local value = 0
  for i, item in ipairs(list) do value = (value * 31 + item * i) % 1000003 end
  return value
end

local list = {}
for i = 1, N do list[#list + 1] = i * 37 % 101 end
for _ = 1, 40 do
  reverse(list)
  list = rotate(list, 17)
end
print("turned", digest(list))

local total = 0
for round = 1, 40 do
  local sums = prefix_sums(list)
  for i = 11, #sums, 10 do total = total + (sums[i] - sums[i - 10]) * round % 13 end
end
print("sums", total)

-- A stack and a list changed in the middle.
local stack, popped = {}, 0
for i = 1, N * 20 do
  table.insert(stack, i)
  if i % 3 == 0 then popped = popped + table.remove(stack) + table.remove(stack) end
end
print("stack", #stack, popped)

local middle = {}
for i = 1, N // 2 do table.insert(middle, #middle // 2 + 1, i) end
for _ = 1, N // 4 do table.remove(middle, #middle // 3 + 1) end
print("middle", #middle, digest(middle))

local copies = 0
for i = 1, 60 do
  local copy = table.move(list, 1, #list, 1, {})
  local packed = { table.unpack(copy, 1, 50) }
  copies = (copies + digest(packed) + #copy * i) % 1000003
end
print("copies", copies)

-- Lists of lists.
local grid = {}
for row = 1, 60 do
  grid[row] = {}
  for column = 1, N // 20 do grid[row][column] = row * column % 10 end
end
local largest = 0
for row = 2, 59 do
  for column = 2, N // 20 - 1 do
    local around = grid[row - 1][column] + grid[row + 1][column] + grid[row][column - 1] + grid[row][column + 1]
    if around > largest then largest = around end
  end
end
print("grid", largest)
