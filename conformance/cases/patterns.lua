-- Pattern matching in its corners (§6.4.1).
print(("hello world"):find("o w"), ("hello"):find("l"), ("hello"):find("xyz"), ("hello"):find(""), ("hello"):find("", 10), ("hello"):find("", 6))
--> 5 3 nil 1 nil 6 5
print(("a.b"):find(".", 1, true), ("a.b"):find("%."), ("a+b"):find("+", 1, true), ("abc"):find("b", -1), ("abc"):find("b", -2))
--> 2 2 2 nil 2 2
print(("key = value"):match("^(%w+)%s*=%s*(%w+)$"), ("  trim  "):match("^%s*(.-)%s*$") .. "|", ("2024-01-15"):match("(%d+)-(%d+)-(%d+)"))
--> key trim| 2024 01 15
print(("hello"):match("(h)(e)(l+)"), ("hello"):match(".-l"), ("hello"):match(".*l"), ("hello"):match("l?lo"), ("hello"):match("xyz"))
--> h hel hell llo nil
print(("abc"):match("()b()"), ("abc"):match("()"), ("abc"):find("(b)(c)")) --> 2 1 2 3 b c
print(("THE (quick) fox"):find("%((%a+)%)"), ("f(a(b)c)d"):match("%b()"), ("x = {1, {2}}"):match("%b{}"), ("unbalanced ("):match("%b()"))
--> 5 (a(b)c) {1, {2}} nil
print(("THE (quick) fox"):gsub("%f[%a]%a+", string.lower), ("foo bar"):find("%f[%w]%w+", 2), ("THE END"):match("%f[%a]%a+%f[%A]"))
--> the (quick) fox 5 THE
print(("[[x]]"):match("%[%[(.-)%]%]"), ("a]b"):match("[]]"), ("a-b"):match("[a%-]+"), ("a^b"):match("[%^]"), ("x^"):match("[x^]+"), ("abc123"):match("[^%d]+"), ("ab-"):match("[b-]+"))
--> x ] a- ^ x^ abc b-
print(("0x1F"):match("^0[xX](%x+)$"), ("  x"):match("^%s+"), ("a\0b"):find("\0"), #("a\0b"):match(".+"))
--> 1F    2 3
print(("%d"):gsub("%%d", "x"), ("abc"):gsub("", "-"), ("abc"):gsub(".", { a = "1", b = false }), ("abc"):gsub("%w", "%0%0"), ("abc"):gsub("(a)(b)", "%2%1"))
--> x -a-b-c- 1bc aabbcc bac 1
print(("hello world"):gsub("o", "0", 1), ("hello"):gsub("l", "L", 0), ("abc"):gsub("b", "%%"), ("abc"):gsub("(b)", "[%1]"), ("x y"):gsub("(%w) (%w)", "%2 %1"))
--> hell0 world hello a%c a[b]c y x 1
print(("hello"):gsub("l", function(c) return nil end), ("hello"):gsub("(l)(l)", function(a, b) return a:upper() .. b end), ("a b c"):gsub("%w", function(c) if c == "b" then return false end return c .. c end))
--> hello heLlo aa b cc 3
print(("abc"):gsub("^a", "x"), ("aaa"):gsub("^a", "x"), ("abc"):gsub("c$", "x"), ("a$c"):gsub("a$c", "x"), ("a^c"):gsub("a^c", "x"), ("abc"):gsub("$", "!"))
--> xbc xaa abx x x abc! 1
print(("one two  three"):gsub("%s+", "_"), ("abcabc"):gsub("b()", "%1"), (""):gsub("", "x"), (""):gsub(".*", "x"), ("abc"):gsub(".*", "x"), ("abc"):gsub("b*", "x"))
--> one_two_three a3ca6c x x x xaxcx 3
local words = {}
for w in ("one two three"):gmatch("%a+") do words[#words + 1] = w end
print(table.concat(words, "|")) --> one|two|three
local pairs_ = {}
for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do pairs_[#pairs_ + 1] = k .. v end
print(table.concat(pairs_, "|")) --> a1|b2
local positions = {}
for p in ("abc"):gmatch("()") do positions[#positions + 1] = p end
print(table.concat(positions, " ")) --> 1 2 3 4
local from = {}
for w in ("one two three"):gmatch("%a+", 5) do from[#from + 1] = w end
for w in ("x"):gmatch("^x") do from[#from + 1] = w end
print(table.concat(from, "|")) --> two|three
local empties = {}
for e in ("abc"):gmatch("%d*") do empties[#empties + 1] = "<" .. e .. ">" end
print(table.concat(empties)) --> <><><><>
for _, class in ipairs { "a", "c", "d", "g", "l", "p", "s", "u", "w", "x" } do
  local n, m = 0, 0
  for i = 0, 255 do
    if string.char(i):find("%" .. class) then n = n + i end
    if string.char(i):find("[%" .. class:upper() .. "]") then m = m + 1 end
  end
  words[class] = n .. "/" .. m
end
print(words.a, words.c, words.d, words.g, words.l, words.p, words.s, words.u, words.w, words.x)
--> 4862/204 623/223 525/246 7473/162 2847/230 2086/224 87/250 2015/230 5387/194 1527/234
print(("\xe9\xff"):find("[\xe0-\xff]+"), ("\xb2"):find("%d"), ("\xaa"):find("%a"), ("\xa0"):find("%s"), ("\x85"):find("%s"))
--> 1 nil nil nil nil
print(("x"):rep(3, ","), ("ab"):rep(0), ("ab"):rep(-1), ("abc"):sub(2), ("abc"):sub(-2), ("abc"):sub(2, -2), ("abc"):sub(0), ("abc"):sub(3, 2) == "", ("abc"):sub(-100, 100), ("abc"):sub(math.mininteger, math.maxinteger))
--> x,x,x   bc bc b abc true abc abc
print(("abc"):reverse(), ("AbC"):lower(), ("aBc"):upper(), ("\xe9"):upper() == "\xe9", ("abc"):byte(-1), ("abc"):byte(10), string.char(), string.char(72, 105))
--> cba abc ABC true 99 nil  Hi
for _, case in ipairs {
  { "x", "[" }, { "x", "[]" }, { "x", "[^" }, { "x", "%" }, { "x", "(" }, { "x", ")" }, { "x", "%1" }, { "x", "(%1)" }, { "x", "()%2" }, { "x", "%b" }, { "x", "%bx" }, { "x", "%f" }, { "x", "%fx" }, { "x", "[a-" }, { "x", "[%" }, { "x", "(x" }, { "x", ("(x"):rep(33) },
} do print(pcall(string.find, case[1], case[2])) end
--> false malformed pattern (missing ']')
--> false malformed pattern (missing ']')
--> false malformed pattern (missing ']')
--> false malformed pattern (ends with '%')
--> false unfinished capture
--> true nil
--> false invalid capture index %1
--> false invalid capture index %1
--> false invalid capture index %2
--> false malformed pattern (missing arguments to '%b')
--> false malformed pattern (missing arguments to '%b')
--> false missing '[' after '%f' in pattern
--> false missing '[' after '%f' in pattern
--> false malformed pattern (missing ']')
--> false malformed pattern (missing ']')
--> false unfinished capture
--> true nil
print(pcall(string.gsub, "x", "x", "%2")) --> false invalid capture index %2
print(pcall(string.gsub, "x", "x", "%")) --> false invalid use of '%' in replacement string
print(pcall(string.gsub, "x", "x", "%a")) --> false invalid use of '%' in replacement string
print(pcall(string.gsub, "x", "x", {})) --> true x 1
print(pcall(string.gsub, "x", "x", function() return {} end)) --> false invalid replacement value (a table)
print(pcall(string.gsub, "x", "x"))
--> false bad argument #3 to 'string.gsub' (string/function/table expected, got no value)
print(pcall(string.gsub, "x", "x", 1)) --> true 1 1
print(pcall(string.rep, "xx", math.maxinteger)) --> false resulting string too large
print(("x"):match("(x)(.?)"), ("abcd"):match("^(a)(.-)(d)$"), ("aXb"):find("%u"), ("abc"):match("%w", 3), ("abc"):match("^b", 2))
--> x a 2 c b
print(("a.b.c"):gsub("%.", "%%"), ("path/to/file.txt"):match("([^/]+)%.(%w+)$"), ("  a b  "):gsub("^%s+", ""), ("CamelCaseName"):gsub("(%l)(%u)", "%1_%2"))
--> a%b%c file a b   Camel_Case_Name 2
print(string.find("abc", "[a-c]+"), string.find("a-c", "[a%-c]+"), string.find("]", "[]]"), string.find("a\nb", "a.b"), string.find("abc", "b", nil), string.find("", ""), string.find("abc", "c", -1))
--> 1 1 1 1 2 1 3 3
print(("x"):gsub(".", "%0%0%%"), ("abc"):gsub("(b)()", "%2"), ("123"):gsub("%d", { ["1"] = "one", ["2"] = 2.5 }), ("aaaa"):gsub("aa", "b"), ("abab"):gsub("(ab)%1", "x"))
--> xx% a3c one2.53 bb x 1
