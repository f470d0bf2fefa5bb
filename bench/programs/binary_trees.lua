-- Many small trees made, walked and dropped: allocation and collection.
-- test scale: 5
local N = tonumber(arg and arg[1]) or 16

local function bottom_up(depth)
  if depth == 0 then return {} end
  depth = depth - 1
  return { bottom_up(depth), bottom_up(depth) }
end

local function count(tree)
  if tree[1] then return 1 + count(tree[1]) + count(tree[2]) end
  return 1
end

local function named(depth, value)
  if depth == 0 then return { value = value } end
  return { value = value, left = named(depth - 1, value * 2), right = named(depth - 1, value * 2 + 1) }
end

local function sum(node)
  if not node then return 0 end
  return node.value + sum(node.left) - sum(node.right)
end

local long_lived = bottom_up(N)
for depth = 4, N, 4 do
  local rounds, nodes = 1 << (N - depth + 2), 0
  for _ = 1, rounds do nodes = nodes + count(bottom_up(depth)) end
  print(rounds, depth, nodes)
end
print("named", sum(named(N, 1)))
print("kept", count(long_lived))
