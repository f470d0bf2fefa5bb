-- Arithmetic, comparison, indexing, calls, length and concatenation by metamethods.
-- test scale: 20
local N = tonumber(arg and arg[1]) or 22000

local Complex = {}
Complex.__index = Complex
local function complex(re, im) return setmetatable({ re = re, im = im }, Complex) end
Complex.__add = function(a, b) return complex(a.re + b.re, a.im + b.im) end
Complex.__sub = function(a, b) return complex(a.re - b.re, a.im - b.im) end
Complex.__mul = function(a, b)
  if type(a) == "number" then return complex(a * b.re, a * b.im) end
  return complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re)
end
Complex.__unm = function(a) return complex(-a.re, -a.im) end
Complex.__eq = function(a, b) return a.re == b.re and a.im == b.im end
Complex.__tostring = function(a) return ("%.6f%+.6fi"):format(a.re, a.im) end

local function gcd(a, b)
  while b ~= 0 do a, b = b, a % b end
  return a
end
local Fraction = {}
local function fraction(top, bottom)
  local divisor = gcd(top, bottom)
  return setmetatable({ top = top // divisor, bottom = bottom // divisor }, Fraction)
end
Fraction.__add = function(a, b) return fraction(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom) end
Fraction.__mul = function(a, b) return fraction(a.top * b.top, a.bottom * b.bottom) end
Fraction.__lt = function(a, b) return a.top * b.bottom < b.top * a.bottom end
Fraction.__le = function(a, b) return a.top * b.bottom <= b.top * a.bottom end
Fraction.__tostring = function(a) return a.top .. "/" .. a.bottom end
Fraction.__concat = function(a, b) return tostring(a) .. tostring(b) end

local z, c, seen = complex(0.1, 0.2), complex(-0.4, 0.55), 0
for i = 1, N * 5 do
  z = z * z + c
  if z == c or -z == c then seen = seen + 1 end
  if i % 50 == 0 then z = 0.5 * z - c end
end
print(z, seen)

local smaller, sum = 0, fraction(0, 1)
for i = 1, N * 2 do
  local step = fraction(i % 7 + 1, i % 11 + 2)
  if step < fraction(1, 2) or step <= fraction(2, 5) then smaller = smaller + 1 end
  sum = sum + step * fraction(1, 3)
  if sum.bottom > 100000 or fraction(50, 1) < sum then sum = fraction(i % 5, 3) end
end
print("fractions: " .. sum .. " of ", smaller)

-- Default values, read-only views, counted writes.
local writes = 0
local defaults = setmetatable({}, { __index = function(_, key) return key * 2 end })
local logged = setmetatable({}, {
  __newindex = function(t, key, value)
    writes = writes + 1
    rawset(t, key, value)
  end,
  __len = function() return writes end,
})
local adder = setmetatable({ by = 3 }, { __call = function(self, value) return value + self.by end })
local total = 0
for i = 1, N * 6 do
  total = total + defaults[i % 10] + adder(i)
  logged[i % 500 + 1] = i
end
print("tables", total, writes, #logged)
