-- Escapes, long brackets and comments (§3.1).
local function bytes(s) return table.concat({ s:byte(1, -1) }, " ") end
print(bytes("\a\b\f\n\r\t\v\\\"\'")) --> 7 8 12 10 13 9 11 92 34 39
print(bytes("\0\00\000\1\12\123\1234\255")) --> 0 0 0 1 12 123 123 52 255
print(bytes("\x00\x41\xff\xFf")) --> 0 65 255 255
print(bytes("\u{0}\u{41}\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}"))
--> 0 65 127 194 128 223 191 224 160 128 239 191 191 240 144 128 128 244 143 191 191
print(bytes("\u{7fffffff}"), bytes("\u{4000000}"), bytes("\u{200000}"), bytes("\u{00000000041}"))
--> 253 191 191 191 191 191 252 132 128 128 128 128 248 136 128 128 128 65
local skipped = "a\z
                 b"
local continued = "a\
b"
print(bytes(skipped), bytes("a\z  b\z"), bytes(continued)) --> 97 98 97 98 97 10 98
local two_lines = [[one
two]]
local dropped = [[
the first newline is dropped]]
local kept = [[

]]
print(bytes(two_lines), [==[a]]b]=]c]==], dropped, #kept)
--> 111 110 101 10 116 119 111 a]]b]=]c the first newline is dropped 1
print(#"\z   ", '"', "'", '\'', "\"", [["']]) --> 0 " ' ' " "'
--[[ a comment
over lines ]] print("after a long comment") --> after a long comment
--[==[ another ]] ]==] print("after another") --> after another
--[ not a long comment
print("é" == "\u{e9}", #"é", bytes("é€😀")) --> true 2 195 169 226 130 172 240 159 152 128
print(#"a\0b", ("a\0b"):upper() == "A\0B", ("x"):rep(3, "\0") == "x\0x\0x") --> 3 true true
for _, source in ipairs { [["\q"]], [["\x1"]], [["\xg0"]], [["\256"]], [["\u{}"]], [["\u{110000000}"]], [["\u41"]], [["\u{41"]], [["unfinished]], "'line\nbreak'", "[[unfinished", "[==[ unfinished ]=]", "--[[ unfinished", "[=x", [["\300"]] } do print((select(2, load("return " .. source, "=s")))) end
--> s:1: invalid escape sequence near '"\q'
--> s:1: hexadecimal digit expected near '"\x1"'
--> s:1: hexadecimal digit expected near '"\xg'
--> s:1: decimal escape too large near '"\256"'
--> s:1: hexadecimal digit expected near '"\u{}'
--> s:1: UTF-8 value too large near '"\u{110000000'
--> s:1: missing '{' near '"\u4'
--> s:1: missing '}' near '"\u{41"'
--> s:1: unfinished string near <eof>
--> s:1: unfinished string near ''line'
--> s:1: unfinished long string (starting at line 1) near <eof>
--> s:1: unfinished long string (starting at line 1) near <eof>
--> s:1: unfinished long comment (starting at line 1) near <eof>
--> s:1: invalid long string delimiter near '[='
--> s:1: decimal escape too large near '"\300"'
print(load("return '\\x41\\u{42}\\67'")(), load("return [[\r\nx\r\ny\rz\n\rw]]")())
--> ABC x
--> y
--> z
--> w
print(bytes(load("return '\\\r\n'")()), bytes(load("return [[\n\r\n]]")()), bytes(load("return 'a\\\n\rb'")()))
--> 10 10 97 10 98
