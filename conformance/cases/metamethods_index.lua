-- __index, __newindex, raw access, __len, __call, __metatable, __name, __tostring, __pairs (§2.4).
local base = { greet = function(self) return "hello from " .. self.name end, default = 1 }
local object = setmetatable({ name = "object" }, { __index = base })
print(object:greet(), object.default, object.missing, rawget(object, "default"))
--> hello from object 1 nil nil
local chain = setmetatable({}, { __index = setmetatable({ a = 1 }, { __index = setmetatable({ b = 2 }, { __index = function(t, k) return "deep " .. k end }) }) })
print(chain.a, chain.b, chain.c, chain[1]) --> 1 2 deep c deep 1
local log = {}
local proxy = setmetatable({}, { __newindex = function(t, k, v) log[#log + 1] = k .. "=" .. tostring(v) rawset(t, k, v) end })
proxy.x = 1
proxy.x = 2
proxy.y = nil
proxy.y = 3
print(table.concat(log, " "), proxy.x, proxy.y) --> x=1 y=nil y=3 2 3
local store = {}
local redirect = setmetatable({ own = 1 }, { __newindex = store })
redirect.own, redirect.other = 2, 3
print(redirect.own, rawget(redirect, "other"), store.other) --> 2 nil 3
print(#setmetatable({ 1, 2, 3 }, { __len = function() return 42 end }), rawlen({ 1, 2, 3 }), rawlen("abc"))
--> 42 3 3
local callable = setmetatable({}, { __call = function(self, ...) return select("#", ...), ... end })
print(callable(), callable(1, nil, 3)) --> 0 3 1 nil 3
print(pcall(callable, "through pcall")) --> true 1 through pcall
local twice = setmetatable({}, { __call = callable })
print(twice("x") == 2, select(3, twice("x"))) --> true x
print(getmetatable(setmetatable({}, { __metatable = "locked" })), getmetatable("").__index == string, getmetatable({}))
--> locked true nil
print(pcall(setmetatable, setmetatable({}, { __metatable = false }), {}))
--> false cannot change a protected metatable
print(getmetatable(setmetatable({}, { __metatable = false }))) --> false
print(tostring(setmetatable({}, { __tostring = function() return "text" end })), (tostring(setmetatable({}, { __name = "My.Type" })):gsub("0x%x+", "ADDR"):gsub(": .*", ": ADDR")))
--> text My.Type: ADDR
print(pcall(tostring, setmetatable({}, { __tostring = function() return 1 end }))) --> true 1
print(pcall(tostring, setmetatable({}, { __tostring = function() return {} end })))
--> false '__tostring' must return a string
for k, v in pairs(setmetatable({}, { __pairs = function(t) return function(_, i) if i < 3 then return i + 1, i * 10 end end, t, 0 end })) do print(k, v) end
--> 1 0
--> 2 10
--> 3 20
for i, v in ipairs(setmetatable({ 1 }, { __index = function(_, i) if i <= 3 then return i * 100 end end })) do print(i, v) end
--> 1 1
--> 2 200
--> 3 300
print(rawequal(object, object), rawequal({}, {}), rawequal("a", "a"), rawequal(1, 1.0))
--> true false true true
print(pcall(function() local n = nil; return n.x end))
--> false metamethods_index.lua:46: attempt to index a nil value (local 'n')
print(pcall(function() return (1).x end))
--> false metamethods_index.lua:48: attempt to index a number value
print(("x").upper == string.upper, ("abc"):len(), ("x").missing, #"abc") --> true 3 nil 3
print(pcall(function() ("x").y = 1 end))
--> false metamethods_index.lua:51: attempt to index a string value (constant 'x')
print(pcall(rawset, 1, 2, 3)) --> false bad argument #1 to 'rawset' (table expected, got number)
print(pcall(setmetatable, 1, {})) --> false bad argument #1 to 'setmetatable' (table expected, got number)
print(pcall(setmetatable, {}, 1))
--> false bad argument #2 to 'setmetatable' (nil or table expected, got number)
print(pcall(setmetatable, {}))
--> false bad argument #2 to 'setmetatable' (nil or table expected, got no value)
print(pcall(rawset, {}, nil, 1)) --> false table index is nil
print(pcall(function() local t = {} t[nil] = 1 end)) --> false metamethods_index.lua:60: table index is nil
print(pcall(function() local t = {} t[0 / 0] = 1 end))
--> false metamethods_index.lua:61: table index is NaN
print(({})[nil], ({})[0 / 0], pcall(next, {}, "no such key")) --> nil nil false invalid key to 'next'
local loop = {}
setmetatable(loop, { __index = loop })
print(pcall(function() return loop.x end))
--> false metamethods_index.lua:66: '__index' chain too long; possible loop
setmetatable(loop, { __newindex = loop })
print(pcall(function() loop.x = 1 end))
--> false metamethods_index.lua:69: '__newindex' chain too long; possible loop
-- __index sees the object that was indexed, __newindex may be a callable through a chain
local seen
local inner = setmetatable({}, { __index = function(t, k) seen = t return k end })
local outer = setmetatable({}, { __index = inner })
print(outer.key, seen == inner, seen == outer) --> key true false
-- methods through several classes, with super calls
local Animal = {} Animal.__index = Animal
function Animal.new(name) return setmetatable({ name = name }, Animal) end
function Animal:speak() return self.name .. " makes a sound" end
local Dog = setmetatable({}, { __index = Animal }) Dog.__index = Dog
function Dog.new(name) return setmetatable(Animal.new(name), Dog) end
function Dog:speak() return Animal.speak(self) .. ": woof" end
print(Dog.new("rex"):speak(), Animal.new("cat"):speak(), getmetatable(Dog.new("x")) == Dog)
--> rex makes a sound: woof cat makes a sound true
-- changes of a metatable are seen at once
local meta = {}
local changing = setmetatable({}, meta)
local before = changing.field
meta.__index = { field = "now" }
print(before, changing.field) --> nil now
meta.__index = nil
print(changing.field) --> nil
meta.__index = function() return "function" end
print(changing.field, changing[{}]) --> function function
