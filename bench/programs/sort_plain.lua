-- table.sort without a comparator: integers, floats, strings; sorted, reversed and repeated input.
-- test scale: 60
local N = tonumber(arg and arg[1]) or 47000

local seed = 42
local function random(limit)
  seed = (seed * 3877 + 29573) % 139968
  return seed % limit
end

local function digest(list)
  local value = 0
  for i = 1, #list do
    local item = list[i]
    if type(item) == "string" then item = #item * item:byte(-1) end
    value = (value * 7 + item * (i % 100)) % 1000003
  end
  return value
end

local function ordered(list)
  for i = 2, #list do
    if list[i] < list[i - 1] then return false end
  end
  return true
end

local makers = {
  { "integers", function() return random(1000000) end },
  { "floats", function() return random(100000) / 64 end },
  { "few", function() return random(10) end },
  { "rising", function(i) return i end },
  { "falling", function(i) return N - i end },
  { "strings", function() return "key" .. random(100000) end },
}
for _, maker in ipairs(makers) do
  local name, make = maker[1], maker[2]
  local list = {}
  for i = 1, N do list[i] = make(i) end
  table.sort(list)
  print(name, ordered(list), digest(list), list[1], list[N])
end

local small = 0
for _ = 1, N // 10 do
  local list = {}
  for i = 1, 12 do list[i] = random(100) end
  table.sort(list)
  small = (small + list[1] * list[6] + list[12]) % 1000003
end
print("small", small)
