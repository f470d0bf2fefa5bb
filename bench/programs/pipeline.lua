-- Producers, filters and consumers: stages of coroutines that pull values from one another.
-- test scale: 100
local N = tonumber(arg and arg[1]) or 170000

local function numbers(limit)
  return coroutine.wrap(function()
    for i = 1, limit do coroutine.yield(i) end
  end)
end
local function map(source, f)
  return coroutine.wrap(function()
    for value in source do coroutine.yield(f(value)) end
  end)
end
local function filter(source, keep)
  return coroutine.wrap(function()
    for value in source do
      if keep(value) then coroutine.yield(value) end
    end
  end)
end
local function chunks(source, size)
  return coroutine.wrap(function()
    local chunk = {}
    for value in source do
      chunk[#chunk + 1] = value
      if #chunk == size then
        coroutine.yield(chunk)
        chunk = {}
      end
    end
    if #chunk > 0 then coroutine.yield(chunk) end
  end)
end

local triple = function(n) return n * 3 end
local even = function(n) return n % 2 == 0 end
local sum = 0
for value in filter(map(numbers(N), triple), even) do sum = sum + value end
print("sum", sum)

local groups, largest = 0, 0
for chunk in chunks(map(filter(numbers(N), even), triple), 7) do
  groups = groups + 1
  local total = 0
  for _, value in ipairs(chunk) do total = total + value end
  if total % 1000 > largest then largest = total % 1000 end
end
print("chunks", groups, largest)

-- A consumer that is fed: values travel both ways.
local averager = coroutine.create(function(value)
  local total, count = 0, 0
  while value do
    total, count = total + value, count + 1
    value = coroutine.yield(total // count, count)
  end
  return "done", total
end)
local seen = 0
for i = 1, N do
  local ok, average = coroutine.resume(averager, i % 1000)
  assert(ok)
  seen = (seen + average) % 1000003
end
print("average", seen, select(2, coroutine.resume(averager, nil)), coroutine.status(averager))
