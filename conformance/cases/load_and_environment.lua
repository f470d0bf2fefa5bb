-- load, chunks, _ENV and global names (§2.2, §6.1).
print(load("return 1 + 1")()) --> 2
print(load("syntax error here", "=name")) --> nil name:1: syntax error near 'error'
print(load("return ...", "=n")(1, 2)) --> 1 2
print(load("x = 1; return x", "=n", "t", {})(), x) --> 1 nil
local env = { print = print }
local chunk = load("y = 5 function f() return y end return _ENV", "=n", "t", env)
print(chunk() == env, env.y, env.f(), y) --> true 5 5 nil
local parts = { "return ", "1", " + 2", nil }
local i = 0
print(load(function() i = i + 1 return parts[i] end)()) --> 3
print(load(function() return nil end) ~= nil, load("") ~= nil, load("")()) --> true true
print(pcall(load, function() error("in reader", 0) end)) --> true nil in reader
print(pcall(load, function() return {} end))
--> true nil reader function must return a string
print(load("return 1", "=n", "b")) --> nil attempt to load a text chunk (mode is 'b')
print(load(string.dump(function() return 42 end), "dumped", "b")()) --> 42
print(load(string.dump(function() return 42 end), "=dumped", "t"))
--> nil attempt to load a binary chunk (mode is 't')
print(load("\27Lua", "=bad")) --> nil bad: bad binary format (truncated chunk)
-- _ENV as a local and as a parameter
local function scoped(_ENV) z = 10 return z end
local t = {}
print(scoped(t), t.z, z) --> 10 10 nil
do
  local print = print
  local _ENV = { w = "inner" }
  print(w, _ENV.w) --> inner inner
end
local function no_globals() local _ENV = nil return function() return v end end
print(pcall(no_globals()))
--> false load_and_environment.lua:30: attempt to index a nil value (upvalue '_ENV')
local _ENV <const> = setmetatable({}, { __index = _ENV })
newglobal = 1
print(newglobal, rawget(_ENV, "newglobal")) --> 1 1
print(pcall(function() undefined.x = 1 end))
--> false load_and_environment.lua:36: attempt to index a nil value (global 'undefined')
-- chunk names in messages
print(pcall(load("error('e')", "=short"))) --> false short:1: e
print(pcall(load("error('e')", "@file.lua"))) --> false file.lua:1: e
print(pcall(load("error('e')", "error('e')"))) --> false [string "error('e')"]:1: e
print(pcall(load("\n\nerror('e')", "first line\nsecond"))) --> false [string "first line..."]:3: e
print(pcall(load("error('e')", "=" .. ("long"):rep(30))))
--> false longlonglonglonglonglonglonglonglonglonglonglonglonglonglon:1: e
print(pcall(load("error('e')", "@" .. ("long"):rep(30))))
--> false ...longlonglonglonglonglonglonglonglonglonglonglonglonglong:1: e
print(pcall(load("error('e')", ("long"):rep(30))))
--> false [string "longlonglonglonglonglonglonglonglonglonglongl..."]:1: e
print(load("x =", "=n")) --> nil n:1: unexpected symbol near <eof>
print(load("for", "=n")) --> nil n:1: <name> expected near <eof>
print(load("x = }", "=n")) --> nil n:1: unexpected symbol near '}'
print(load("x = 'a\n'", "=n")) --> nil n:1: unfinished string near ''a'
print(load("if x then", "=n")) --> nil n:1: 'end' expected near <eof>
print(load("\n\nif x then\n\nfoo(", "=n")) --> nil n:5: unexpected symbol near <eof>
print(load("function f(\n\n", "=n")) --> nil n:3: <name> or '...' expected near <eof>
print(load("x = {1, 2\n\n", "=n")) --> nil n:3: '}' expected (to close '{' at line 1) near <eof>
print(load("f(1\n\n", "=n")) --> nil n:3: ')' expected (to close '(' at line 1) near <eof>
print(load("for i = 1 do end", "=n")) --> nil n:1: ',' expected near 'do'
print(load("for i, j = 1, 2 do end", "=n")) --> nil n:1: 'in' expected near '='
print(load("for i in do end", "=n")) --> nil n:1: unexpected symbol near 'do'
print(load("repeat x()", "=n")) --> nil n:1: 'until' expected near <eof>
print(load("while true x", "=n")) --> nil n:1: 'do' expected near 'x'
print(load("return return", "=n")) --> nil n:1: unexpected symbol near 'return'
print(load("return 1 x", "=n")) --> nil n:1: <eof> expected near 'x'
print(load("x = @", "=n")) --> nil n:1: unexpected symbol near '@'
print(load("x = $y", "=n")) --> nil n:1: unexpected symbol near '$'
print(load("x ~ y", "=n")) --> nil n:1: syntax error near '~'
print(load("x = ~", "=n")) --> nil n:1: unexpected symbol near <eof>
print(load("x == y", "=n")) --> nil n:1: syntax error near '=='
print(load("local function", "=n")) --> nil n:1: <name> expected near <eof>
print(load("local 1", "=n")) --> nil n:1: <name> expected near '1'
print(load("x = function", "=n")) --> nil n:1: '(' expected near <eof>
print(load("x = a.", "=n")) --> nil n:1: <name> expected near <eof>
print(load("x = a.end", "=n")) --> nil n:1: <name> expected near 'end'
print(load("x = a:b", "=n")) --> nil n:1: function arguments expected near <eof>
print(load("x = (1", "=n")) --> nil n:1: ')' expected near <eof>
print(load("x = (\n1\n", "=n")) --> nil n:3: ')' expected (to close '(' at line 1) near <eof>
print(load("x[1", "=n")) --> nil n:1: ']' expected near <eof>
print(load("else", "=n")) --> nil n:1: <eof> expected near 'else'
print(load("end", "=n")) --> nil n:1: <eof> expected near 'end'
print(load("until x", "=n")) --> nil n:1: <eof> expected near 'until'
print(load("goto", "=n")) --> nil n:1: <name> expected near <eof>
print(load("::x", "=n")) --> nil n:1: '::' expected near <eof>
print(load("local x <const", "=n")) --> nil n:1: '>' expected near <eof>
print(load("x = 1 = 2", "=n")) --> nil n:1: unexpected symbol near '='
print(load("f(", "=n")) --> nil n:1: unexpected symbol near <eof>
print(load("x.y.z", "=n")) --> nil n:1: syntax error near <eof>
print(load("x!", "=n")) --> nil n:1: syntax error near '!'
print(load("x = \1", "=n")) --> nil n:1: unexpected symbol near '<\1>'
print(load("x = \200", "=n")) --> nil n:1: unexpected symbol near '<\200>'
print(load("x = '\\400'", "=n")) --> nil n:1: decimal escape too large near ''\400''
print(load("and", "=n")) --> nil n:1: unexpected symbol near 'and'
print(load("local t = {...} function f() return ... end", "=n"))
--> nil n:1: cannot use '...' outside a vararg function near '...'
print(load("local a <const> = 1; a = 2", "=n")) --> nil n:1: attempt to assign to const variable 'a'
print(load("return 'very long string that must be cut somewhere or not at all in a message' x", "=n"))
--> nil n:1: <eof> expected near 'x'
print(load("(f)", "=n")) --> nil n:1: syntax error near <eof>
print(load("f() g()", "=n") ~= nil, load(";;;", "=n") ~= nil, load("return;", "=n") ~= nil, load("return 1;", "=n") ~= nil)
--> true true true true
print(load("#!shebang\nreturn 1", "=n")) --> nil n:1: unexpected symbol near '#'
print(load(("("):rep(300) .. "1" .. (")"):rep(300), "=n")) --> nil C stack overflow
print(load("local " .. ("a, "):rep(250) .. "a", "=n"))
--> nil n:1: too many local variables (limit is 200) in main function near ','
