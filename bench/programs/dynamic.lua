-- Dynamic programming over arrays: knapsack, longest increasing subsequence, matrix chains, coin change, paths.
-- test scale: 10
local N = tonumber(arg and arg[1]) or 350

local seed = 23
local function random(limit)
  seed = (seed * 3877 + 29573) % 139968
  return seed // 16 % limit + 1
end

local function knapsack(weights, values, capacity)
  local best = {}
  for room = 0, capacity do best[room] = 0 end
  for i = 1, #weights do
    local weight, value = weights[i], values[i]
    for room = capacity, weight, -1 do
      local with = best[room - weight] + value
      if with > best[room] then best[room] = with end
    end
  end
  return best[capacity]
end
local weights, values = {}, {}
for i = 1, N do weights[i], values[i] = random(60), random(500) end
print("knapsack", knapsack(weights, values, N * 12))

local function increasing(list)
  local lengths, longest = {}, 0
  for i = 1, #list do
    lengths[i] = 1
    for j = 1, i - 1 do
      if list[j] < list[i] and lengths[j] + 1 > lengths[i] then lengths[i] = lengths[j] + 1 end
    end
    longest = math.max(longest, lengths[i])
  end
  return longest
end
local list = {}
for i = 1, N * 6 do list[i] = random(10000) end
print("increasing", increasing(list))

local function chain_cost(sizes)
  local n = #sizes - 1
  local cost = {}
  for i = 1, n do cost[i] = { [i] = 0 } end
  for length = 2, n do
    for i = 1, n - length + 1 do
      local j, least = i + length - 1, math.huge
      for k = i, j - 1 do
        local total = cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1]
        if total < least then least = total end
      end
      cost[i][j] = least
    end
  end
  return cost[1][n]
end
local sizes = {}
for i = 1, N // 2 do sizes[i] = random(50) end
print("chain", chain_cost(sizes))

local function ways(amount, coins)
  local count = { [0] = 1 }
  for i = 1, amount do count[i] = 0 end
  for _, coin in ipairs(coins) do
    for i = coin, amount do count[i] = (count[i] + count[i - coin]) % 1000003 end
  end
  return count[amount]
end
print("coins", ways(N * 200, { 1, 5, 10, 25, 50, 100 }))

-- All shortest paths between the nodes of a graph.
local nodes = N // 3
local far = {}
for i = 1, nodes do
  far[i] = {}
  for j = 1, nodes do far[i][j] = i == j and 0 or random(10) <= 2 and random(100) or math.huge end
end
for k = 1, nodes do
  for i = 1, nodes do
    for j = 1, nodes do
      local through = far[i][k] + far[k][j]
      if through < far[i][j] then far[i][j] = through end
    end
  end
end
local reachable, sum = 0, 0
for i = 1, nodes do
  for j = 1, nodes do
    if far[i][j] < math.huge then
      reachable = reachable + 1
      sum = sum + far[i][j]
    end
  end
end
print("paths", reachable, sum)
