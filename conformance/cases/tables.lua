-- Constructors, borders, keys and the table library (§3.4.9, §6.6).
local t = { 1, 2, 3, nil }
print(#t, #{ n = 1 }, #{}, #{ nil }, #{ nil, nil, 3 } == 3 or #{ nil, nil, 3 } == 0) --> 3 0 0 0 true
print(#{ 1, 2, nil, 4 } == 4 or #{ 1, 2, nil, 4 } == 2, #{ [1] = 1, [2] = 2 }, #{ [2] = 2 } == 0 or #{ [2] = 2 } == 2)
--> true 2 true
-- where the reference's border is the end of its array part, programs have come to rely on it
print(#{ nil, 2 }, #{ 1, nil, 3 }, #{ n = 1, nil, 2 }, #{ "a", nil, nil, [9] = "i", "f", [5] = "g" }, (function(...) return #{ ... } end)(1, nil, 3))
--> 2 3 2 5 3
local c = { 10, [1] = 20, 30, x = 1, ["y z"] = 2, [3 + 1] = "four"; 40 }
print(c[1], c[2], c[3], c[4], c.x, c["y z"], #c) --> 10 30 40 four 1 2 4
print(#{ (function() return 1, 2, 3 end)() }, #{ (function() return 1, 2, 3 end)(), 4 }, #{ ((function() return 1, 2, 3 end)()) })
--> 3 2 1
-- growing and shrinking at the end
local g = {}
for i = 1, 100 do g[i] = i end
for i = 100, 51, -1 do g[i] = nil end
print(#g, g[50], g[51]) --> 50 50 nil
g[#g + 1] = "new"
print(#g, g[51]) --> 51 new
-- filled backwards, and through the hash
local back = {}
for i = 10, 1, -1 do back[i] = i end
print(#back) --> 10
-- integer and float keys are one, strings are another
local k = {}
k[1] = "int"
k[1.0] = "float one"
k["1"] = "string"
k[2 ^ 53] = "big"
k[1.5] = "fraction"
k[-0.0] = "zero"
print(k[1], k["1"], k[2 ^ 53 | 0], k[1.5], k[0], #k) --> float one string big fraction zero 1
for key in pairs({ [3.0] = 1 }) do print(key, math.type(key)) end --> 3 integer
k[true], k[false] = "yes", "no"
print(k[true], k[false], k[not nil]) --> yes no yes
local f, tt = function() end, {}
k[f], k[tt] = "function", "table"
print(k[f], k[tt], k[{}], k[print]) --> function table nil nil
print(pcall(function() k[nil] = 1 end)) --> false tables.lua:39: table index is nil
print(pcall(function() k[0 / 0] = 1 end)) --> false tables.lua:40: table index is NaN
print(pcall(function() return { [nil] = 1 } end)) --> false tables.lua:41: table index is nil
-- insert and remove
local a = {}
table.insert(a, "c")
table.insert(a, 1, "a")
table.insert(a, 2, "b")
table.insert(a, #a + 1, "d")
print(table.concat(a, ",")) --> a,b,c,d
print(table.remove(a), table.remove(a, 1), table.concat(a, ",")) --> d a b,c
print(table.remove({}), table.remove({}, 0), #a, table.remove(a, #a + 1), table.remove({ [0] = "z" }, 0))
--> nil nil 2 nil z
print(pcall(table.insert, { 1, 2, 3 }, 5, 1))
--> false bad argument #2 to 'table.insert' (position out of bounds)
print(pcall(table.insert, { 1, 2, 3 }, 0, 1))
--> false bad argument #2 to 'table.insert' (position out of bounds)
print(pcall(table.insert, { 1 }, 1)) --> true
print(pcall(table.remove, { 1, 2, 3 }, 5))
--> false bad argument #2 to 'table.remove' (position out of bounds)
print(pcall(table.insert, nil, 1)) --> false bad argument #1 to 'table.insert' (table expected, got nil)
-- concat
print(table.concat({}), table.concat({ 1 }), table.concat({ 1, 2.5, "x" }, "-"), table.concat({ 1, 2, 3, 4 }, ",", 2, 3), table.concat({ 1, 2 }, ",", 3))
-->  1 1-2.5-x 2,3
print(pcall(table.concat, { 1, {}, 3 })) --> false invalid value (table) at index 2 in table for 'concat'
print(pcall(table.concat, { 1, 2 }, ",", 1, 3))
--> false invalid value (nil) at index 3 in table for 'concat'
print(pcall(table.concat, { true })) --> false invalid value (boolean) at index 1 in table for 'concat'
-- move
print(table.concat(table.move({ 1, 2, 3 }, 1, 3, 2), ","), table.concat(table.move({ 1, 2, 3 }, 2, 3, 1), ","), table.concat(table.move({ 1, 2, 3 }, 1, 3, 1, {}), ","), #table.move({ 1, 2, 3 }, 1, 0, 5))
--> 1,1,2,3 2,3,3 1,2,3 3
print(pcall(table.move, { 1 }, 1, math.maxinteger, 2))
--> false bad argument #4 to 'table.move' (destination wrap around)
print(pcall(table.move, { 1 }, -1, math.maxinteger, 2))
--> false bad argument #3 to 'table.move' (too many elements to move)
-- sort
local s = { 5, 2, 8, 1, 9, 3 }
table.sort(s)
print(table.concat(s, " ")) --> 1 2 3 5 8 9
table.sort(s, function(x, y) return x > y end)
print(table.concat(s, " ")) --> 9 8 5 3 2 1
local words = { "banana", "apple", "Cherry", "date" }
table.sort(words)
print(table.concat(words, " ")) --> Cherry apple banana date
table.sort(words, function(x, y) return #x < #y or (#x == #y and x < y) end)
print(table.concat(words, " ")) --> date apple Cherry banana
local mixed = { 3, 1.5, 2, -1, 1e10, -math.huge }
table.sort(mixed)
print(table.concat(mixed, " ")) --> -inf -1 1.5 2 3 10000000000.0
print(pcall(table.sort, { 1, "x", 2 })) --> false attempt to compare string with number
print(pcall(table.sort, { {}, {} })) --> false attempt to compare two table values
print(pcall(table.sort, { 1, 2 }, 5))
--> false bad argument #2 to 'table.sort' (function expected, got number)
print(pcall(table.sort, { 3, 1, 2 }, function() error("in comparison", 0) end)) --> false in comparison
local big = {}
for i = 1, 500 do big[i] = (i * 7919) % 503 end
table.sort(big)
local ordered = true
for i = 2, #big do ordered = ordered and big[i - 1] <= big[i] end
print(ordered, #big) --> true 500
-- unpack and pack
print(table.unpack({ 1, 2, 3 }, -1, 1)) --> nil nil 1
print(table.pack().n, table.pack(nil).n, table.pack(1, nil).n) --> 0 1 2
-- next
print(next({}), next({ 10 }), type(next), next({ 10 }, 1)) --> nil 1 function nil
print(pcall(next, {}, 1)) --> false invalid key to 'next'
print(rawlen({ 1, 2 }), rawget({ 5 }, 1), rawset({}, "a", 1).a, rawequal("a", "a")) --> 2 5 1 true
-- tables as values, shared and self-referring
local self_ = {}
self_.self = self_
print(self_.self.self == self_, self_ == {}, { } == { }) --> true false false
local matrix = {}
for i = 1, 3 do matrix[i] = {} for j = 1, 3 do matrix[i][j] = i * j end end
print(matrix[2][3], #matrix, #matrix[1]) --> 6 3 3
-- a field set to nil goes, a later one comes again
local h = { a = 1, b = 2 }
h.a = nil
local left = 0
for _ in pairs(h) do left = left + 1 end
h.a = 3
print(left, h.a, h.b) --> 1 3 2
print(#"abc" == 3, #table.pack(table.unpack({ 1, 2, 3 }))) --> true 3
-- a long constructor (more items than one SETLIST stores)
local long = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103, (function() return 104, 105 end)() }
print(#long, long[50], long[51], long[100], long[105]) --> 105 50 51 100 105
