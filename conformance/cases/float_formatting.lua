-- How numbers become text: "%.14g" for floats, always with a mark of being a float (§3.4.3).
print(1.0, -0.0, 0.0, 1e15, 1e16, 1e14, 123456789012345.0, 1e100, 1e-5, 1e-4, 0.1, 1 / 3, 100.0, 3.14159265358979)
--> 1.0 -0.0 0.0 1e+15 1e+16 1e+14 1.2345678901234e+14 1e+100 1e-05 0.0001 0.1 0.33333333333333 100.0 3.1415926535898
print(2 ^ 53, 2 ^ 63, -2 ^ 63, 2 ^ 1023, 5e-324, 1.7976931348623157e308, 2.5, 1e14 + 0.5, 99999999999999.9, 999999999999999.9)
--> 9.007199254741e+15 9.2233720368548e+18 -9.2233720368548e+18 8.9884656743116e+307 4.9406564584125e-324 1.7976931348623e+308 2.5 1e+14 1e+14 1e+15
print(math.huge, -math.huge, math.pi, -math.pi, 1e300 * 1e10, -1e300 * 1e10)
--> inf -inf 3.1415926535898 -3.1415926535898 inf -inf
print((tostring(0 / 0):gsub("-", "")), (tostring(-(0 / 0)):gsub("-", ""))) --> nan nan
print(1e15 .. "", 2 ^ 24 .. "|", 1.5 .. "|" .. -1.5, 10 .. 20, -0.0 .. "")
--> 1e+15 16777216.0| 1.5|-1.5 1020 -0.0
print(string.format("%.14g %.17g %g %e %f %.3f %10.2f|%-10.2f|%+d % d %05d", 0.1, 0.1, 1e20, 12345.678, 1 / 3, 2 / 3, 3.14159, 3.14159, 5, 5, 42))
--> 0.1 0.10000000000000001 1e+20 1.234568e+04 0.333333 0.667       3.14|3.14      |+5  5 00042
print(string.format("%.0f %.0f %.0f %.0f %#.0f %.20f", 0.5, 1.5, 2.5, -0.5, 3.0, 0.1))
--> 0 2 2 -0 3. 0.10000000000000000555
print(string.format("%g %g %g %g %g %G", 1e5, 1e6, 1e-4, 1e-5, 123456789, 1e-10))
--> 100000 1e+06 0.0001 1e-05 1.23457e+08 1E-10
print(string.format("%a %a %a %A", 1.0, 0.5, -3.75, 255.5)) --> 0x1p+0 0x1p-1 -0x1.ep+1 0X1.FFP+7
print(string.format("%i %d %s %s %s", 3.0, -0.0, 1, 1.0, -0.0)) --> 3 0 1 1.0 -0.0
print(string.format("%5s|%-5s|%.2s|%5.1s|", "ab", "ab", "abc", "abc")) -->    ab|ab   |ab|    a|
print(string.format("%x %X %#x %o %c%c%c %%", 255, 255, 255, 8, 76, 117, 97)) --> ff FF 0xff 10 Lua %
print(string.format("%q %q %q %q", 1, 1.5, math.mininteger, 1e100))
--> 1 0x1.8p+0 0x8000000000000000 0x1.249ad2594c37dp+332
print(string.format("%q %q %q", 1 / 0, -1 / 0, 0 / 0)) --> 1e9999 -1e9999 (0/0)
print(string.format("%q", 'a "quoted" \\line\0with\1\0012\r\tcontrol\127'))
--> "a \"quoted\" \\line\0with\1\0012\13\9control\127"
print(string.format("%s %s %s %s", nil, true, {} ~= nil, setmetatable({}, { __tostring = function() return "object" end })))
--> nil true true object
print(string.format("%-5d|%5d|%05d|%+5d|%.3d|%5.3d|%-8.3d|% 5d", 42, 42, 42, 42, 42, 42, 42, 42))
--> 42   |   42|00042|  +42|042|  042|042     |   42
print(string.format("%10s|%-10s|", "right", "left"), string.format("%.3s|%.0s|%s", "truncate", "gone", "kept"))
-->      right|left      | tru||kept
print(pcall(string.format, "%d", 1.5))
--> false bad argument #2 to 'string.format' (number has no integer representation)
print(pcall(string.format, "%d", "1.5"))
--> false bad argument #2 to 'string.format' (number has no integer representation)
print(pcall(string.format, "%d", "x"))
--> false bad argument #2 to 'string.format' (number expected, got string)
print(pcall(string.format, "%d")) --> false bad argument #2 to 'string.format' (no value)
print(pcall(string.format, "%y", 1)) --> false invalid conversion '%y' to 'format'
print(pcall(string.format, "%", 1)) --> false invalid conversion '%' to 'format'
print(pcall(string.format, "%10q", "x")) --> false specifier '%q' cannot have modifiers
print(pcall(string.format, "%123d", 1)) --> false invalid conversion specification: '%123d'
print(pcall(string.format, "%.123d", 1)) --> false invalid conversion specification: '%.123d'
print(pcall(string.format, "%0-+ #5d|", 1)) --> false invalid conversion specification: '%0-+ #5d'
print(pcall(string.format, "%q", {}))
--> false bad argument #2 to 'string.format' (value has no literal form)
print(string.format("%s|%s", "embedded\0zero", 1) == "embedded\0zero|1", pcall(string.format, "%5s", "a\0b"))
--> true false bad argument #2 to 'string.format' (string contains zeros)
print(string.format("%d %s", "10", 10), string.format("%.3f", "1.5"), string.format("%x", -1))
--> 10 10 1.500 ffffffffffffffff
