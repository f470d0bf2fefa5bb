-- Each turn of a loop has its own variables; closures share what they capture (§3.5).
local numeric = {}
for i = 1, 3 do
  numeric[i] = { get = function() return i end, add = function(n) i = i + n end }
end
numeric[1].add(10)
print(numeric[1].get(), numeric[2].get(), numeric[3].get()) --> 11 2 3

local generic = {}
for key, value in pairs { a = 1 } do generic.f = function() value = value + 1 return key, value end end
print(generic.f()) --> a 2
print(generic.f()) --> a 3

local whiles, n = {}, 0
while n < 3 do
  n = n + 1
  local m = n
  whiles[n] = function() m = m * 2 return m, n end
end
print(whiles[1](), whiles[1](), whiles[3]()) --> 2 4 6 3

local repeats = {}
repeat
  local r = #repeats + 1
  repeats[r] = function() return r end
until r == 3
print(repeats[1](), repeats[2](), repeats[3]()) --> 1 2 3

-- shared between two closures, and kept after the function returned
local function counter()
  local count = 0
  return function() count = count + 1 return count end, function() return count end
end
local up, read = counter()
local up2 = counter()
print(up(), up(), up2(), read()) --> 1 2 1 2

-- a parameter as an upvalue; a vararg inside a closure
local function keep(...)
  local a, b = ...
  local rest = { ... }
  return function() a = (a or 0) + 1 return a, b, #rest end
end
local kept = keep(1, 2, 3)
kept()
print(kept()) --> 3 2 3

-- upvalues through several levels, changed at each
local function outer()
  local v = 1
  local function middle()
    v = v + 1
    return function() v = v * 10 return v end
  end
  return middle, function() return v end
end
local middle, value = outer()
local inner = middle()
print(inner(), middle()(), value()) --> 20 210 210

-- recursion by name: local function sees itself, local f = function does not
local function fact(k) return k <= 1 and 1 or k * fact(k - 1) end
print(fact(20), fact(21)) --> 2432902008176640000 -4249290049419214848
local g = function() return g end
print(g()) --> nil

-- break leaves captured variables intact
local last
for i = 1, 10 do
  local square = i * i
  last = function() return square end
  if i == 4 then break end
end
print(last()) --> 16

-- equal closures need not be equal, the same closure is
local function make() return function() end end
local f = make()
print(f == f, numeric[1].get == numeric[2].get) --> true false

-- the loop variable of a numeric loop is a copy
local seen = {}
for i = 1, 3 do
  seen[#seen + 1] = i
  i = i * 10
  seen[#seen + 1] = i
end
print(table.concat(seen, " ")) --> 1 10 2 20 3 30
-- debug: upvalues by reference
local a1, a2 = 1, 2
local function swap() a1, a2 = a2, a1 end
swap()
print(a1, a2) --> 2 1
