-- Assignment of several values at once (§3.3.3).
local a, b, c = 1, 2
print(a, b, c) --> 1 2 nil
a, b, c = 3, 4, 5, 6
print(a, b, c) --> 3 4 5
a, b, c = c, a, b
print(a, b, c) --> 5 3 4
a, b = 1
print(a, b) --> 1 nil
local function two() return "x", "y" end
a, b, c = two()
print(a, b, c) --> x y nil
a, b, c = two(), "z"
print(a, b, c) --> x z nil
a, b, c = (two())
print(a, b, c) --> x nil nil
a, b, c = 0, two()
print(a, b, c) --> 0 x y

-- the target's table and key are those before the assignment
local t = { 1, 2, 3 }
local i = 1
i, t[i], t[i + 1] = i + 1, "one", "two"
print(i, t[1], t[2], t[3]) --> 2 one two 3
local u = { v = { w = 1 } }
local keep = u.v
u.v, u.v.w = nil, 2
print(u.v, keep.w) --> nil 2
local p = { next = { next = {} } }
local q = p.next
p.next, p = q.next, q
print(p == q, p.next ~= nil) --> true true
t = { 10, 20 }
t[1], t[2], t = t[2], t[1], nil
print(t) --> nil
local x, y = { 1 }, { 2 }
x[1], y[1], x, y = y[1], x[1], y, x
print(x[1], y[1]) --> 1 2

-- a local that is assigned while it indexes
local s = { k = "k2", k2 = "deep" }
local k = "k"
k, s[k] = "other", "changed"
print(k, s.k, s.other) --> other changed nil

-- the same target twice: the leftmost assignment comes last
local same
same, same = 1, 2
print(same) --> 1
local st = {}
st.f, st.f, st.f = 1, 2, 3
print(st.f) --> 1

-- upvalues and globals
local up1, up2 = 1, 2
local function swap() up1, up2 = up2, up1 end
swap()
print(up1, up2) --> 2 1
globalA, globalB = 1, 2
globalA, globalB = globalB, globalA
print(globalA, globalB) --> 2 1
globalA, globalB = nil
print(globalA, globalB) --> nil nil

-- values that are too many are still evaluated
local evaluated = 0
local function tick() evaluated = evaluated + 1 return evaluated end
local only = tick(), tick(), tick()
print(only, evaluated) --> 1 3

-- nested function definitions assign
local ns = { sub = {} }
function ns.f(n) return n end
function ns.sub.g(n) return n + 1 end
function ns.sub:m(n) return self == ns.sub, n end
print(ns.f(1), ns.sub.g(1), ns.sub:m(3)) --> 1 2 true 3

-- errors in the middle leave what was not stored
local partial = setmetatable({}, { __newindex = function(tab, key, value) if key == "bad" then error("refused", 0) end rawset(tab, key, value) end })
print(pcall(function() partial.first, partial.bad, partial.last = 1, 2, 3 end)) --> false refused
print(rawget(partial, "first"), rawget(partial, "last")) --> nil 3
for _, source in ipairs { "f() = 1", "a, f() = 1, 2", "(a) = 1", "a.b:c() = 1", "1 = a", "a + b = 1", "local x <const> = 1; x = 2", "local x <close> = nil; x = 2", "local x <other> = 1", "local function f() end f = 1; x y", "a, b", "a.b", "a", "local a.b = 1", "local x <const> = 1; local function g() x = 1 end" } do print((select(2, load(source, "=s")))) end
--> s:1: syntax error near '='
--> s:1: syntax error near '='
--> s:1: syntax error near '='
--> s:1: syntax error near '='
--> s:1: unexpected symbol near '1'
--> s:1: syntax error near '+'
--> s:1: attempt to assign to const variable 'x'
--> s:1: attempt to assign to const variable 'x'
--> s:1: unknown attribute 'other'
--> s:1: syntax error near 'y'
--> s:1: '=' expected near <eof>
--> s:1: syntax error near <eof>
--> s:1: syntax error near <eof>
--> s:1: unexpected symbol near '.'
--> s:1: attempt to assign to const variable 'x'
