-- One program with every opcode but LOADKX, for the listing, the binary format and the verifier.
local const <const>, text = 1, "x\0\200\n\"\\\t~"
local t = {1, 2, 3, x = 5, f = function(...) return ... end}
t.x, t[1], t[text], t.y, t[text] = text, nil, 1.5, 2, true
local big, half, minus = 2^53, 3.0, -1
for i = 1, 10 do t[i] = i + 1.5 - 2 * minus end
for k, v in pairs({10, 20}) do
  t[k] = k << 3 | 3 << v & (k ~ v) >> k
  t[v] = k - 3 + v // 2.0 % 7 / 3 + v ^ 2
  t[k + v] = k + v - (k - v) * k / v % (k // v) ^ k
  t[k << v] = (k & 7) | (v | 8) ~ (k ~ 9)
  k = k >> 2; v = 10 * k; t[#t] = k - 1000
  t.close = function() k = v; return k end
end
local function branch(x, y)
  if x == nil or x ~= 5 or x > 3 or x == "s" or x == y then return branch(x) end
  if x < 4 or x <= 4 or x >= 4 or 4 < y or x < y or x <= y then y = x and y or not x end
  local z, w = x == y, x or y
  return y .. t.x .. (x and 1 or 2), z, w
end
local function method(self, ...)
  local a, b = ...
  t.f, t[1], t[text] = ...
  self:call(a, b, ...)
  return {a, b, branch(a)}
end
local function none() return end
local function one(x) return x end
goto done
while text do t.c[1] = nil; t:f(text, ...) if none(one(t)) then break end end
::done::
local closed <close> = nil
local values = {none()}
result = #t + #values, -big, ~minus, not half
return t[1], t[text], method(t), true, false
