-- Numerals in source, and text that tonumber accepts (§3.1, §3.4.3).
print(3, 345, 0xff, 0xBEBADA, 3.0, 3.1416, 314.16e-2, 0.31416E1, 34e1, 0x0.1E, 0xA23p-4, 0X1.921FB54442D18P+1)
--> 3 345 255 12499674 3.0 3.1416 3.1416 3.1416 340.0 0.1171875 162.1875 3.1415926535898
print(.5, 5., 0x.8p1, 0xAp0, 1e+2, 1E-2, 0x10p1, 00012, 1e0) --> 0.5 5.0 1.0 10.0 100.0 0.01 32.0 12 1.0
print(0xfffffffffffffffff, 0x123456789abcdef01, 1e400, -1e400) --> -1 2541551405711093505 inf -inf
local function visible(s) return (s:gsub("[^!-~]", function(c) return ("<%02x>"):format(c:byte()) end)) end
for _, text in ipairs { "10", " 10 ", "\t10\n", "10.", ".5", "5e", "e5", "0x", "0x.", "0x.p1", "0x1p", "0x1p4", "0x1p-2", "1e", "1e+", "1e+1", "", " ", "1 2", "1_0", "0b1", "١", "１", "inf", "nan", "infinity", "0xep1", "- 1", "-1", "+1", "--1", "-0x10", "- 0x10", "1\0", "1e5000", "-0", "-0.0", "0x1.8", "\v\f10\r", "10\xa0", "10\x85", "1d", "1f", "1L", "0x1P+1" } do print(visible(text), tonumber(text)) end
--> 10 10
--> <20>10<20> 10
--> <09>10<0a> 10
--> 10. 10.0
--> .5 0.5
--> 5e nil
--> e5 nil
--> 0x nil
--> 0x. nil
--> 0x.p1 nil
--> 0x1p nil
--> 0x1p4 16.0
--> 0x1p-2 0.25
--> 1e nil
--> 1e+ nil
--> 1e+1 10.0
-->  nil
--> <20> nil
--> 1<20>2 nil
--> 1_0 nil
--> 0b1 nil
--> <d9><a1> nil
--> <ef><bc><91> nil
--> inf nil
--> nan nil
--> infinity nil
--> 0xep1 28.0
--> -<20>1 nil
--> -1 -1
--> +1 1
--> --1 nil
--> -0x10 -16
--> -<20>0x10 nil
--> 1<00> nil
--> 1e5000 inf
--> -0 0
--> -0.0 -0.0
--> 0x1.8 1.5
--> <0b><0c>10<0d> 10
--> 10<a0> nil
--> 10<85> nil
--> 1d nil
--> 1f nil
--> 1L nil
--> 0x1P+1 2.0
print(tonumber("10", 2), tonumber("ff", 16), tonumber("FF", 16), tonumber("zz", 36), tonumber("8", 8), tonumber("-101", 2), tonumber(" 11 ", 2), tonumber("1.0", 10), tonumber("", 10), tonumber("7fffffffffffffff", 16), tonumber("ffffffffffffffff", 16), tonumber("1e1", 16))
--> 2 255 255 1295 nil -5 3 nil nil 9223372036854775807 -1 481
print(pcall(tonumber)) --> false bad argument #1 to 'tonumber' (value expected)
print(pcall(tonumber, 10, 16)) --> false bad argument #1 to 'tonumber' (string expected, got number)
print(pcall(tonumber, "10", 1)) --> false bad argument #2 to 'tonumber' (base out of range)
print(pcall(tonumber, "10", 37)) --> false bad argument #2 to 'tonumber' (base out of range)
print(tonumber(nil), tonumber({}), tonumber(true), tonumber(10), tonumber(1.5), tonumber(print))
--> nil nil nil 10 1.5 nil
print("10" + 5, "0x10" + 0, "1e1" + 0, " 3 " * "2", "10" / 2, "7" // 2, "7" % "4", "2" ^ 2, -"3", -"-3", -"0x10", "10" - 0.0)
--> 15 16 10.0 6 5.0 3 3 4.0 -3 3 -16 10.0
print(pcall(function() return "abc" + 1 end))
--> false number_parsing.lua:63: attempt to add a 'string' with a 'number'
print(pcall(function() return {} + 1 end))
--> false number_parsing.lua:65: attempt to perform arithmetic on a table value
print(pcall(function() return "1" < 2 end))
--> false number_parsing.lua:67: attempt to compare string with number
print("10" == 10, "abc" < "abd", "a" < "B", "" < "a", "a\0b" < "a\0c", "Z" < "a", "\200" > "a", "10" < "9")
--> false true false true true true true true
print(math.type("10" + 5), math.type("10" + 5.0), math.type("10.0" + 5), math.type("0x10" + 0))
--> integer float float integer
print(1 .. "", 1.0 .. "", -1 .. "", 2 ^ 63 .. "") --> 1 1.0 -1 9.2233720368548e+18
print(8 // 3 .. "|" .. 8.0 // 3, 1e1 .. "|" .. 10) --> 2|2.0 10.0|10
print(load("return 3x")) --> nil [string "return 3x"]:1: malformed number near '3x'
print(load("return 0xg")) --> nil [string "return 0xg"]:1: malformed number near '0xg'
print(load("return 1e")) --> nil [string "return 1e"]:1: malformed number near '1e'
print(load("return 1..2")) --> nil [string "return 1..2"]:1: malformed number near '1..2'
print(load("return 1.2.3")) --> nil [string "return 1.2.3"]:1: malformed number near '1.2.3'
print(load("return 0x1p")) --> nil [string "return 0x1p"]:1: malformed number near '0x1p'
print(load("return 08")(), load("return 1//1")(), load("return 0xep1")()) --> 8 1 28.0
