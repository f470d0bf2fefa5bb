-- 64-bit integers wrap around (§3.4.1), and shift, divide and compare at their limits.
local max, min = math.maxinteger, math.mininteger
print(max, min) --> 9223372036854775807 -9223372036854775808
print(max + 1 == min, min - 1 == max, max * 2, min * -1, -min, math.abs(min))
--> true true -2 -9223372036854775808 -9223372036854775808 -9223372036854775808
print(max + 1.0, min - 1.0, max + 0.0 == 2 ^ 63, min + 0.0 == -2 ^ 63)
--> 9.2233720368548e+18 -9.2233720368548e+18 true true
print(0x7fffffffffffffff, 0xffffffffffffffff, 0x8000000000000000, 0x1ffffffffffffffff)
--> 9223372036854775807 -1 -9223372036854775808 -1
print(9223372036854775807, 9223372036854775808, -9223372036854775808, 9223372036854775807 + 1)
--> 9223372036854775807 9.2233720368548e+18 -9.2233720368548e+18 -9223372036854775808
print(max // -1, min // -1, min % -1, min // 1, max % 2, max % -2)
--> -9223372036854775807 -9223372036854775808 0 -9223372036854775808 1 -1
print(pcall(function() return 1 // 0 end)) --> false integer_boundaries.lua:14: attempt to divide by zero
print(pcall(function() return 1 % 0 end)) --> false integer_boundaries.lua:15: attempt to perform 'n%0'
print(7 // 2, -7 // 2, 7 // -2, -7 // -2, 7 % 3, -7 % 3, 7 % -3, -7 % -3) --> 3 -4 -4 3 1 2 -2 -1
print(1 << 62, 1 << 63, 1 << 64, 1 << 65, 1 << -1, 1 >> -1, 1 >> 1, -1 >> 1, -1 >> 63, -1 >> 64, -1 << 63)
--> 4611686018427387904 -9223372036854775808 0 0 0 2 0 9223372036854775807 1 0 -9223372036854775808
print(1 << max, 1 << min, 1 >> max, 1 >> min, -1 >> min) --> 0 0 0 0 0
print(~0, ~max == min, 5 & -2, 5 | -8, 5 ~ -1, max ~ min) --> -1 true 4 -3 -6 -1
print(3 | 0.0, 2.0 | 1, 2.0 ~ 3.0, ~3.0, 1.0 << 2.0) --> 3 3 1 -4 4
print(pcall(function() return 1.5 | 1 end))
--> false integer_boundaries.lua:22: number has no integer representation
print(pcall(function() return 2 ^ 63 | 1 end))
--> false integer_boundaries.lua:24: number has no integer representation
print(pcall(function() return "a" | 1 end))
--> false integer_boundaries.lua:26: attempt to perform bitwise operation on a string value (constant 'a')
print(pcall(function() return 1 | "4" end))
--> false integer_boundaries.lua:28: attempt to perform bitwise operation on a string value (constant '4')
print(max * max, min * min, max * min, (max // 2 + 1) * 2, 3037000500 * 3037000500, 4294967296 * 4294967296)
--> 1 0 -9223372036854775808 -9223372036854775808 -9223372036709301616 0
print(math.ult(1, -1), math.ult(-1, 1), math.ult(max, min), math.ult(0, 0)) --> true false true false
print(math.tointeger(3.0), math.tointeger(3.5), math.tointeger(2 ^ 53), math.tointeger(2 ^ 63), math.tointeger("8"), math.tointeger("x"))
--> 3 nil 9007199254740992 nil 8 nil
print(math.type(1), math.type(1.0), math.type("1"), math.type(max + 1), math.type(2 ^ 31), math.type(10 // 2), math.type(10 / 2))
--> integer float nil integer float integer float
print(max < max + 0.0, max <= max + 0.0, max + 0.0 <= max, max + 0.0 > max, max == max + 0.0, min == min + 0.0, min <= -2 ^ 63)
--> true true false true false true true
print(2 ^ 53 == 2 ^ 53 + 1, (1 << 53) == (1 << 53) + 1, (1 << 53) + 1 < 2 ^ 53 + 2, (1 << 53) + 1 == 2 ^ 53)
--> true false true false
print(1 < 1.5, 1 <= 1.0, 2 > 1.5, max < math.huge, min > -math.huge, max < 0 / 0, 1 == 1.0, -0.0 == 0)
--> true true true true true false true true
print(string.format("%d %d %x %X %o", max, min, max, -1, -1))
--> 9223372036854775807 -9223372036854775808 7fffffffffffffff FFFFFFFFFFFFFFFF 1777777777777777777777
print(tostring(min), min .. "", #tostring(min), tonumber(tostring(min)) == min, tonumber("-9223372036854775809"))
--> -9223372036854775808 -9223372036854775808 20 true -9.2233720368548e+18
for _, s in ipairs { "9223372036854775807", "9223372036854775808", "-9223372036854775808", "0x7fffffffffffffff", "0xffffffffffffffff", "1e1", "0x10p0" } do print(s, tonumber(s), math.type(tonumber(s))) end
--> 9223372036854775807 9223372036854775807 integer
--> 9223372036854775808 9.2233720368548e+18 float
--> -9223372036854775808 -9223372036854775808 integer
--> 0x7fffffffffffffff 9223372036854775807 integer
--> 0xffffffffffffffff -1 integer
--> 1e1 10.0 float
--> 0x10p0 16.0 float
print(5 // 0.0, -5 // 0.0, 0 / 0 ~= 0 / 0, 5 % math.huge, -5 % math.huge, 5 % -math.huge, -5 % -math.huge, 5.5 // 2, -5.5 // 2, 5.5 % -2)
--> inf -inf true 5.0 inf -inf -5.0 2.0 -3.0 -0.5
print(1 // 1.0, 2 ^ 2, 7 / 7, 3 - 3.0, 10 // 3.0, 1e15, 1e100 // 1) --> 1.0 4.0 1.0 0.0 3.0 1e+15 1e+100
