-- Generators made of coroutines: ranges, tree walks, permutations, primes, zipped sequences.
-- test scale: 5
local N = tonumber(arg and arg[1]) or 28
local yield, wrap = coroutine.yield, coroutine.wrap

local function range(from, to)
  return wrap(function()
    for i = from, to do yield(i) end
  end)
end

local function insert(tree, key)
  if not tree then return { key = key } end
  if key < tree.key then
    tree.left = insert(tree.left, key)
  elseif key > tree.key then
    tree.right = insert(tree.right, key)
  end
  return tree
end
local function walk(tree)
  if tree then
    walk(tree.left)
    yield(tree.key)
    walk(tree.right)
  end
end
local function walk_nested(tree)
  return wrap(function()
    if not tree then return end
    for key in walk_nested(tree.left) do yield(key) end
    yield(tree.key)
    for key in walk_nested(tree.right) do yield(key) end
  end)
end

local function permutations(list, n)
  n = n or #list
  if n <= 1 then
    yield(list)
  else
    for i = 1, n do
      list[i], list[n] = list[n], list[i]
      permutations(list, n - 1)
      list[i], list[n] = list[n], list[i]
    end
  end
end

local function zip(a, b)
  return wrap(function()
    while true do
      local x, y = a(), b()
      if x == nil or y == nil then return end
      yield(x, y)
    end
  end)
end

local sum = 0
for i in range(1, N * 8000) do sum = sum + i end
print("range", sum)

local tree
for i = 1, N * 100 do tree = insert(tree, i * 7919 % 10007) end
local order = 0
for _ = 1, 8 do
  for key in wrap(function() walk(tree) end) do order = (order * 3 + key) % 1000003 end
end
print("walk", order)
local nested = 0
for key in walk_nested(tree) do nested = (nested * 5 + key) % 1000003 end
print("nested", nested)

local list, count, first = {}, 0, 0
for i = 1, math.min(N // 2 + 1, 9) do list[i] = i end
for permutation in wrap(function() permutations(list) end) do
  count = count + 1
  if permutation[1] < permutation[#permutation] then first = first + permutation[2] end
end
print("permutations", count, first)

local dot = 0
for x, y in zip(range(1, N * 1000), range(5, N * 1000 + 1)) do dot = (dot + x * y) % 1000003 end
print("zip", dot)
