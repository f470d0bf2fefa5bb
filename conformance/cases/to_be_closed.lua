-- To-be-closed variables on every way out of a block (§3.3.8).
local log
local function closer(name, act)
  return setmetatable({}, { __close = function(_, err)
    log[#log + 1] = name .. (err ~= nil and "(" .. tostring(err) .. ")" or "")
    if act then return act(err) end
  end })
end
local function taken() local text = table.concat(log, " ") log = {} return text end
log = {}
do
  local a <close> = closer("a")
  local b <close> = closer("b")
  local n <close>, f <const> = nil, 1
  log[#log + 1] = "body"
end
print(taken()) --> body b a
local function early(x)
  local a <close> = closer("a")
  if x then
    local b <close> = closer("b")
    return "early", x
  end
  return "late"
end
print(early(1)) --> early 1
print(taken()) --> b a
print(early()) --> late
print(taken()) --> a
-- break, goto, and each turn of a loop
for i = 1, 3 do
  local c <close> = closer("c" .. i)
  if i == 2 then break end
end
print(taken()) --> c1 c2
while true do
  local c <close> = closer("w")
  do break end
end
print(taken()) --> w
local i = 0
repeat
  i = i + 1
  local c <close> = closer("r" .. i)
until i == 2
print(taken()) --> r1 r2
-- errors: each handler gets the current error and may replace it
print(pcall(function() --> false from b
  local a <close> = closer("a")
  local b <close> = closer("b", function() error("from b", 0) end)
  local c <close> = closer("c")
  error("original", 0)
end))
print(taken()) --> c(original) b(original) a(from b)
-- an error of a handler in a normal exit
print(pcall(function() --> false in b
  local a <close> = closer("a")
  local b <close> = closer("b", function() error("in b", 0) end)
  return "never seen"
end))
print(taken()) --> b a(in b)
-- a non-closable value is refused when it is declared
print(pcall(function() local x <close> = {} end))
--> false to_be_closed.lua:63: variable 'x' got a non-closable value
print(pcall(function() local x <close> = 42 end))
--> false to_be_closed.lua:65: variable 'x' got a non-closable value
print(pcall(function() local x <close> = nil local y <close> = false return "nil and false are fine" end))
--> true nil and false are fine
-- results are kept while handlers run
local function results()
  local a <close> = closer("a", function() return "ignored" end)
  return 1, nil, 3
end
print(results()) --> 1 nil 3
print(taken()) --> a
-- the value of a generic for (the fourth)
for k in next, { x = 1 }, nil, closer("for") do log[#log + 1] = k end
print(taken()) --> x for
for k in next, { x = 1 }, nil, closer("for") do break end
print(taken()) --> for
print(pcall(function() for k in next, { x = 1 }, nil, closer("for") do error("in loop", 0) end end))
--> false in loop
print(taken()) --> for(in loop)
-- in coroutines: a handler runs when the coroutine is closed, and may yield while it runs normally
local co = coroutine.create(function()
  local a <close> = closer("a")
  local b <close> = closer("b")
  coroutine.yield("suspended")
end)
print(coroutine.resume(co)) --> true suspended
print(coroutine.close(co), taken()) --> true b a
co = coroutine.create(function()
  local a <close> = closer("a", function() error("closing", 0) end)
  coroutine.yield()
end)
coroutine.resume(co)
print(coroutine.close(co)) --> false closing
print(coroutine.status(co), taken()) --> dead a
co = coroutine.wrap(function()
  local a <close> = setmetatable({}, { __close = function() coroutine.yield("yield in close") end })
  return "result"
end)
print(co()) --> yield in close
print(co()) --> result
co = coroutine.wrap(function()
  return pcall(function()
    local a <close> = setmetatable({}, { __close = function(_, e) coroutine.yield("closing after " .. e) end })
    error("failure", 0)
  end)
end)
print(co()) --> closing after failure
print(co()) --> false failure
-- a tail call is none while a variable waits to be closed
local function tail() log[#log + 1] = "callee" return "value" end
local function caller()
  local a <close> = closer("a")
  return tail()
end
print(caller(), taken()) --> value callee a
-- nested functions and upvalues
local function nested()
  local a <close> = closer("outer")
  local function inner() local b <close> = closer("inner") return 1 end
  return inner() + 1
end
print(nested(), taken()) --> 2 inner outer
local captured
do
  local x <close> = closer("x")
  captured = function() return x end
end
print(getmetatable(captured()) ~= nil, taken()) --> true x
-- xpcall: the handler sees the error before the variables are closed
print(xpcall(function() --> false e handled
  local a <close> = closer("a")
  error("e", 0)
end, function(m) log[#log + 1] = "handler" return m .. " handled" end))
print(taken()) --> handler a(e handled)
-- const
print(load("local x <const> = 1; x = 2", "=s")) --> nil s:1: attempt to assign to const variable 'x'
print(load("local x <close> = nil; x = 2", "=s")) --> nil s:1: attempt to assign to const variable 'x'
print(load("local a <close>, b <close> = 1, 2", "=s"))
--> nil s:1: multiple to-be-closed variables in local list
local k <const>, s <const>, n <const> = 10, "str", nil
print(k + 1, s .. "!", n, (function() return k, s end)()) --> 11 str! nil 10 str

-- Closing a coroutine, ended by an error or not, closes none of the closer's variables.
do
  local outer <close> = setmetatable({}, {__close = function() print("outer") end})
  local failed = coroutine.create(function() error("failed", 0) end)
  coroutine.resume(failed)
  print(coroutine.close(failed)) --> false failed
  local waiting = coroutine.create(function()
    local inner <close> = setmetatable({}, {__close = function() print("inner") end})
    coroutine.yield()
  end)
  coroutine.resume(waiting)
  print(coroutine.close(waiting))
  --> inner
  --> true
  print("end") --> end
end
--> outer
