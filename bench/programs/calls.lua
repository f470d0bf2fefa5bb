-- Small recursive functions of one, two and three arguments: the cost of a call.
-- test scale: 12
local N = tonumber(arg and arg[1]) or 33

local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

local function tak(x, y, z)
  if y >= x then return z end
  return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))
end

local function ackermann(m, n)
  if m == 0 then return n + 1 end
  if n == 0 then return ackermann(m - 1, 1) end
  return ackermann(m - 1, ackermann(m, n - 1))
end

print("fib", fib(N))
print("tak", tak(N // 2 + 5, N // 2 - 1, N // 2 - 7))
print("ackermann", ackermann(2, N * 4))
