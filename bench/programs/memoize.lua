-- Results remembered in tables: partitions, change, longest common subsequences, a generic memoizer.
-- test scale: 8
local N = tonumber(arg and arg[1]) or 260

local function memoize(f)
  local known = {}
  return function(n)
    local value = known[n]
    if value == nil then
      value = f(n)
      known[n] = value
    end
    return value
  end
end

-- With several arguments: the key is a string of all of them.
local function memoize_all(f)
  local known = {}
  return function(...)
    local key = table.concat({ ... }, ",")
    local value = known[key]
    if value == nil then
      value = f(...)
      known[key] = value
    end
    return value
  end
end

local steps
steps = memoize(function(n)
  if n <= 1 then return 1 end
  if n % 2 == 0 then return 1 + steps(n // 2) end
  return 1 + steps(3 * n + 1)
end)
local longest, start = 0, 0
for n = 1, N * 100 do
  local length = steps(n)
  if length > longest then longest, start = length, n end
end
print("collatz", longest, start)

local partitions
partitions = memoize_all(function(n, largest)
  if n == 0 then return 1 end
  if n < 0 or largest == 0 then return 0 end
  return partitions(n - largest, largest) + partitions(n, largest - 1)
end)
print("partitions", partitions(N, N))

local function change(amount, coins)
  local known = {}
  local function ways(rest, i)
    if rest == 0 then return 1 end
    if rest < 0 or i > #coins then return 0 end
    local row = known[i]
    if not row then
      row = {}
      known[i] = row
    end
    local value = row[rest]
    if not value then
      value = ways(rest - coins[i], i) + ways(rest, i + 1)
      row[rest] = value
    end
    return value
  end
  return ways(amount, 1)
end
print("change", change(N * 40, { 1, 2, 5, 10, 20, 50, 100 }))

local function common(a, b)
  local known = setmetatable({}, { __index = function(t, i)
    local row = {}
    rawset(t, i, row)
    return row
  end })
  local function length(i, j)
    if i > #a or j > #b then return 0 end
    local value = known[i][j]
    if not value then
      if a:byte(i) == b:byte(j) then
        value = 1 + length(i + 1, j + 1)
      else
        value = math.max(length(i + 1, j), length(i, j + 1))
      end
      known[i][j] = value
    end
    return value
  end
  return length(1, 1)
end
print("common", common(("abcde"):rep(N // 2), ("badcfe"):rep(N // 2)))
