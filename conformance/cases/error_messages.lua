-- Messages of run-time errors, with the names of variables and the lines (§2.3).
local function message(f, ...) return (select(2, pcall(f, ...))) end
local up = {}
print(message(function() local a; a.b = 1 end))
--> error_messages.lua:4: attempt to index a nil value (local 'a')
print(message(function() local a; return a.b.c end))
--> error_messages.lua:6: attempt to index a nil value (local 'a')
print(message(function() return up.x.y end))
--> error_messages.lua:8: attempt to index a nil value (field 'x')
print(message(function() return up.x.y.z end))
--> error_messages.lua:10: attempt to index a nil value (field 'x')
print(message(function() up.x.y = 1 end))
--> error_messages.lua:12: attempt to index a nil value (field 'x')
print(message(function() return undefinedglobal.x end))
--> error_messages.lua:14: attempt to index a nil value (global 'undefinedglobal')
print(message(function() undefinedglobal() end))
--> error_messages.lua:16: attempt to call a nil value (global 'undefinedglobal')
print(message(function() up.method() end))
--> error_messages.lua:18: attempt to call a nil value (field 'method')
print(message(function() up:method() end))
--> error_messages.lua:20: attempt to call a nil value (method 'method')
print(message(function() local t = {} t.a.b() end))
--> error_messages.lua:22: attempt to index a nil value (field 'a')
print(message(function() local t = {} t:nope() end))
--> error_messages.lua:24: attempt to call a nil value (method 'nope')
print(message(function() ("x"):nope() end))
--> error_messages.lua:26: attempt to call a nil value (method 'nope')
print(message(function() up[1][2] = 3 end))
--> error_messages.lua:28: attempt to index a nil value (field 'integer index')
print(message(function() local i = 5 return up[i].x end))
--> error_messages.lua:30: attempt to index a nil value (field '?')
print(message(function() return up[up].x end))
--> error_messages.lua:32: attempt to index a nil value (field '?')
print(message(function() return (up.x)() end))
--> error_messages.lua:34: attempt to call a nil value (field 'x')
print(message(function() return up.x.y() end))
--> error_messages.lua:36: attempt to index a nil value (field 'x')
print(message(function() local a = 1 a() end))
--> error_messages.lua:38: attempt to call a number value (local 'a')
print(message(function() (1)() end)) --> error_messages.lua:40: attempt to call a number value
print(message(function() ({})() end)) --> error_messages.lua:41: attempt to call a table value
print(message(function() return 1 + nil end))
--> error_messages.lua:42: attempt to perform arithmetic on a nil value
print(message(function() local a, b = 1 return a + b end))
--> error_messages.lua:44: attempt to perform arithmetic on a nil value (local 'b')
print(message(function() local a = {} return a + 1 end))
--> error_messages.lua:46: attempt to perform arithmetic on a table value (local 'a')
print(message(function() return up.x + 1 end))
--> error_messages.lua:48: attempt to perform arithmetic on a nil value (field 'x')
print(message(function() return 1 - up.x end))
--> error_messages.lua:50: attempt to perform arithmetic on a nil value (field 'x')
print(message(function() return up + 1 end))
--> error_messages.lua:52: attempt to perform arithmetic on a table value (upvalue 'up')
print(message(function() return undefinedglobal * 2 end))
--> error_messages.lua:54: attempt to perform arithmetic on a nil value (global 'undefinedglobal')
print(message(function() local s = "x" return s * 2 end))
--> error_messages.lua:56: attempt to mul a 'string' with a 'number'
print(message(function() return -up.name end))
--> error_messages.lua:58: attempt to perform arithmetic on a nil value (field 'name')
print(message(function() return #undefinedglobal end))
--> error_messages.lua:60: attempt to get length of a nil value (global 'undefinedglobal')
print(message(function() local n = 5 return #n end))
--> error_messages.lua:62: attempt to get length of a number value (local 'n')
print(message(function() return "a" .. nil end))
--> error_messages.lua:64: attempt to concatenate a nil value
print(message(function() local a = {} return a .. "x" end))
--> error_messages.lua:66: attempt to concatenate a table value (local 'a')
print(message(function() return up.x .. "y" end))
--> error_messages.lua:68: attempt to concatenate a nil value (field 'x')
print(message(function() return "a" .. "b" .. up.x end))
--> error_messages.lua:70: attempt to concatenate a nil value (field 'x')
print(message(function() return 1 < "x" end))
--> error_messages.lua:72: attempt to compare number with string
print(message(function() return {} < 1 end)) --> error_messages.lua:74: attempt to compare table with number
print(message(function() return nil < nil end)) --> error_messages.lua:75: attempt to compare two nil values
print(message(function() return up < up end)) --> error_messages.lua:76: attempt to compare two table values
print(message(function() return 1 & 1.5 end))
--> error_messages.lua:77: number has no integer representation
print(message(function() return 1 & "a" end))
--> error_messages.lua:79: attempt to perform bitwise operation on a string value (constant 'a')
print(message(function() local a = 2 ^ 70 return a | 1 end))
--> error_messages.lua:81: number (local 'a') has no integer representation
print(message(function() return 1 // 0 end)) --> error_messages.lua:83: attempt to divide by zero
print(message(function() for i = 1, 10, 0 do end end)) --> error_messages.lua:84: 'for' step is zero
print(message(function() for i = "a", 10 do end end))
--> error_messages.lua:85: bad 'for' initial value (number expected, got string)
print(message(function() for i = 1, {} do end end))
--> error_messages.lua:87: bad 'for' limit (number expected, got table)
print(message(function() for i = 1, 2, "x" do end end))
--> error_messages.lua:89: bad 'for' step (number expected, got string)
print(message(function() for k in 5 do end end))
--> error_messages.lua:91: attempt to call a number value (for iterator 'for iterator')
print(message(function() for k in nil do end end))
--> error_messages.lua:93: attempt to call a nil value (for iterator 'for iterator')
print(message(function() for k in pairs(nil) do end end))
--> error_messages.lua:95: bad argument #1 to 'for iterator' (table expected, got nil)
print(message(function() for k in up do end end))
--> error_messages.lua:97: attempt to call a table value (for iterator 'for iterator')
print(message(function() string.rep() end))
--> error_messages.lua:99: bad argument #1 to 'rep' (string expected, got no value)
print(message(function() ("x"):rep({}) end))
--> error_messages.lua:101: bad argument #1 to 'rep' (number expected, got table)
print(message(function() ("x"):bad() end))
--> error_messages.lua:103: attempt to call a nil value (method 'bad')
print(message(function() string.rep("x", "y") end))
--> error_messages.lua:105: bad argument #2 to 'rep' (number expected, got string)
print(message(function() string.rep("x", 1.5) end))
--> error_messages.lua:107: bad argument #2 to 'rep' (number has no integer representation)
print(message(function() setmetatable(1, 2) end))
--> error_messages.lua:109: bad argument #1 to 'setmetatable' (table expected, got number)
print(message(function() math.floor("x") end))
--> error_messages.lua:111: bad argument #1 to 'floor' (number expected, got string)
print(message(function() math.floor({}) end))
--> error_messages.lua:113: bad argument #1 to 'floor' (number expected, got table)
print(message(function() math.random(0, -1) end))
--> error_messages.lua:115: bad argument #1 to 'random' (interval is empty)
print(message(function() table.concat({ 1, {}, 3 }) end))
--> error_messages.lua:117: invalid value (table) at index 2 in table for 'concat'
print(message(function() table.insert({}, 5, 1) end))
--> error_messages.lua:119: bad argument #2 to 'insert' (position out of bounds)
print(message(function() table.insert({}) end))
--> error_messages.lua:121: wrong number of arguments to 'insert'
print(message(function() table.insert({}, 1, 2, 3) end))
--> error_messages.lua:123: wrong number of arguments to 'insert'
print(message(function() ipairs() end))
--> error_messages.lua:125: bad argument #1 to 'ipairs' (value expected)
print(message(function() ipairs(nil) end)) --> nil
print(message(function() tonumber("10", 99) end))
--> error_messages.lua:128: bad argument #2 to 'tonumber' (base out of range)
print(message(function() select(0) end))
--> error_messages.lua:130: bad argument #1 to 'select' (index out of range)
print(message(function() string.char(256) end))
--> error_messages.lua:132: bad argument #1 to 'char' (value out of range)
print(message(function() utf8.char(-1) end))
--> error_messages.lua:134: bad argument #1 to 'char' (value out of range)
print(message(function() io.open() end))
--> error_messages.lua:136: bad argument #1 to 'open' (string expected, got no value)
print(message(function() os.time({}) end)) --> error_messages.lua:138: field 'year' missing in date table
print(message(function() string.format("%d", "x") end))
--> error_messages.lua:139: bad argument #2 to 'format' (number expected, got string)
print(message(function() local insert = table.insert insert(nil, 1) end))
--> error_messages.lua:141: bad argument #1 to 'insert' (table expected, got nil)
print(message(function() local t = setmetatable({}, { __index = function(t, k) error("no field " .. k) end }) return t.xyz end))
--> error_messages.lua:143: no field xyz
print(message(function() error() end)) --> nil
print(message(function() error(nil) end)) --> nil
print(message(function() error("text") end)) --> error_messages.lua:147: text
print(message(function() error("text", 0) end)) --> text
print(message(function() error("text", 2) end)) --> text
print(message(function() error({}) end) ~= nil) --> true
print(message(function() error(42) end), math.type(message(function() error(42) end))) --> 42 integer
print(message(function() assert(false) end)) --> error_messages.lua:152: assertion failed!
print(message(function() assert(nil, "message") end)) --> error_messages.lua:153: message
print(message(function() assert(false, nil) end)) --> nil
print(message(function() assert() end))
--> error_messages.lua:155: bad argument #1 to 'assert' (value expected)
print(select("#", assert(1, 2, 3)), message(function() assert(false, { 1 }) end)[1]) --> 3 1
print(message(function() local function f() error("in f", 2) end f() end)) --> error_messages.lua:158: in f
print(message(function() local function f() error("in f", 3) end local function g() f() end g() end))
--> error_messages.lua:159: in f
print(message(function() rawlen(5) end))
--> error_messages.lua:161: bad argument #1 to 'rawlen' (table or string expected, got number)
print(message(function() load(5) end)) --> nil
print(message(function() xpcall() end))
--> error_messages.lua:164: bad argument #2 to 'xpcall' (function expected, got no value)
print(message(function() next({}, 1) end)) --> invalid key to 'next'
print(message(string.rep)) --> bad argument #1 to 'string.rep' (string expected, got no value)
print(message(error)) --> nil
print(message(nil)) --> attempt to call a nil value
print(message(5)) --> attempt to call a number value
print(message({})) --> attempt to call a table value
print(pcall(error, "direct")) --> false direct
print(pcall(error, "direct", 1)) --> false direct
print(pcall(error, { 1 }) == false, pcall(error)) --> true false nil
-- several lines in one expression: the line of the operator
print(message(function() --> error_messages.lua:179: attempt to index a nil value (field 'a')
  local t = {}
  return t.a
    .b
    .c
end))
print(message(function() --> error_messages.lua:184: attempt to perform arithmetic on a table value
  return 1
    + {}
end))
print(message(function() --> error_messages.lua:187: attempt to call a nil value (field 'nope')
  up.nope(
    1,
    2
  )
end))
-- xpcall with handlers
print(xpcall(function() error("x", 0) end, function(m) return m:upper() end)) --> false X
print(xpcall(function() error("x", 0) end, function(m) error("again", 0) end))
--> false error in error handling
print(xpcall(function(...) return select("#", ...), ... end, print, 1, nil, 3)) --> true 3 1 nil 3
print(xpcall(error, function(m) return m end, "arg")) --> false arg
print(pcall(xpcall, print)) --> false bad argument #2 to 'xpcall' (function expected, got no value)
print(select("#", pcall(function() end)), pcall(function() return nil end)) --> 1 true nil
