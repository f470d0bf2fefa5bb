-- What is called when the name has no value of its own, or one that is no function.
local mt = setmetatable({}, {__index = function(_, k) return function(...) return k, ... end end})
setmetatable(_G, {__index = function(_, k) if k == "dyn" then return function(x) return "dyn", x end end end})
print(dyn(1)); g = function() return "g" end; print(g()); g = nil
print(pcall(function() return g() end))
print(pcall(function() local x = g(1, 2) return x end))
local C = {new = function(x) return "new", x end}; C.__index = C
local D = setmetatable({}, C)
print(D.new(3)); D.new = function() return "own" end print(D.new(3)) D.new = nil print(D.new(4))
D.new = 0 print(pcall(function() return D.new(5) end)) print(pcall(function() local v = (D.new(5)) return v end))
D.new = false print(pcall(function() local v = D.new(5) return v end))
D.new = setmetatable({}, {__call = function(self, a) return "called", a end}) print(D.new(6))
print(mt.foo(1)) local r = mt.bar(2) print(r)
setmetatable(_G, nil)
print(pcall(function() undefinedname() end)) print(pcall(function() local t = {} t.x.y() end)) print(pcall(function() local t = {} t.x() end))
print(pcall(function() local s = 'x' return s.rep('y', 2), s.len('abc') end)) print(pcall(function() local s = 'x' s.foo() end))
print(select('#', pcall(D.new, 1)))
for i = 1, 3 do h = i == 2 and function() return 'h' end or nil print(pcall(function() return (h())  end)) end
--> dyn 1
--> g
--> false callees.lua:5: attempt to call a nil value (global 'g')
--> false callees.lua:6: attempt to call a nil value (global 'g')
--> new 3
--> own
--> new 4
--> false callees.lua:10: attempt to call a number value (field 'new')
--> false callees.lua:10: attempt to call a number value (field 'new')
--> false callees.lua:11: attempt to call a boolean value (field 'new')
--> called 6
--> foo 1
--> bar
--> false callees.lua:15: attempt to call a nil value (global 'undefinedname')
--> false callees.lua:15: attempt to index a nil value (field 'x')
--> false callees.lua:15: attempt to call a nil value (field 'x')
--> true yy 3
--> false callees.lua:16: attempt to call a nil value (field 'foo')
--> 3
--> false callees.lua:18: attempt to call a nil value (global 'h')
--> true h
--> false callees.lua:18: attempt to call a nil value (global 'h')
