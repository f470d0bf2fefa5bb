"""What generated code takes for likely may change while it runs: then it follows (§2.4, §6.4)."""

from __future__ import annotations

import pytest

from moonquakes.stdlib import open_libraries
from moonquakes.values import as_tuple
from moonquakes.vm.state import State

PROGRAMS = {
    "a method of strings is replaced": """
local function first(s) return s:byte(1) end
local r = {}
for i = 1, 6 do r[i] = first('a') end
local byte = string.byte
string.byte = function(s) return 'mine' end
for i = 7, 9 do r[i] = first('a') end
string.byte = nil
r[10] = pcall(first, 'a')
string.byte = byte
r[11] = first('a')
return table.unpack(r)""",
    "strings get other fields": """
local function call(s) return s:upper() end
local r = {}
for i = 1, 6 do r[i] = call('a') end
local metatable = getmetatable('')
local old = metatable.__index
metatable.__index = { upper = function() return 'table' end }
r[7] = call('a')
metatable.__index = function(s, key) return function() return key .. s end end
r[8] = call('a')
debug.setmetatable('', { __index = { upper = function() return 'new' end } })
r[9] = call('a')
debug.setmetatable('', nil)
r[10] = pcall(call, 'a')
debug.setmetatable('', metatable)
metatable.__index = old
r[11] = call('a')
return table.unpack(r)""",
    "length of what has methods of strings": """
local function size(s) local n = 0; if s:len() > 0 then n = #s end; return n end
local object = setmetatable({ 1, 2, 3, len = function() return 1 end }, {})
local odd = setmetatable({}, { __index = object, __len = function() return 42 end })
return size('four'), size(object), size(odd), pcall(size, 7)""",
    "elements of an object": """
local log = {}
local Class = {}
Class.__index = Class
local object = setmetatable({}, Class)
local function put(o, i, v) o[i] = v end
for i = 1, 5 do put(object, i, i * i) end
Class.__newindex = function(o, k, v) log[#log + 1] = k; rawset(o, k, -v) end
for i = 3, 8 do put(object, i, i * i) end
put(object, 8, nil)
put(object, 8, 5)
put(object, 4, nil)
put(object, 4, 5)
put(object, 0, 7)
put(object, 0, 8)
put(object, 'x', 7)
return table.concat(log, ' '), table.concat(object, ' ', 1, 8), object[0], object.x""",
    "fields that are updated in place": """
local log = {}
local Class = { count = 10 }
Class.__index = Class
local function step(o, i) o.count = o.count + i; o[i] = (o[i] or 0) + 1; o[i] = o[i] * 2; return o.count end
local object = setmetatable({}, Class)
local r = { step(object, 1), step(object, 2), rawget(object, 'count'), Class.count }
local silent = setmetatable({}, { __index = function(o, k) return 5 end, __newindex = function(o, k, v)
  log[#log + 1] = tostring(k) .. '=' .. tostring(v) end })
r[#r + 1] = step(silent, 3)
r[#r + 1] = pcall(step, {}, 1)
r[#r + 1] = select(2, pcall(step, { count = 'x' }, 1))
r[#r + 1] = step({ count = '7' }, 1)
r[#r + 1] = step({ count = math.maxinteger }, 1)
return table.concat(log, ' '), table.unpack(r)""",
    "keys of any kind": """
local function put(t, k, v) t[k] = v; return t[k] end
local t, r = {}, {}
for _, k in ipairs{ 1, 2, 4, 3, 2.0, 2.5, 'x', true, -1, 0, 1 << 40 } do r[#r + 1] = put(t, k, #r) end
for _, k in ipairs{ 4, 2.0, 'x', -1, 7 } do r[#r + 1] = tostring(put(t, k, nil)) end
r[#r + 1] = select(2, pcall(put, t, nil, 1))
r[#r + 1] = select(2, pcall(put, t, 0/0, 1))
r[#r + 1] = select(2, pcall(put, 'text', 1, 1))
r[#r + 1] = #t
return table.unpack(r)""",
    "objects": """
local log = {}
local function new(x, class) return setmetatable({ x = x, y = x and x.y }, class) end
local function bound(class)
  local o = setmetatable({ 1 }, class)
  return o[1], getmetatable(o) == class, o.z
end
local plain = { __index = { z = 5 } }
local r = { new({ y = 3 }, plain).y, new(nil, plain).z, new(nil, nil).x, bound(plain) }
do
  local collected = { __gc = function() log[#log + 1] = 'collected' end }
  new({}, collected); bound(collected)
end
collectgarbage(); collectgarbage()
local weak = new({}, { __mode = 'v' })
collectgarbage(); collectgarbage()
r[#r + 1] = tostring(weak.x)
r[#r + 1] = select(2, pcall(new, nil, 5))
r[#r + 1] = select(2, pcall(bound, 'class'))
local old = setmetatable
setmetatable = function(t, class) return t.x, class end
r[#r + 1] = select('#', new('mine', plain))
setmetatable = nil
r[#r + 1] = select(2, pcall(new, 1, plain))
setmetatable = old
return table.concat(log, ' '), table.unpack(r, 1, 20)""",
    "elements of a list that changes": """
local r = {}
local function walk(t, f)
  for i, v in ipairs(t) do
    r[#r + 1] = i .. ':' .. tostring(v)
    if f then f(t, i) end
  end
end
walk({ 1, 2, nil, 4 }); walk({}); walk({ nil, 2 }); walk({ [2] = 1 }); walk({ false, true })
walk({ 1, 2, 3 }, function(t, i) if #t < 6 then t[#t + 1] = i * 10 end end)
walk({ 1, 2, 3, 4 }, function(t, i) t[#t] = nil end)
walk({ 1, 2, 3, 4 }, function(t, i) t[i + 1] = nil end)
walk({ 1, 2, 3, 4 }, function(t, i) table.remove(t, 1) end)
walk({ 3, 1, 2 }, function(t) table.sort(t) end)
walk(setmetatable({ 1 }, { __index = function(t, i) return i < 4 and i * 2 or nil end }))
local function closures(t)
  local fs = {}
  for i, v in ipairs(t) do fs[i] = function() v = v + i; return v end end
  return fs
end
local fs = closures{ 5, 6 }
r[#r + 1] = fs[1]() + fs[1]() + fs[2]()
local function keys(t) local n = 0; for i in ipairs(t) do n = n + i end return n end
r[#r + 1] = keys{ 1, 1, nil, 1 }
local function leaves(t)
  for i, v in ipairs(t) do if v == 2 then goto done elseif v == 3 then return i end end
  ::done::
end
r[#r + 1] = tostring((leaves{ 1, 2, 3 })) .. tostring((leaves{ 1, 3 }))
r[#r + 1] = select(2, pcall(walk))
r[#r + 1] = select(2, pcall(walk, 'text'))
ipairs = function(t) return function(_, i) if i < 2 then return i + 1, nil end end, t, 0 end
walk({ 'x' })
return table.concat(r, ' ')""",
    "operations of objects": """
local log = {}
local V = { new = function(x) return { x = x } end }
V.__index = V
for _, event in ipairs{ 'add', 'sub', 'mul', 'div', 'mod', 'idiv', 'pow', 'band', 'shl' } do
  V['__' .. event] = function(a, b)
    log[#log + 1] = event
    if coroutine.isyieldable() then coroutine.yield(event) end
    return setmetatable({ x = (type(a) == 'table' and a.x or a) * 10 + (type(b) == 'table' and b.x or b) }, V)
  end
end
local function vector(x) return setmetatable({ x = x }, V) end
local function all(a, b)
  local c = a + b * 2 - 3
  local d = (c * (a - b)) / (b // 2)
  return c.x, d.x, d:y(), (a % b).x, (2 << a).x
end
V.y = function(self) return self.x end
local r = { all(vector(1), vector(2)) }
local co = coroutine.wrap(function() return all(vector(1), vector(2)) end)
local yields = 0
for i = 1, 20 do local v = co(); if math.type(v) then r[#r + 1] = v; break end; yields = yields + 1 end
r[#r + 1] = yields
local function index(a, b) local c = a + b; return c.x end
r[#r + 1] = select(2, pcall(index, 1, 2))
r[#r + 1] = select(2, pcall(index, nil, 2))
r[#r + 1] = select(2, pcall(index, {}, 2))
r[#r + 1] = select(2, pcall(index, '1', '2'))
r[#r + 1] = select(2, pcall(all, 1, nil))
return table.concat(log, ' '), table.unpack(r)""",
    "library functions in place": """
local r = {}
local function note(...)
  for i = 1, select('#', ...) do r[#r + 1] = tostring((select(i, ...))) end
  r[#r + 1] = ';'
end
local floor, max = math.floor, math.max
local function try(f) note(tostring((select(2, pcall(f))))) note(select(3, pcall(f))) end
local function all(s, i, j, x, y)
  try(function() return tostring((s:byte(i))), s:sub(i, i), s:sub(i, j), s:sub(i), s:sub(2, -1) end)
  try(function() return string.byte(s, i + 1), string.sub(s, i, j + 1) end)
  try(function() return tostring(floor(x)), math.floor(x / 2), math.type(math.floor(y)) end)
  try(function() return max(x, y), math.min(x, y), math.abs(x), tostring(math.sqrt(x)) end)
  try(function() return type(s), type(x), string.char(i), (math.max(i, j)) end)
end
for _, s in ipairs{ 'hello', '', '\\255\\0' } do
  for _, i in ipairs{ 1, 2, 5, 6, 0, -1, 300, 2.0, '1' } do
    for _, x in ipairs{ 1.5, -2.5, 3, -7, 1e300, -0.0, '12' } do all(s, i, 3, x, 2) end
  end
end
all('x', 1, 1, 1/0, -1/0); all({}, 1, 1, 1, 1); all(5, 1, 1, nil, 1)
all('x', nil, nil, {}, 1); all('x', 1, 1, 0/0, 1)
note(tostring(tostring(0/0) == tostring(math.max(0/0, 1))), select(2, pcall(type)))
math.floor = function() return 'mine' end
string.sub = function() return 'mine' end
all('hello', 1, 2, 1.5, 2.5)
string.sub = nil
note(select(2, pcall(function() return ('x'):sub(1, 1) end)))
return (table.concat(r, ' '):gsub('table: [x%x]+', 'table'))""",
    "insert": """
local insert = table.insert
local r = {}
local function add(t, v) table.insert(t, v); insert(t, v); return #t end
r[1] = add({ 1 }, 2)
r[2] = add({ 1, x = 1 }, 2)
r[3] = add({ 1, [3] = 3, [4] = 4 }, 2)
r[4] = add({}, nil)
r[5] = add(setmetatable({}, { __len = function() return 5 end }), 1)
r[6] = select(2, pcall(add, nil, 1))
r[7] = select(2, pcall(add, 'x', 1))
r[8] = (function() local t = {}; table.insert(t, { x = #t + 1 }); return t[1].x end)()
r[9] = select('#', table.insert({}, 1))
table.insert = function(t, v) rawset(t, 'mine', v) end
local t = {}
add(t, 7)
r[10] = t.mine .. #t
return table.unpack(r)""",
    "select": """
local function pick(i, ...) local x = (select(i, ...)); return x, (select('#', ...)) end
local function rest(i, ...) return select(i, ...) end
local r = {}
local old = select
local function add(...) for i = 1, old('#', ...) do r[#r + 1] = tostring((old(i, ...))) end end
for _, i in ipairs{ 1, 3, -1, 2.0, 4, 9, 0, 'x', '2', '#', -9 } do add(pcall(pick, i, 'a', nil, 'c')) end
add(rest(2, 1, 2, 3)); add(rest(-1, 1, 2, 3)); add(rest('#')); add(pick(1)); add(pick(1, nil))
select = function(...) return 'mine', ... end
add(pick(1, 'a')); add(rest(1, 'a'))
select = old
return table.concat(r, ' ')""",
    "calls of calls": """
local log = {}
local function f(...) log[#log + 1] = select('#', ...); return ... end
local function none() end
local function three() return 1, 2, 3 end
local object = setmetatable({}, { __call = function(self, ...) return f(...) end })
f(1, none()); f(1, three()); f(1, 2, f(3)); f(none()); f(three()); object(1, three()); object(none())
local function last(...) return f(0, ...) end
log[#log + 1] = (last(1, last(three())))
log[#log + 1] = tostring(pcall(f, 1, none(), none()))
log[#log + 1] = select(2, pcall(function() local x = nil; return x(1, three()) end))
return table.concat(log, ' ')""",
    "an object that others inherit elements from": """
local parent = { 10, 20, 30 }
local child = setmetatable({}, { __index = parent, __newindex = parent })
local function put(o, i, v) o[i] = v; return o[i] end
local r = {}
for i = 1, 5 do r[i] = put(child, i, i) end
return rawlen(child), #parent, table.concat(r, ' '), table.concat(parent, ' ')""",
    "what is inherited is stored back": """
local log = {}
local base = { x = 5, s = 'a', [1] = 10 }
local function new()
  return setmetatable({}, { __index = base,
    __newindex = function(_, k, v) log[#log + 1] = k .. '=' .. tostring(v) end })
end
local function same(o) o.x = o.x; o.y = o.y end
local function more(o) o.x = o.x + 1; o.s = o.s .. 'b'; o.x = -o.x end
local function through(o) local v = o.x; o.x = v; local w = o[1]; o[1] = w end
local function element(t, i) t[i] = t[i]; t[i] = t[i] + 1 end
local o = new()
for i = 1, 9 do same(o); more(o); through(o); element(o, 1) end
local from_function = setmetatable({}, { __index = function(_, k) return k * 2 end,
  __newindex = function(_, k, v) log[#log + 1] = k .. ':' .. v end })
for i = 1, 9 do element(from_function, i) end
for k in pairs(o) do log[#log + 1] = 'raw ' .. k end
return table.concat(log, ' ')""",
    "characters up to the end and beyond": """
local r = {}
local function all(s)
  for i = 1, #s + 2 do
    r[#r + 1] = s:sub(i, i) .. '|' .. s:sub(i) .. '|' .. s:sub(i + 1, i + 1) .. '|' .. string.sub(s, i, i)
    r[#r + 1] = tostring((s:byte(i))) .. tostring((string.byte(s, i + 1))) .. select('#', s:byte(i))
  end
end
all('abc'); all(''); all('12')
for i = 1, 3 do r[#r + 1] = tostring(pcall(function(s) return s:sub(i, i) end, {})) end
local string = { byte = function(s, i) return s .. i end }
for i = 1, 2 do r[#r + 1] = string.byte('mine', i) end
return table.concat(r, ' ')""",
    "a shift of what has a field": """
local object = setmetatable({}, { __shl = function(a, b) return { x = a .. '<<' } end,
  __add = function(a, b) return a end, __shr = function(a, b) return { x = '>>' .. b } end })
local function f(a, b) local v = 2 << (a + b); return v.x end
local function g(a, b) local v = (a + b) >> 3; return v.x end
local function h(a, b) local v = (a + b) << 3; return v.x end
return f(object, 1), g(object, 1), pcall(h, object, 1)""",
    "objects are read in the order of the text": """
local log = {}
local number = {}
local function object(name)
  return setmetatable({}, { __index = function(_, k) log[#log + 1] = name .. k; return number end })
end
setmetatable(number, { __add = function(a, b) log[#log + 1] = 'add'; return a end,
  __mul = function(a, b) log[#log + 1] = 'mul'; return a end, __index = function(_, k) return 1 end })
local function g(...) return ... end
local function f(v, a, b, c) local r = v.x; return g(a.p, (b.q + c.r) * v, a.s) end
local function two(v, a, b, c) local w = (a.p + b.q) * (b.r + c.s); local u = v.x; return w.x, u end
local a, b, c = object('a'), object('b'), object('c')
for i = 1, 5 do f(number, a, b, c); two(number, a, b, c) end
local function turn() a[2], a[1], a.x = a[1], a.x, a[2] end
for i = 1, 3 do turn() end
local function call() g(a.p, b.q:m(), c.r) end
number.m = g
for i = 1, 3 do call() end
return table.concat(log, ' ')""",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_results_are_those_of_the_vm(program: str) -> None:
    def run(engine: str) -> tuple[object, ...]:
        state = State(engine)
        open_libraries(state)
        return as_tuple(state.call(state.load(program, "=program")))

    assert run("fast") == run("vm")
