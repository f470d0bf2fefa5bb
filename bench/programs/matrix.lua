-- Matrices of floats: multiplication, transposition, determinant by elimination.
-- test scale: 8
local N = tonumber(arg and arg[1]) or 240

local function new_matrix(rows, columns, f)
  local matrix = {}
  for i = 1, rows do
    local row = {}
    for j = 1, columns do row[j] = f(i, j) end
    matrix[i] = row
  end
  return matrix
end

local function transpose(a)
  return new_matrix(#a[1], #a, function(i, j) return a[j][i] end)
end

local function multiply(a, b)
  local result, columns = {}, transpose(b)
  for i = 1, #a do
    local row, target = a[i], {}
    for j = 1, #columns do
      local column, sum = columns[j], 0.0
      for k = 1, #row do sum = sum + row[k] * column[k] end
      target[j] = sum
    end
    result[i] = target
  end
  return result
end

-- The plain triple loop, by indices.
local function multiply_by_index(a, b)
  local n, result = #a, {}
  for i = 1, n do
    result[i] = {}
    for j = 1, n do
      result[i][j] = 0
      for k = 1, n do result[i][j] = result[i][j] + a[i][k] * b[k][j] end
    end
  end
  return result
end

local function determinant(source)
  local n, a = #source, {}
  for i = 1, n do a[i] = { table.unpack(source[i]) } end
  local result = 1.0
  for column = 1, n do
    local pivot = column
    for i = column + 1, n do
      if math.abs(a[i][column]) > math.abs(a[pivot][column]) then pivot = i end
    end
    if a[pivot][column] == 0 then return 0.0 end
    if pivot ~= column then
      a[pivot], a[column] = a[column], a[pivot]
      result = -result
    end
    local top = a[column]
    result = result * top[column]
    for i = column + 1, n do
      local row = a[i]
      local factor = row[column] / top[column]
      for j = column, n do row[j] = row[j] - factor * top[j] end
    end
  end
  return result
end

local a = new_matrix(N, N, function(i, j) return (i * 3 + j * 7) % 11 / 4 end)
local b = new_matrix(N, N, function(i, j) return i == j and 1.0 or 1 / (i + j) end)
local product = multiply(a, b)
local trace, corner = 0.0, product[1][N]
for i = 1, N do trace = trace + product[i][i] end
print(("product %.6f %.6f"):format(trace, corner))

local half = N // 2
local integers = new_matrix(half, half, function(i, j) return i * j % 7 end)
local squared = multiply_by_index(integers, integers)
local sum = 0
for i = 1, half do
  for j = 1, half do sum = sum + squared[i][j] * (i - j) % 5 end
end
print("square", sum, squared[half][2])
print(("determinant %.9f"):format(determinant(b)))
