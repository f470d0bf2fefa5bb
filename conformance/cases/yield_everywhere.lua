-- Coroutines that yield from wherever 5.4 lets them (§2.6): calls, pcall, metamethods, iterators, <close>.
local function generate(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local sum = 0
for value in generate(10) do sum = sum + value end
print(sum)

local co = coroutine.create(function(a, b)
  local c = coroutine.yield(a + b)
  local d, e = coroutine.yield(c * 2)
  return d + e, "x"
end)
print(coroutine.resume(co, 1, 2))
print(coroutine.resume(co, 10))
print(coroutine.resume(co, 3, 4))
print(coroutine.resume(co), coroutine.status(co))

local everywhere = coroutine.wrap(function()
  print("pcall", pcall(function() coroutine.yield(1) error("oops", 0) end))
  print("xpcall", xpcall(function() coroutine.yield(2) error("oops", 0) end, function(m) return "handled " .. m end))
  local t = setmetatable({}, {
    __index = function(_, k) return coroutine.yield("index " .. k) end,
    __newindex = function(t, k, v) rawset(t, k, coroutine.yield("newindex " .. tostring(v))) end,
    __add = function() return coroutine.yield("add") end,
    __concat = function() return coroutine.yield("concat") end,
    __unm = function() return coroutine.yield("unm") end,
    __len = function() return coroutine.yield("len") end,
    __lt = function() return coroutine.yield("lt") end,
    __le = function() return coroutine.yield("le") end,
    __eq = function() return coroutine.yield("eq") end,
    __call = function(_, ...) return coroutine.yield("call", ...) end,
  })
  print("index", t.foo)
  t.bar = 1
  print("newindex", rawget(t, "bar"))
  print("arithmetic", t + 1, -t, #t, t .. "x")
  print("comparison", t < t, t <= t, t == setmetatable({}, getmetatable(t)), t > 1)
  print("call", t(1, 2))
  for k, v in function() return coroutine.yield("iterator") end do print("loop", k, v) end
  do
    local first <close> = setmetatable({}, { __close = function(_, e) print("closing", coroutine.yield("close"), e) end })
  end
  print("varargs", (function(...) return select("#", ...), ... end)(coroutine.yield("a"), coroutine.yield("b")))
  return (function(...) return coroutine.yield(...) end)("tail", "call")
end)
local value, more = everywhere()
local step = 0
while value ~= nil and step < 60 do
  step = step + 1
  print(step, value, more)
  if value == "iterator" and step % 2 == 1 then
    value, more = everywhere(nil)
  else
    value, more = everywhere(step, -step)
  end
  if value == step then break end
end
print("end", value, more)

-- deeper than any host's stack
local function deep(n)
  if n == 0 then coroutine.yield("bottom") return 0 end
  return 1 + deep(n - 1)
end
local diver = coroutine.wrap(function() return deep(20000) end)
print(diver(), diver())
print(coroutine.wrap(function()
  local function forever(n) return 1 + forever(n + 1) end
  local ok, message = pcall(forever, 1)
  return ok, message:match("stack overflow")
end)())

-- closing, errors, what cannot yield
local closing = coroutine.create(function()
  local a <close> = setmetatable({}, { __close = function() print("closed a") end })
  local b <close> = setmetatable({}, { __close = function() error("in b", 0) end })
  coroutine.yield()
end)
coroutine.resume(closing)
print(coroutine.close(closing))
print(coroutine.status(closing), coroutine.resume(closing))
print(select("#", pcall(coroutine.wrap(function() error({}, 0) end))))
print(pcall(coroutine.wrap(function() error("bad") end)))
print(coroutine.wrap(function()
  return coroutine.isyieldable(), pcall(table.sort, { 3, 2, 1 }, function() coroutine.yield() end)
end)())
print(coroutine.wrap(function() return select("#", coroutine.yield()) end)(), coroutine.isyieldable())

-- many at once, and dropped
local alive = {}
for i = 1, 2000 do
  alive[i] = coroutine.wrap(function() while true do coroutine.yield(i) end end)
  alive[i]()
end
sum = 0
for i = 1, #alive do sum = sum + alive[i]() end
print(sum)
--> 55
--> true 3
--> true 20
--> true 7 x
--> false dead
--> 1 1 nil
--> pcall false oops
--> 2 2 nil
--> xpcall false handled oops
--> 3 index foo nil
--> index 3
--> 4 newindex 1 nil
--> newindex 4
--> 5 add nil
--> 6 unm nil
--> 7 len nil
--> 8 concat nil
--> arithmetic 5 6 7 8
--> 9 lt nil
--> 10 le nil
--> 11 eq nil
--> 12 lt nil
--> comparison true true true true
--> 13 call 1
--> call 13 -13
--> 14 iterator nil
--> loop 14 -14
--> 15 iterator nil
--> 16 close nil
--> closing 16 nil
--> 17 a nil
--> 18 b nil
--> varargs 3 17 18 -18
--> 19 tail call
--> end 19 -19
--> bottom 20000
--> false stack overflow
--> closed a
--> false in b
--> dead false cannot resume dead coroutine
--> 2
--> false yield_everywhere.lua:82: bad
--> true false attempt to yield across a C-call boundary
--> nil false
--> 2001000
