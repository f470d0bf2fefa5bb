-- The largest singular value of an infinite matrix, by the power method.
-- test scale: 10
local N = tonumber(arg and arg[1]) or 320

local function element(i, j)
  local diagonal = i + j - 2
  return 1.0 / (diagonal * (diagonal + 1) / 2 + i)
end

local function times(v)
  local result, n = {}, #v
  for i = 1, n do
    local sum = 0.0
    for j = 1, n do sum = sum + element(i, j) * v[j] end
    result[i] = sum
  end
  return result
end

local function transposed_times(v)
  local result, n = {}, #v
  for i = 1, n do
    local sum = 0.0
    for j = 1, n do sum = sum + element(j, i) * v[j] end
    result[i] = sum
  end
  return result
end

local function dot(u, v)
  local sum = 0.0
  for i = 1, #u do sum = sum + u[i] * v[i] end
  return sum
end

local u, v = {}, nil
for i = 1, N do u[i] = 1.0 end
for _ = 1, 10 do
  v = transposed_times(times(u))
  u = transposed_times(times(v))
end
print(("%.9f"):format(math.sqrt(dot(u, v) / dot(v, v))))
