-- Variable arguments and multiple results: select, table.pack, table.unpack, forwarding.
-- test scale: 60
local N = tonumber(arg and arg[1]) or 54000

local function sum(...)
  local total = 0
  for i = 1, select("#", ...) do total = total + (select(i, ...)) end
  return total
end

local function largest(first, ...)
  for _, value in ipairs({ ... }) do
    if value > first then first = value end
  end
  return first
end

local function forward(f, ...) return f(...) end

local function reverse(...)
  local arguments = table.pack(...)
  local i, j = 1, arguments.n
  while i < j do
    arguments[i], arguments[j] = arguments[j], arguments[i]
    i, j = i + 1, j - 1
  end
  return table.unpack(arguments, 1, arguments.n)
end

local function divide(a, b) return a // b, a % b end
local function min_max(a, b, c) return math.min(a, b, c), math.max(a, b, c) end

local function bind(f, ...)
  local bound = { ... }
  local count = #bound
  return function(...)
    local all = { table.unpack(bound) }
    for i = 1, select("#", ...) do all[count + i] = (select(i, ...)) end
    return f(table.unpack(all))
  end
end

local function recurse(n, ...)
  if n == 0 then return select("#", ...), ... end
  return recurse(n - 1, n, ...)
end

local total = 0
for i = 1, N do
  total = total + sum(i, 2, 3) + sum() + forward(sum, i, i, i, i)
  total = total + largest(i % 10, 4, i % 7, 5)
  local a, b, c = reverse(i, 2, 3)
  total = total + a * 2 + b + c
end
print("sums", total)

local quotients, spread = 0, 0
for i = 1, N * 5 do
  local quotient, rest = divide(i, 7)
  local low, high = min_max(i % 5, i % 11, 6)
  quotients = quotients + quotient - rest
  spread = spread + high - low
end
print("results", quotients, spread)

local bound = bind(sum, 1, 2, 3)
local calls = 0
for i = 1, N do calls = calls + bound(i, i + 1) end
print("bound", calls)

local count = 0
for i = 1, N // 20 do count = count + sum(recurse(i % 20)) end
print("recurse", count)

local joined = 0
for i = 1, N * 2 do joined = joined + #table.concat({ forward(divide, i, 10) }, ",") end
print("joined", joined)
