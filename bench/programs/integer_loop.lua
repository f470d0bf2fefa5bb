-- Loops of integer arithmetic on local variables: sums, remainders, greatest common divisors, Collatz sequences.
-- test scale: 100
local N = tonumber(arg and arg[1]) or 130000

local function gcd(a, b)
  while b ~= 0 do
    a, b = b, a % b
  end
  return a
end

local sum = 0
for i = 1, N * 30 do
  sum = sum + i % 7 - i // 3
end
print("sum", sum)

local coprime = 0
for i = 1, N do
  if gcd(i, 360360) == 1 then coprime = coprime + 1 end
end
print("coprime", coprime)

local longest, longest_start = 0, 0
for start = 1, N // 3 do
  local length, n = 1, start
  while n ~= 1 do
    if n % 2 == 0 then
      n = n // 2
    else
      n = 3 * n + 1
    end
    length = length + 1
  end
  if length > longest then longest, longest_start = length, start end
end
print("collatz", longest, longest_start)

local odd_digits = 0
for i = N, 1, -1 do
  local rest = i
  repeat
    local digit = rest % 10
    rest = rest // 10
    if digit % 2 == 0 then goto continue end
    odd_digits = odd_digits + digit
    ::continue::
  until rest == 0
end
print("digits", odd_digits)
