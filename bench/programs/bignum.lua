-- Whole numbers of any length in arrays of digits: factorials, Fibonacci numbers, powers, digits of pi.
-- test scale: 20
local N = tonumber(arg and arg[1]) or 700
local BASE = 10000

local Big = {}
Big.__index = Big

local function from_integer(n)
  local digits = {}
  repeat
    digits[#digits + 1] = n % BASE
    n = n // BASE
  until n == 0
  return setmetatable(digits, Big)
end

Big.__add = function(a, b)
  local result, carry = {}, 0
  for i = 1, math.max(#a, #b) do
    local sum = (a[i] or 0) + (b[i] or 0) + carry
    if sum >= BASE then
      result[i], carry = sum - BASE, 1
    else
      result[i], carry = sum, 0
    end
  end
  if carry > 0 then result[#result + 1] = carry end
  return setmetatable(result, Big)
end

Big.__mul = function(a, b)
  local result = {}
  for i = 1, #a + #b do result[i] = 0 end
  for i = 1, #a do
    local carry, digit = 0, a[i]
    for j = 1, #b do
      local value = result[i + j - 1] + digit * b[j] + carry
      carry = value // BASE
      result[i + j - 1] = value - carry * BASE
    end
    result[i + #b] = result[i + #b] + carry
  end
  while #result > 1 and result[#result] == 0 do result[#result] = nil end
  return setmetatable(result, Big)
end

Big.__eq = function(a, b)
  if #a ~= #b then return false end
  for i = 1, #a do
    if a[i] ~= b[i] then return false end
  end
  return true
end

Big.__tostring = function(a)
  local parts = { tostring(a[#a]) }
  for i = #a - 1, 1, -1 do parts[#parts + 1] = ("%04d"):format(a[i]) end
  return table.concat(parts)
end

function Big:power(exponent)
  local result, square = from_integer(1), self
  while exponent > 0 do
    if exponent % 2 == 1 then result = result * square end
    square = square * square
    exponent = exponent // 2
  end
  return result
end

local function digest(text)
  local value = 0
  for digit in text:gmatch("%d") do value = (value * 10 + digit) % 1000003 end
  return math.tointeger(value)
end

local factorial = from_integer(1)
for i = 2, N do factorial = factorial * from_integer(i) end
local text = tostring(factorial)
print("factorial", #text, digest(text))

local a, b = from_integer(0), from_integer(1)
for _ = 1, N * 12 do a, b = b, a + b end
text = tostring(a)
print("fibonacci", #text, digest(text))

text = tostring(from_integer(3):power(N * 10))
print("power", #text, digest(text))
print("equal", from_integer(12):power(20) == from_integer(144):power(10), from_integer(7) == from_integer(8))

-- Digits of pi by a spigot.
local length = N
local cells, digits, held, nines = {}, {}, nil, 0
for i = 1, length * 10 // 3 + 1 do cells[i] = 2 end
for _ = 1, length do
  local carry = 0
  for i = #cells, 1, -1 do
    local value = cells[i] * 10 + carry * i
    cells[i] = value % (2 * i - 1)
    carry = value // (2 * i - 1)
  end
  cells[1] = carry % 10
  local digit = carry // 10
  if digit == 9 then
    nines = nines + 1
  else
    if held then digits[#digits + 1] = digit == 10 and held + 1 or held end
    for _ = 1, nines do digits[#digits + 1] = digit == 10 and 0 or 9 end
    held, nines = digit == 10 and 0 or digit, 0
  end
end
text = table.concat(digits)
print("pi", text:sub(1, 16), digest(text))
