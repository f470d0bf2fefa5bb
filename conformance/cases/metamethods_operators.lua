-- Arithmetic, concatenation and comparison by metamethods (§2.4).
local V = {}
V.__index = V
local function text(v) return type(v) == "table" and "V" .. v.n or tostring(v) end
local events = { "add", "sub", "mul", "div", "mod", "pow", "idiv", "band", "bor", "bxor", "shl", "shr", "concat" }
for _, event in ipairs(events) do V["__" .. event] = function(a, b) return event .. "(" .. text(a) .. "," .. text(b) .. ")" end end
V.__unm = function(a, b) return "unm(" .. text(a) .. "," .. tostring(rawequal(a, b)) .. ")" end
V.__bnot = function(a, b) return "bnot(" .. text(a) .. "," .. tostring(rawequal(a, b)) .. ")" end
V.__len = function(a) return "len(" .. text(a) .. ")" end
local a, b = setmetatable({ n = 1 }, V), setmetatable({ n = 2 }, V)
print(a + b, a + 1, 1 + a, a - 1, 1 - a, a * 2, 2 * a)
--> add(V1,V2) add(V1,1) add(1,V1) sub(V1,1) sub(1,V1) mul(V1,2) mul(2,V1)
print(a / 2, 2 / a, a % 2, 2 % a, a ^ 2, 2 ^ a, a // 2, 2 // a)
--> div(V1,2) div(2,V1) mod(V1,2) mod(2,V1) pow(V1,2) pow(2,V1) idiv(V1,2) idiv(2,V1)
print(a & 1, 1 & a, a | 1, 1 | a, a ~ 1, 1 ~ a, a << 1, 1 << a, a >> 1, 1 >> a)
--> band(V1,1) band(1,V1) bor(V1,1) bor(1,V1) bxor(V1,1) bxor(1,V1) shl(V1,1) shl(1,V1) shr(V1,1) shr(1,V1)
print(-a, ~a, #a, a .. "s", "s" .. a, a .. 1, 1 .. a, a .. b)
--> unm(V1,true) bnot(V1,true) len(V1) concat(V1,s) concat(s,V1) concat(V1,1) concat(1,V1) concat(V1,V2)
print("x" .. "y" .. a, a .. "x" .. "y", "x" .. a .. "y") --> xconcat(y,V1) concat(V1,xy) xconcat(V1,y)
print(a + 1.5, 1.5 + a, a + "s", "s" + a, a & 1.5, "s" & a)
--> add(V1,1.5) add(1.5,V1) add(V1,s) add(s,V1) band(V1,1.5) band(s,V1)
print(a + 1000000, 1000000 - a, a * -1, a << 300, 300 >> a, a - 128, a + -128)
--> add(V1,1000000) sub(1000000,V1) mul(V1,-1) shl(V1,300) shr(300,V1) sub(V1,128) add(V1,-128)
-- the left operand's metamethod comes first
local W = { __add = function() return "W" end }
local w = setmetatable({ n = 3 }, W)
print(a + w, w + a, 1 + w, w + 1) --> add(V1,V3) W W W
-- comparison
local log = {}
local O = { __eq = function(x, y) log[#log + 1] = "eq" return x.n == y.n end, __lt = function(x, y) log[#log + 1] = "lt" return (type(x) == "table" and x.n or x) < (type(y) == "table" and y.n or y) end, __le = function(x, y) log[#log + 1] = "le" return (type(x) == "table" and x.n or x) <= (type(y) == "table" and y.n or y) end }
local p, q, r = setmetatable({ n = 1 }, O), setmetatable({ n = 2 }, O), setmetatable({ n = 1 }, O)
print(p == q, p ~= q, p == r, p ~= r, p == p, p == 1, p ~= "x") --> false true true false true false true
print(p < q, p > q, p <= q, p >= q, p < 5, 5 < p, p <= 1, 1 >= p, p > 0, 0 > p)
--> true false true false true false true true true false
print(table.concat(log, " ")) --> eq eq eq eq lt lt le le lt lt le le lt lt
-- results become booleans, equality is not asked for different types or raw equal values
local E = { __eq = function() return "truthy" end, __lt = function() return nil end, __le = function() return 1 end }
local e, f = setmetatable({}, E), setmetatable({}, E)
print(e == f, e ~= f, e < f, e <= f, e == {}, {} == e, e == 1) --> true false false true true true false
-- only the first of two different __eq counts, from the left
local E2 = { __eq = function() return false end }
print(e == setmetatable({}, E2), setmetatable({}, E2) == e) --> true false
-- no __le from __lt
print(pcall(function() return setmetatable({}, { __lt = function() return true end }) <= {} end))
--> false metamethods_operators.lua:44: attempt to compare two table values
-- a metamethod that is no function but callable
local callable = setmetatable({}, { __call = function(_, x, y) return "called " .. type(x) .. " " .. type(y) end })
print(setmetatable({}, { __add = callable }) + 1, 1 .. setmetatable({}, { __concat = callable }))
--> called table number called number table
-- a metamethod that returns nothing, or several
print(setmetatable({}, { __add = function() end }) + 1, (setmetatable({}, { __unm = function() return 1, 2 end }) and -setmetatable({}, { __unm = function() return 1, 2 end })))
--> nil 1
-- errors
print(pcall(function() return {} + 1 end))
--> false metamethods_operators.lua:54: attempt to perform arithmetic on a table value
print(pcall(function() return a < 1 end))
--> false metamethods_operators.lua:56: attempt to compare table with number
print(pcall(function() return {} < {} end))
--> false metamethods_operators.lua:58: attempt to compare two table values
print(pcall(function() return {} .. "x" end))
--> false metamethods_operators.lua:60: attempt to concatenate a table value
print(pcall(function() return nil .. "x" end))
--> false metamethods_operators.lua:62: attempt to concatenate a nil value
print(pcall(function() return -{} end))
--> false metamethods_operators.lua:64: attempt to perform arithmetic on a table value
print(pcall(function() return #5 end))
--> false metamethods_operators.lua:66: attempt to get length of a number value
print(pcall(function() return ~{} end))
--> false metamethods_operators.lua:68: attempt to perform bitwise operation on a table value
print(pcall(function() return 1 < "2" end))
--> false metamethods_operators.lua:70: attempt to compare number with string
print(pcall(function() return true < false end))
--> false metamethods_operators.lua:72: attempt to compare two boolean values
print(pcall(function() return nil > 1 end))
--> false metamethods_operators.lua:74: attempt to compare number with nil
print(pcall(function() return {} & 1.5 end))
--> false metamethods_operators.lua:76: attempt to perform bitwise operation on a table value
print(pcall(function() return 2 ^ 53 | {} end))
--> false metamethods_operators.lua:78: attempt to perform bitwise operation on a table value
print(pcall(function() return setmetatable({}, { __name = "My.Type" }) + 1 end))
--> false metamethods_operators.lua:80: attempt to perform arithmetic on a My.Type value
print(pcall(function() return setmetatable({}, { __name = "My.Type" }) < 1 end))
--> false metamethods_operators.lua:82: attempt to compare My.Type with number
-- strings use the string library's arithmetic
print("10" + 1, "3" * "4", 10 .. 20, "0x10" + 0, pcall(function() return "x" + 1 end))
--> 11 12 1020 16 false metamethods_operators.lua:85: attempt to add a 'string' with a 'number'
-- metamethods in table functions
local t = setmetatable({}, { __index = function(_, i) return i <= 3 and i * i or nil end, __len = function() return 3 end })
print(table.concat(t, ","), table.unpack(t)) --> 1,4,9 1 4 9
print(#t, select("#", table.unpack(t)), next(t)) --> 3 3 nil
local sorted = { setmetatable({ n = 3 }, O), setmetatable({ n = 1 }, O), setmetatable({ n = 2 }, O) }
table.sort(sorted)
print(sorted[1].n, sorted[2].n, sorted[3].n) --> 1 2 3
