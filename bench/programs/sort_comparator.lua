-- table.sort with a comparator: records by several keys, in reverse, by a table of ranks.
-- test scale: 50
local N = tonumber(arg and arg[1]) or 29000

local seed = 7
local function random(limit)
  seed = (seed * 3877 + 29573) % 139968
  return seed // 8 % limit
end

local records = {}
for i = 1, N do
  records[i] = { key = random(500), name = "n" .. random(2000), weight = random(10000) / 16, order = i }
end

local function digest(list)
  local value = 0
  for i = 1, #list do value = (value * 7 + list[i].order) % 1000003 end
  return value
end

table.sort(records, function(a, b)
  if a.key ~= b.key then return a.key < b.key end
  return a.order < b.order
end)
print("by key", digest(records))

table.sort(records, function(a, b)
  if a.name == b.name then return a.order > b.order end
  return a.name < b.name
end)
print("by name", digest(records))

local function by(field, following)
  return function(a, b)
    local x, y = a[field], b[field]
    if x ~= y then return x > y end
    return following(a, b)
  end
end
table.sort(records, by("weight", by("key", function(a, b) return a.order < b.order end)))
print("by weight", digest(records))

local numbers = {}
for i = 1, N do numbers[i] = random(1000000) end
table.sort(numbers, function(a, b) return a > b end)
print("falling", numbers[1], numbers[N // 2], numbers[N])

local names, length_of = {}, {}
for i = 1, N // 2 do
  local name = ("x"):rep(random(9)) .. i
  names[i] = name
  length_of[name] = #name
end
table.sort(names, function(a, b)
  local la, lb = length_of[a], length_of[b]
  return la < lb or la == lb and a < b
end)
print("by length", names[1], names[#names // 2], names[#names])
