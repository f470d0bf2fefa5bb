-- Calls without parentheses, chains, and what may follow what (§3.4.10).
local Builder = {}
Builder.__index = Builder
local function new() return setmetatable({ parts = {} }, Builder) end
function Builder:add(x) self.parts[#self.parts + 1] = tostring(x) return self end
function Builder:each(t) for _, v in ipairs(t) do self:add(v) end return self end
function Builder.static(x) return "static " .. tostring(x) end
function Builder:text(sep) return table.concat(self.parts, sep) end
print(new():add(1):add(2):text(",")) --> 1,2
print(new():add "text":each { "a", "b" }:add [[long]]:text " ") --> text a b long
print(new() --> over-lines
  :add("over")
  :add("lines")
  :text("-"))
print(Builder.static"x", Builder.static{} ~= nil, (Builder.static(1))) --> static x true static 1
local function f(x) return function(y) return function(z) return x .. y .. z end end end
print(f "a" "b" "c", f("1")"2"[[3]]) --> abc 123
print(#"abc", #{ 1, 2 }, ("x"):rep(3), ("%d"):format(7), ({ 10, 20 })[2], (function() return "called" end)())
--> 3 2 xxx 7 20 called
print(("a,b,c"):gsub(",", ";"):upper()) --> A;B;C
local t = { f = { g = { h = function(...) return select("#", ...), ... end } } }
print(t.f.g.h(1, 2), t["f"]["g"]["h"](), t.f["g"].h "s") --> 2 0 1 s
print((t.f.g:h(nil)), select("#", t.f.g:h(1, 2))) --> 2 4
local obj = { n = 0 }
function obj:inc(by) self.n = self.n + (by or 1) return self, self.n end
print(select(2, obj:inc():inc(5)), obj.n, select(2, obj["inc"](obj))) --> 6 6 7
local name = "inc"
obj[name](obj)
print(obj.n) --> 8
local s = "x"
print(s:rep(2):rep(2):len(), s:upper():lower():byte()) --> 4 120
do local a = { b = function() return { c = function() return { d = "deep" } end } end } print(a.b().c().d, a.b { }.c "".d) end
--> deep deep
print(type(print) == "function" and not nil, (("nested")), ((1 + 2)) * 3) --> true nested 9
local g = function(...) return ... end
print(g(g(g(1, 2), 3), g(4, 5))) --> 1 4 5
print((g)(1), (g(1, 2))); --> 1 1
(g)(2);
("x"):upper()
print(pcall(function() return obj:missing() end))
--> false method_chains.lua:40: attempt to call a nil value (method 'missing')
print(pcall(function() return obj.n:inc() end))
--> false method_chains.lua:42: attempt to index a number value (field 'n')
print(pcall(function() return s:missing() end))
--> false method_chains.lua:44: attempt to call a nil value (method 'missing')
print(load("a.b:c = 1", "=s")) --> nil s:1: function arguments expected near '='
print(load("a:b", "=s")) --> nil s:1: function arguments expected near <eof>
print(load("a.1", "=s")) --> nil s:1: syntax error near '.1'
print(load("f\n(1)", "=s") ~= nil, load("x = f\n(g)(1)", "=s") ~= nil) --> true true
print(load("'x':upper()", "=s")) --> nil s:1: unexpected symbol near ''x''
print(load("{}.x = 1", "=s")) --> nil s:1: unexpected symbol near '{'
print(load("return 'x':upper()", "=s")) --> nil s:1: <eof> expected near ':'
print(load("return ('x'):upper()", "=s")()) --> X
print(load("local function a.b() end", "=s")) --> nil s:1: '(' expected near '.'
print(load("function a:b.c() end", "=s")) --> nil s:1: '(' expected near '.'
print(load("function a.b:c() return self end", "=s") ~= nil) --> true
