-- Coroutines: yields across calls, pcall, metamethods and iterators; errors, wrap, close (§2.6).
local function trace(co, ...) return coroutine.resume(co, ...) end
local co = coroutine.create(function(a, b)
  local c = coroutine.yield(a + b)
  local d, e = coroutine.yield(c * 2)
  return d + e, "end"
end)
print(trace(co, 1, 2)) --> true 3
print(trace(co, 10)) --> true 20
print(trace(co, 3, 4)) --> true 7 end
print(trace(co)) --> false cannot resume dead coroutine
print(coroutine.status(co)) --> dead
print(coroutine.isyieldable(), coroutine.running() ~= nil, select(2, coroutine.running()))
--> false true true
print(coroutine.wrap(function() return coroutine.isyieldable(), select(2, coroutine.running()) end)())
--> true false
-- a generator
local function range(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i, i * i) end end) end
local collected = {}
for i, square in range(4) do collected[#collected + 1] = i .. ":" .. square end
print(table.concat(collected, " ")) --> 1:1 2:4 3:9 4:16
-- deep in the stack, recursively
local function walk(tree)
  if tree then
    walk(tree.left)
    coroutine.yield(tree.value)
    walk(tree.right)
  end
end
local tree = { value = 4, left = { value = 2, left = { value = 1 }, right = { value = 3 } }, right = { value = 6, left = { value = 5 } } }
local order = {}
for v in coroutine.wrap(function() walk(tree) end) do order[#order + 1] = v end
print(table.concat(order, " ")) --> 1 2 3 4 5 6
-- across pcall, and an error after it
co = coroutine.create(function()
  local ok, message = pcall(function()
    local got = coroutine.yield("in pcall")
    error("failed with " .. got, 0)
  end)
  local again = coroutine.yield(ok, message)
  return select(2, xpcall(function() return coroutine.yield(again) .. "!" end, print))
end)
print(trace(co)) --> true in pcall
print(trace(co, "value")) --> true false failed with value
print(trace(co, "again")) --> true again
print(trace(co, "last")) --> true last!
print(trace(co)) --> false cannot resume dead coroutine
-- a message handler runs after a yield inside xpcall
print(coroutine.wrap(function() return xpcall(function() coroutine.yield() error("x", 0) end, function(m) return "handled " .. m end) end)())
-->
local w = coroutine.wrap(function() return xpcall(function() coroutine.yield("first") error("x", 0) end, function(m) return "handled " .. m end) end)
print(w()) --> first
print(w()) --> false handled x
-- across metamethods
local function y(...) return coroutine.yield(...) end
local M = setmetatable({}, { __index = function(_, k) return y("index " .. k) end, __newindex = function(_, k, v) y("newindex " .. k .. v) end, __add = function(_, b) return y("add " .. b) end, __call = function(_, x) return y("call " .. x) end, __len = function() return y("len") end, __eq = function() return y("eq") end, __lt = function() return y("lt") end, __le = function() return y("le") end, __concat = function() return y("concat") end, __unm = function() return y("unm") end })
local N = setmetatable({}, getmetatable(M))
co = coroutine.wrap(function()
  local r = { M.field, M + 5, M(7), #M, M == N, M < N, M <= N, M .. "x", -M }
  M.new = 1
  if M == N then r[#r + 1] = "equal" end
  if not (M < N) then r[#r + 1] = "not less" end
  local text = "a" .. "b" .. M .. "c"
  r[#r + 1] = text
  for i = 1, #r do r[i] = tostring(r[i]) end
  return table.concat(r, " ")
end)
local asked = {}
local step = co()
while true do
  asked[#asked + 1] = step
  if #asked > 20 or step:find("^%d") then break end
  step = co(#asked)
end
print(table.concat(asked, ", "))
--> index field, add 5, call 7, len, eq, lt, le, concat, unm, newindex new1, eq, lt, concat, 1 2 3 4 true true true 8 9 equal ab13
-- across an iterator of for, and its body
local produced = {}
for value in coroutine.wrap(function()
  for key in (function() return coroutine.yield("from iterator") end) do
    coroutine.yield("body " .. key)
  end
  return nil
end) do
  produced[#produced + 1] = value
  if #produced > 4 then break end
end
print(table.concat(produced, ", ")) --> from iterator
-- in table.sort and string.gsub no yield is possible
print(coroutine.resume(coroutine.create(function() table.sort({ 3, 2, 1 }, function(a, b) coroutine.yield() return a < b end) end)))
--> false attempt to yield across a C-call boundary
print(coroutine.resume(coroutine.create(function() return ("x"):gsub("x", function() coroutine.yield() end) end)))
--> false attempt to yield across a C-call boundary
print(pcall(coroutine.yield)) --> false attempt to yield from outside a coroutine
-- errors
co = coroutine.create(function() local x = nil; return x.field end)
print(trace(co)) --> false coroutines.lua:96: attempt to index a nil value (local 'x')
print(coroutine.status(co), trace(co)) --> dead false cannot resume dead coroutine
co = coroutine.create(function() error({ code = 42 }) end)
print(select(2, trace(co)).code) --> 42
print(pcall(coroutine.wrap(function() error("in wrap") end))) --> false coroutines.lua:101: in wrap
print(pcall(coroutine.wrap(function() error({}) end)) == false) --> true
co = coroutine.wrap(function() return 1 end)
co()
print(pcall(co)) --> false cannot resume dead coroutine
print(coroutine.resume(coroutine.running())) --> false cannot resume non-suspended coroutine
co = coroutine.create(function() return coroutine.resume(co) end)
print(trace(co)) --> true false cannot resume non-suspended coroutine
print(pcall(coroutine.create, 1))
--> false bad argument #1 to 'coroutine.create' (function expected, got number)
print(pcall(coroutine.resume, 1))
--> false bad argument #1 to 'coroutine.resume' (thread expected, got number)
print(pcall(coroutine.status, {}))
--> false bad argument #1 to 'coroutine.status' (thread expected, got table)
-- status from inside and outside
local states = {}
local outer
outer = coroutine.create(function()
  states[#states + 1] = coroutine.status(outer)
  local inner = coroutine.create(function() states[#states + 1] = coroutine.status(outer) end)
  states[#states + 1] = coroutine.status(inner)
  coroutine.resume(inner)
  states[#states + 1] = coroutine.status(inner)
  coroutine.yield()
end)
coroutine.resume(outer)
states[#states + 1] = coroutine.status(outer)
print(table.concat(states, " ")) --> running suspended normal dead suspended
-- close
co = coroutine.create(function() coroutine.yield() end)
print(coroutine.close(co), coroutine.status(co)) --> true dead
co = coroutine.create(function() coroutine.yield() end)
coroutine.resume(co)
print(coroutine.close(co), coroutine.status(co), coroutine.resume(co))
--> true dead false cannot resume dead coroutine
co = coroutine.create(function() error("boom", 0) end)
coroutine.resume(co)
print(coroutine.close(co)) --> false boom
print(coroutine.close(co)) --> true
print(pcall(coroutine.close, coroutine.running())) --> false cannot close a running coroutine
-- many values, none, and nil in the middle
co = coroutine.wrap(function(...) while true do coroutine.yield(select("#", ...), ...) end end)
print(co(nil, 2, nil)) --> 3 nil 2 nil
print(select("#", coroutine.wrap(function() coroutine.yield() end)())) --> 0
-- a tail call to yield, and resume passing through several levels
print(coroutine.wrap(function() return coroutine.yield(1, 2, 3) end)()) --> 1 2 3
local function relay(f) return coroutine.wrap(function(...) local g = coroutine.wrap(f) local v = g(...) while v do coroutine.yield(v .. "'") v = g() end end) end
local relayed = {}
for v in relay(function() for i = 1, 3 do coroutine.yield(i) end end) do relayed[#relayed + 1] = v end
print(table.concat(relayed, " ")) --> 1' 2' 3'
-- producer and consumer, thousands of switches
local total, producer = 0, coroutine.wrap(function() for i = 1, 3000 do coroutine.yield(i) end return nil end)
for v in producer do total = total + v end
print(total) --> 4501500
-- upvalues shared between coroutines
local shared = 0
local a = coroutine.wrap(function() while true do shared = shared + 1 coroutine.yield() end end)
local b = coroutine.wrap(function() while true do shared = shared * 2 coroutine.yield(shared) end end)
a() a() print(b()) a() print(b())
--> 4
--> 10
print(type(coroutine.create(print)), coroutine.wrap(print) ~= nil, (tostring(coroutine.create(print)):gsub("0x%x+", "ADDR"):gsub(": .*", ": ADDR")))
--> thread true thread: ADDR
