-- math, utf8, string.pack, os and io where results do not depend on the machine (§6).
print(math.floor(3.7), math.floor(-3.7), math.ceil(3.2), math.ceil(-3.2), math.floor(5), math.floor(2 ^ 70), math.ceil(-0.5), math.floor(-0.0))
--> 3 -4 4 -3 5 1.1805916207174e+21 0 0
print(math.max(1, 2.5, -1), math.min(3, 1, 2), math.max(1, 1.0), math.type(math.max(1.0, 1)), math.abs(-5), math.abs(-5.5), math.abs(math.mininteger))
--> 2.5 1 1 float 5 5.5 -9223372036854775808
print(math.sqrt(16), math.exp(0), math.log(1), math.log(8, 2), math.log(100, 10), math.log(27, 3), math.sin(0), math.cos(0), math.tan(0), math.asin(1) == math.pi / 2, math.atan(1, 1) == math.pi / 4, math.atan(1))
--> 4.0 1.0 0.0 3.0 2.0 3.0 0.0 1.0 0.0 true true 0.78539816339745
print(math.fmod(7, 3), math.fmod(-7, 3), math.fmod(7, -3), math.fmod(5.5, 2), math.fmod(-6, 2), math.modf(3.7), math.modf(-3.7), math.modf(5), math.modf(math.huge))
--> 1 -1 1 1.5 0 3 -3 5 inf 0.0
print(pcall(math.fmod, 1, 0)) --> false bad argument #2 to 'math.fmod' (zero)
print(math.fmod(1, 0.0) ~= math.fmod(1, 0.0), math.ult(1, 2), math.tointeger("x"), math.tointeger(2.5), math.tointeger({}))
--> true true nil nil nil
print(pcall(math.floor), (pcall(math.max))) --> false false
print(pcall(math.max)) --> false bad argument #1 to 'math.max' (value expected)
print(math.pi, math.huge, math.maxinteger, math.mininteger)
--> 3.1415926535898 inf 9223372036854775807 -9223372036854775808
math.randomseed(42)
local r = math.random()
print(r >= 0 and r < 1, math.type(math.random(10)), math.random(5, 5), pcall(math.random, 2, 1))
--> true integer 5 false bad argument #1 to 'math.random' (interval is empty)
for _ = 1, 100 do local v = math.random(3) if v < 1 or v > 3 then print("out of range") end end
print(pcall(math.random, 1, 2, 3)) --> false wrong number of arguments
math.randomseed(7)
local first = { math.random(100), math.random(100), math.random() }
math.randomseed(7)
print(first[1] == math.random(100), first[2] == math.random(100), first[3] == math.random(), math.type(math.random(0)))
--> true true true integer
-- utf8
print(utf8.char(72, 228, 8364, 128512), utf8.char(), utf8.len("häß€😀"), utf8.len("\xff"), utf8.len(""), utf8.len("abc", 4), utf8.len("abc", 2, 3))
--> Hä€😀  5 nil 0 0 2
print(utf8.codepoint("hä", 1, -1), utf8.codepoint("€"), pcall(utf8.codepoint, "\xff"))
--> 104 8364 false invalid UTF-8 code
print(utf8.offset("aä€b", 3), utf8.offset("aä€b", -1), utf8.offset("aä€b", 5), utf8.offset("aä€b", 6), utf8.offset("abc", 0, 2))
--> 4 7 8 nil 2
local codes = {}
for p, c in utf8.codes("aä€") do codes[#codes + 1] = p .. ":" .. c end
print(table.concat(codes, " "), #utf8.charpattern, ("äb"):match(utf8.charpattern) == "ä")
--> 1:97 2:228 4:8364 14 true
print(pcall(function() for _ in utf8.codes("a\xffb") do end end))
--> false libraries.lua:39: invalid UTF-8 code
print(utf8.len("\u{7fffffff}"), utf8.len("\u{7fffffff}", 1, -1, true), utf8.len("\xed\xa0\x80"), utf8.len("\xc0\x80"), utf8.codepoint("\u{10ffff}"))
--> nil 1 nil nil 1114111
print(pcall(utf8.char, -1), pcall(utf8.len, "abc", 10))
--> false false bad argument #2 to 'utf8.len' (initial position out of bounds)
print(pcall(utf8.offset, "ä", 1, 2)) --> false initial position is a continuation byte
-- pack
local function hex(s) return (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end
print(hex(string.pack("<i4", 1)), hex(string.pack(">i4", -2)), hex(string.pack("<I2", 65535)), hex(string.pack("b", -1)), hex(string.pack("<d", 1.5)), hex(string.pack("<f", 0.5)))
--> 01000000 fffffffe ffff ff 000000000000f83f 0000003f
print(hex(string.pack("z", "abc")), hex(string.pack("s1", "ab")), hex(string.pack("<s2", "ab")), hex(string.pack("c5", "ab")), hex(string.pack("<i3", -3)), hex(string.pack("<j", -1)))
--> 61626300 026162 02006162 6162000000 fdffff ffffffffffffffff
print(hex(string.pack("<!4 i1 i4", 1, 2)), hex(string.pack("<i1 x i1", 1, 2)), hex(string.pack("<!4 i1 Xi4 i4", 1, 2)), hex(string.pack("=I16", 1)) ~= "")
--> 0100000002000000 010002 0100000002000000 true
print(string.unpack("<i4", "\1\0\0\0"), string.unpack("<i2 i2", "\1\0\255\255"), string.unpack("z", "abc\0def"), string.unpack("s1", "\2abc"), string.unpack("<d", string.pack("<d", math.pi)))
--> 1 1 abc ab 3.1415926535898 9
print(string.packsize("<i4 i8 d"), string.packsize("!8 b d"), pcall(string.packsize, "s"), pcall(string.packsize, "z"))
--> 20 16 false false bad argument #1 to 'string.packsize' (variable-length format)
print(pcall(string.pack, "i1", 200)) --> false bad argument #2 to 'string.pack' (integer overflow)
print(pcall(string.pack, "I1", -1)) --> false bad argument #2 to 'string.pack' (unsigned overflow)
print(pcall(string.pack, "i17", 1)) --> false integral size (17) out of limits [1,16]
print(pcall(string.pack, "y", 1)) --> false invalid format option 'y'
print(pcall(string.unpack, "<i4", "abc"))
--> false bad argument #2 to 'string.unpack' (data string too short)
print(pcall(string.unpack, "z", "abc"))
--> false bad argument #2 to 'string.unpack' (unfinished string for format 'z')
print(pcall(string.pack, "z", "a\0b")) --> false bad argument #2 to 'string.pack' (string contains zeros)
print(pcall(string.pack, "c2", "abc"))
--> false bad argument #2 to 'string.pack' (string longer than given size)
print(string.unpack("<i4", "xxxx\5\0\0\0", 5), string.unpack("<I8", "\255\255\255\255\255\255\255\255"), pcall(string.unpack, "<i16", ("\255"):rep(8) .. ("\1"):rep(8)))
--> 5 -1 false 16-byte integer does not fit into Lua Integer
print(pcall(string.unpack, "i4", "abcd", 10))
--> false bad argument #3 to 'string.unpack' (initial position out of string)
-- os and io
print(type(os.time()), type(os.clock()), os.getenv("SURELY_NOT_SET_ANYWHERE"), type(os.date()), os.time({ year = 2000, month = 1, day = 1, hour = 12 }) - os.time({ year = 2000, month = 1, day = 1, hour = 0 }))
--> number number nil string 43200
print(os.date("!%Y-%m-%d %H:%M:%S", 0), os.date("!*t", 86400).day, os.date("!*t", 0).isdst, os.date("!%A %B %j", 0), os.date("!%x %X %p %%", 0))
--> 1970-01-01 00:00:00 2 false Thursday January 001 01/01/70 00:00:00 AM %
print(os.time({ year = 2024, month = 14, day = -3, hour = 12 }) == os.time({ year = 2025, month = 1, day = 28, hour = 12 }), pcall(os.time, { year = 2024 }))
--> true false field 'month' missing in date table
print(pcall(os.date, "%Ez", 0)) --> false bad argument #1 to 'os.date' (invalid conversion specifier '%Ez')
print(pcall(os.date, "%Q", 0)) --> false bad argument #1 to 'os.date' (invalid conversion specifier '%Q')
print(io.type(io.stdout), io.type(42), io.type({}), pcall(io.lines, "/no/such/file"))
--> file nil nil false cannot open file '/no/such/file' (No such file or directory)
print(io.open("/no/such/file")) --> nil /no/such/file: No such file or directory 2
print(pcall(io.open, "x", "zz")) --> false bad argument #2 to 'io.open' (invalid mode)
print(os.remove("/no/such/file")) --> nil /no/such/file: No such file or directory 2
print(os.rename("/no/such/file", "/no/such/other")) --> nil No such file or directory 2
print(type(os.tmpname), os.difftime(5, 3), select("#", os.getenv("SURELY_NOT_SET_ANYWHERE")))
--> function 2.0 1
-- select, rawlen, collectgarbage, require
print(type(collectgarbage("count")), collectgarbage(), collectgarbage("isrunning"), collectgarbage("step") ~= nil, pcall(collectgarbage, "nonsense"))
--> number 0 true true false bad argument #1 to 'collectgarbage' (invalid option 'nonsense')
print(type(package.path), type(package.loaded), package.loaded.string == string, package.loaded._G == _G or true, type(package.preload), package.config:sub(1, 1))
--> string table true true table /
package.preload["a.module"] = function(name, extra) return { name = name, extra = extra } end
print(require("a.module").name, require("a.module").extra, require("a.module") == require("a.module"), select("#", require("a.module")))
--> a.module :preload: true 1
print((select(2, pcall(require, "no.such.module")):gsub("\n.*", ""))) --> module 'no.such.module' not found:
print(package.searchpath("x", "/no/?.lua;/nowhere/?.lua"))
--> nil no file '/no/x.lua'
-->  no file '/nowhere/x.lua'
