-- The text of every kind of value, type names and truth.
print(nil, true, false, 0, -0, 0.0, -0.0, 1e3, "text", "") --> nil true false 0 0 0.0 -0.0 1000.0 text
print(type(nil), type(true), type(1), type(1.5), type("s"), type({}), type(print), type(coroutine.create(print)), type(io.stdout))
--> nil boolean number number string table function thread userdata
print(pcall(type)) --> false bad argument #1 to 'type' (value expected)
local function shape(v) return (tostring(v):gsub("0x%x+", "ADDR"):gsub(": %x+$", ": ADDR")) end
local co = coroutine.create(print)
print(shape({}), shape(function() end), shape(co), (tostring(io.stdout):gsub("%(.*%)", "(ADDR)")))
--> table: ADDR function: ADDR thread: ADDR file (ADDR)
local a, b = {}, {}
print(tostring(a) == tostring(a), tostring(a) ~= tostring(b), tostring(print) == tostring(print), tostring(co) == tostring(co))
--> true true true true
print(shape(setmetatable({}, { __name = "Point" })), tostring(setmetatable({}, { __tostring = function() return "custom" end, __name = "n" })))
--> Point: ADDR custom
print(pcall(tostring)) --> false bad argument #1 to 'tostring' (value expected)
print(tostring(12345678901234), tostring(1e14), tostring(-1e15), tostring(123456.789), tostring(1e300), tostring(2 ^ 31), tostring(-2 ^ 63))
--> 12345678901234 1e+14 -1e+15 123456.789 1e+300 2147483648.0 -9.2233720368548e+18
print(#tostring(0.1), tostring(1 / 3), tostring(100 / 3), tostring(1e-10), tostring(123e-7))
--> 3 0.33333333333333 33.333333333333 1e-10 1.23e-05
for _, v in ipairs { 0, 0.0, "", "false", {}, print } do if not v then print("falsy", v) end end
print(not nil, not false, not 0, not "", nil and 1, false or nil, nil or false, 1 and 2, 1 and nil, false == nil)
--> true true false false nil nil false 2 nil false
print(1 == 1.0, "1" == 1, 0 == -0, 0.0 == -0.0, 1 / 0.0 == 1 / -0.0, 0 / 0 == 0 / 0, "a" == "a", {} == {})
--> true false true true false false true false
print(nil == false, true == 1, print == print, math.huge == 1 / 0, -math.huge < math.mininteger)
--> false false true true true
print("a" < "b", "a" < "aa", "Z" < "a", "" < "a", "a\0" > "a", "\xff" > "z", "10" < "9", not ("a" < "a"), "a" <= "a")
--> true true true true true true true true true
print(1 < 1.5, -1 < 0.5, 1 <= 1.0, 2 ^ 53 < 2 ^ 53 + 1, math.maxinteger < 2 ^ 63, math.maxinteger + 1.0 == 2 ^ 63)
--> true true true false true true
print(("%s|%5s|%-5s|%s"):format(nil, true, false, 1.0), ("%q"):format("a\nb") == '"a\\\nb"', #("%p"):format({}) > 2, ("%p"):format(1))
--> nil| true|false|1.0 true true (null)
print(_VERSION, type(_G), type(_ENV)) --> Lua 5.4 table table
