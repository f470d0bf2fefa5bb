-- Coroutines, closures and varargs: a pipeline of generators.
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
local function compose(...)
  local functions = { ... }
  return function(...)
    local value = ...
    for _, f in ipairs(functions) do value = f(value) end
    return value
  end
end
local step = compose(function(n) return n * 3 end, function(n) return n + 1 end)
local sum = 0
for value in filter(map(numbers(60000), step), function(n) return n % 2 == 0 end) do
  sum = sum + value
end
print(sum)
