-- Loops of float arithmetic on local variables: integrals, roots by Newton's method, a logistic map, series.
-- test scale: 200
local N = tonumber(arg and arg[1]) or 930000
local sin, cos, sqrt, exp = math.sin, math.cos, math.sqrt, math.exp

local function integrate(f, from, to, steps)
  local width = (to - from) / steps
  local sum = (f(from) + f(to)) / 2
  for i = 1, steps - 1 do sum = sum + f(from + i * width) end
  return sum * width
end

local function root(value)
  local guess = value / 2
  for _ = 1, 12 do guess = (guess + value / guess) / 2 end
  return guess
end

print(("integral %.9f"):format(integrate(function(x) return sin(x) * exp(-x) end, 0.0, 3.0, N)))

local roots = 0.0
for i = 1, N // 10 do roots = roots + root(i * 0.5) + sqrt(i * 0.5) end
print(("roots %.6f"):format(roots))

local x, above = 0.3, 0
for _ = 1, N * 2 do
  x = 3.7 * x * (1.0 - x)
  if x > 0.5 then above = above + 1 end
end
print("logistic", above)

local pi, sign = 0.0, 1.0
for k = 0, N * 2 do
  pi = pi + sign / (2 * k + 1)
  sign = -sign
end
print(("leibniz %.9f"):format(4 * pi))

local energy = 0.0
for angle = 0.0, N / 1000, 0.005 do
  local c, s = cos(angle), sin(angle)
  energy = energy + c * c * 0.5 + s * s * 0.25
end
print(("energy %.6f"):format(energy))
