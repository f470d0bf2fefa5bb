-- In which order operands, arguments and assignments are evaluated (§3.3.3, §3.4), as the reference does it.
local log = {}
local function note(name, ...)
  log[#log + 1] = name
  return ...
end
local function taken()
  local text = table.concat(log, " ")
  log = {}
  return text
end

local t = setmetatable({}, {
  __index = function(_, key) note("get-" .. key) return key end,
  __newindex = function(_, key, value) note("set-" .. key .. "=" .. tostring(value)) end,
})

-- operands from left to right
local _ = note("a", 1) + note("b", 2) * note("c", 3)
print(taken()) --> a b c
_ = note("a", 2) ^ note("b", 3) ^ note("c", 2)
print(taken()) --> a b c
_ = note("x", "1") .. note("y", "2") .. note("z", "3")
print(taken()) --> x y z
_ = note("l", 1) < note("r", 2)
print(taken()) --> l r
_ = note("l", 1) > note("r", 2)
print(taken()) --> l r
_ = note("l", 1) >= note("r", 2)
print(taken()) --> l r

-- function, then arguments
note("f", function() note("call") end)(note("1", 1), note("2", 2))
print(taken()) --> f 1 2 call

-- the table and key of a target come before the right-hand side; the stores go from right to left
local function target(name) note("table-" .. name) return t end
target("1")[note("key-1", "p")], target("2")[note("key-2", "q")] = note("v1", 1), note("v2", 2)
print(taken()) --> table-1 key-1 table-2 key-2 v1 v2 set-q=2 set-p=1

-- constructor fields in order
local constructed = { note("one", 1), key = note("two", 2), [note("three-key", 3)] = note("three", 3), note("four", 4) }
print(taken()) --> one two three-key three four
print(#constructed, constructed[1], constructed[2], constructed.key, constructed[3]) --> 3 1 4 2 3

-- and, or do not evaluate what they need not
_ = note("left", false) and note("right", true)
print(taken()) --> left
_ = note("left", 1) or note("right", true)
print(taken()) --> left
_ = note("a", nil) or note("b", false) or note("c", "value") or note("d", 1)
print(taken()) --> a b c

-- a local is visible only after its own initialiser
local x = 1
local x, y = x + 1, x
print(x, y) --> 2 1

-- a method's object is evaluated once
local object = { method = function(self, a) note("method") return self end }
local function get() note("object") return object end
get():method(note("argument", 1)):method(2)
print(taken()) --> object argument method method

-- the limits of a for loop are evaluated once, in order
for i = note("start", 1), note("limit", 2), note("step", 1) do note("i" .. i) end
print(taken()) --> start limit step i1 i2

-- a value read before it is changed by a later operand keeps its value when it is a temporary
local counter = 0
local function bump() counter = counter + 1 return counter end
print(bump() + bump() * 10, bump() .. bump()) --> 21 34

-- swap, and the classic i, a[i] = i+1, 20
local i, a = 3, {}
i, a[i] = i + 1, 20
print(i, a[3], a[4]) --> 4 20 nil
local p, q = 1, 2
p, q = q, p
print(p, q) --> 2 1

-- unary operators bind tighter than binary ones, exponentiation tighter still, and to the right
print(-2 ^ 2, 2 ^ -1, not nil == true, -3 % 5, (-3) % 5, 2 ^ 3 ^ 2) --> -4.0 0.5 true 2 2 512.0
print(1 .. 2 == "12", 1 + 2 .. 3 + 4, "a" .. "b" == "ab" and 1 or 2) --> true 37 1
print(1 | 2 ~ 3 & 4 << 1, 6 ~ 3 | 8, 1 << 2 + 1, 7 // 2 * 2, 2 * 3 % 4, #"abc" + 1, -"2" + 0, ~5 & 0xF)
--> 3 13 8 6 2 4 -2 10
