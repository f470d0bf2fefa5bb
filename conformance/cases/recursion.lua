-- Depth: proper tail calls, deep recursion, overflow as an error that can be caught (§3.4.10).
local function loop(n) if n == 0 then return "done" end return loop(n - 1) end
print(loop(100000)) --> done
local function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1) end
print(even(10001)) --> false
local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end
print(depth(15000)) --> 15000
local function forever(n) return 1 + forever(n + 1) end
local ok, message = pcall(forever, 1)
print(ok, (message:match("stack overflow"))) --> false stack overflow
print(depth(100)) --> 100
-- in a coroutine, in a metamethod, in tostring, in pcall
print(coroutine.wrap(function() local o, m = pcall(forever, 1) return o, m:match("stack overflow") end)())
--> false stack overflow
local endless = setmetatable({}, {})
getmetatable(endless).__index = function(t, k) return t[k + 1] end
ok, message = pcall(function() return endless[1] end)
print(ok, message:match("overflow")) --> false overflow
getmetatable(endless).__tostring = function(t) return tostring(t) end
ok, message = pcall(tostring, endless)
print(ok, message:match("overflow")) --> false overflow
getmetatable(endless).__call = function(self, n) if n == 0 then return "bottom" end return self(n - 1) end
print(endless(1000)) --> bottom
local function nested(n) if n == 0 then return "innermost" end return select(2, pcall(nested, n - 1)) end
print(nested(150)) --> innermost
ok, message = pcall(string.gsub, ("a"):rep(100), "a", function() return forever(1) end)
print(ok, message:match("overflow")) --> false overflow
local function through_sort(n) if n == 0 then return true end local t = { 2, 1 } table.sort(t, function(a, b) if n > 0 then through_sort(n - 1) n = 0 end return a < b end) return t[1] == 1 end
print(through_sort(50)) --> true
-- a varargs recursion, a method recursion, mutual closures
local function sum(first, ...) if first == nil then return 0 end return first + sum(...) end
print(sum(table.unpack((function() local t = {} for i = 1, 150 do t[i] = i end return t end)()))) --> 11325
local o = { n = 0 }
function o:down(k) self.n = self.n + 1 if k > 0 then return self:down(k - 1) end return self.n end
print(o:down(20000)) --> 20001
-- an error deep inside comes through to the top
local function fail(n) if n == 0 then error("bottom", 0) end fail(n - 1) end
print(pcall(fail, 5000)) --> false bottom
-- recursive data and string building
local list = nil
for i = 1, 5000 do list = { next = list, v = i } end
local len = 0
while list do len, list = len + 1, list.next end
print(len) --> 5000
local function build(n) if n == 0 then return "" end return build(n - 1) .. "x" end
print(#build(2000)) --> 2000
-- Ackermann, Fibonacci, Hanoi
local function ack(m, n) if m == 0 then return n + 1 elseif n == 0 then return ack(m - 1, 1) end return ack(m - 1, ack(m, n - 1)) end
print(ack(2, 5)) --> 13
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print(fib(15)) --> 610
local moves = 0
local function hanoi(n, a, b, c) if n == 0 then return end hanoi(n - 1, a, c, b) moves = moves + 1 hanoi(n - 1, c, b, a) end
hanoi(8, "a", "b", "c")
print(moves) --> 255
-- protected calls nest as deep as C calls may, and surplus arguments fill the stack
local levels = 0
local function protected() levels = levels + 1 return select(2, pcall(protected)) end
print(protected(), levels > 150 and levels < 250) --> C stack overflow true
local function again() assert(pcall(again)) end
print(xpcall(again, again)) --> false error in error handling
local function widening(...) return 1 + widening(1, ...) end
ok, message = pcall(widening)
print(ok, message:match("stack overflow")) --> false stack overflow
print(xpcall(forever, function() return select(2, pcall(error, "a handler has room for calls", 0)) end, 1))
--> false a handler has room for calls
-- a message handler has a reserve; what fills that, too, is an error in error handling
local function inner() return select(2, pcall(forever, 1)) end
print(xpcall(forever, inner, 1)) --> false error in error handling
print(select(2, xpcall(error, inner, "x")):match("stack overflow")) --> stack overflow
print(xpcall(forever, forever, 1)) --> false error in error handling
print(select(2, pcall(forever, 1)):match("stack overflow")) --> stack overflow
print(xpcall(forever, function() return select(2, xpcall(error, function(m) return "inner " .. m end, "error")) end, 1))
--> false inner error
