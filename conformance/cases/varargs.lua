-- Varargs, adjustment of lists of values, select and table.pack (§3.4.11, §3.4.12).
local function count(...) return select("#", ...) end
local function pass(...) return ... end
local function three() return 1, 2, 3 end
local function none() end
print(count(), count(nil), count(nil, nil), count(none()), count((none())), count(three()), count((three())), count(three(), three()), count(none(), none()))
--> 0 1 2 0 1 3 1 4 1
print(three(), three()) --> 1 1 2 3
print((three())) --> 1
print(#{ three(), three() }, #{ three(), (three()) }, #{ pass() }, #{ pass(1, 2) }, #{ three(), nil })
--> 4 2 0 2 1
local a, b, c, d = three()
print(a, b, c, d) --> 1 2 3 nil
local e, f = (three())
print(e, f) --> 1 nil
local g, h, i = 0, three()
print(g, h, i) --> 0 1 2
local j, k = none()
print(j, k, (none())) --> nil nil nil
print(select(2, "a", "b", "c")) --> b c
print(select(-1, "a", "b", "c")) --> c
print(select(-2, "a", "b", "c")) --> b c
print(select("#"), select("#", nil, nil)) --> 0 2
print(select(4, "a", "b", "c")) -->
print(pcall(select, 0, 1)) --> false bad argument #1 to 'select' (index out of range)
print(pcall(select, -4, 1, 2, 3)) --> false bad argument #1 to 'select' (index out of range)
print(pcall(select, "x")) --> false bad argument #1 to 'select' (number expected, got string)
print(select(2.0, "a", "b"), select("2", "a", "b")) --> b b
local packed = table.pack(nil, 2, nil)
print(packed.n, #packed == packed.n or #packed < 4, packed[2]) --> 3 true 2
print(table.unpack({ 1, 2, 3 })) --> 1 2 3
print(table.unpack({ 1, 2, 3 }, 2)) --> 2 3
print(table.unpack({ 1, 2, 3 }, 2, 5)) --> 2 3 nil nil
print(table.unpack({}, 1, 3)) --> nil nil nil
print(count(table.unpack({ n = 3 }, 1, 3)), count(table.unpack({ 1, nil, 3 }, 1, 3))) --> 3 3
print(pcall(table.unpack, {}, 1, 1e8)) --> false too many results to unpack
print(table.unpack({ 1, 2 }, math.maxinteger, math.maxinteger)) --> nil
print(count(table.unpack({}, 1, 250))) --> 250
local function named(first, ...)
  local second = ...
  return first, second, count(...)
end
print(named(1, 2, 3, nil)) --> 1 2 3
print(named()) --> nil nil 0
print((function(...) return ... end)(1, nil, 3, nil)) --> 1 nil 3 nil
print((function(...) local x = ... ; return x, (...) end)(7, 8)) --> 7 7
print((function(...) local t = { ..., "end" } return #t, t[1], t[2] end)(7, 8)) --> 2 7 end
print((function(...) local t = { "start", ... } return #t, t[1], t[2], t[3] end)(7, 8)) --> 3 start 7 8
print((function(...) local function inner(...) return count(...), ... end return inner(...) end)(4, 5))
--> 2 4 5
print(pcall(load, "function f() return ... end"))
--> true nil [string "function f() return ... end"]:1: cannot use '...' outside a vararg function near '...'
print(load("function f() return ... end", "=s"))
--> nil s:1: cannot use '...' outside a vararg function near '...'
print(load("return ...", "=s")(1, 2, 3)) --> 1 2 3
print(count(load("return ...")())) --> 0
local function tail(n, ...) if n == 0 then return count(...) end return tail(n - 1, n, ...) end
print(tail(100)) --> 100
local function rotate(first, ...) return ..., first end
print(rotate(1, 2, 3)) --> 2 1
print(string.format("%s-%s", pass("a", "b"), pass("c", "d"))) --> a-c
print(math.max(three()), (math.max(three(), 10)), math.max((three()))) --> 3 10 1
print(#table.pack(("x"):byte(1, -1)), count(("xyz"):byte(1, -1)), count((""):byte(1, -1))) --> 1 3 0
print(not none(), none() == nil, (none() or "default")) --> true true default
print(pcall(pcall)) --> false bad argument #1 to 'pcall' (value expected)
