-- Functions made and passed around: counters, accumulators, composition, currying, higher-order list functions.
-- test scale: 30
local N = tonumber(arg and arg[1]) or 13000

local function counter(start, step)
  local value = start
  return function()
    value = value + step
    return value
  end, function()
    return value
  end
end

local function compose(f, g)
  return function(x) return f(g(x)) end
end

local function map(list, f)
  local result = {}
  for i, value in ipairs(list) do result[i] = f(value) end
  return result
end

local function filter(list, keep)
  local result = {}
  for _, value in ipairs(list) do
    if keep(value) then result[#result + 1] = value end
  end
  return result
end

local function fold(list, initial, f)
  local result = initial
  for _, value in ipairs(list) do result = f(result, value) end
  return result
end

local function add(a)
  return function(b)
    return function(c) return a + b + c end
  end
end

local numbers = {}
for i = 1, 60 do numbers[i] = i end

local total = 0
for round = 1, N do
  local limit = round % 7 + 2
  local scaled = map(numbers, function(n) return n * limit end)
  local kept = filter(scaled, function(n) return n % 3 == 0 end)
  total = (total + fold(kept, round, function(a, b) return (a * 3 + b) % 1000003 end)) % 1000003
end
print("lists", total)

local next_value, current = counter(0, 3)
for _ = 1, N * 20 do next_value() end
print("counter", current())

local increment = function(x) return x + 1 end
local double = function(x) return x * 2 end
local pipeline = increment
for i = 1, 12 do pipeline = compose(i % 3 == 0 and double or increment, pipeline) end
local sum = 0
for i = 1, N * 2 do sum = sum + pipeline(i) end
print("composed", sum)

local curried = 0
for i = 1, N * 6 do curried = curried + add(i)(2)(i) end
print("curried", curried)

-- A fresh variable for each iteration.
local getters = {}
for i = 1, N do
  local square = i * i
  getters[i] = function() return square - i end
end
local fresh = 0
for i = 1, N do fresh = fresh + getters[i]() end
print("fresh", fresh)
