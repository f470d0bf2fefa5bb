"""Random programs that mean something: the same on the VM and the fast engine?

Unlike the programs of ``test_execution_differential``, these keep to values of one kind for
most of their expressions, so that loops run and results come from long ways; what they log
shows the order of evaluation.  ``tick`` ends those that would run on.  The reference may choose
other borders and another order of keys; it is asked about what was found before.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lupa.lua54 import LuaRuntime

from moonquakes.stdlib import open_library
from moonquakes.vm.state import State

#: Returns what a program wrote, then its results or its error.
RUN = """
local source = ...
local out, limit, ticks, names = {}, 5000, 0, {}
local function text(v)
    local t = math.type(v)
    if t == "float" then return (v ~= v) and "nan" or string.format("%a", v) end
    if t then return tostring(v) end
    if type(v) == "string" then return "'" .. v .. "'" end
    return names[v] or ((not v or v == true) and tostring(v)) or type(v)
end
local function show(...)
    for i = 1, select("#", ...) do out[#out + 1] = text((select(i, ...))) end
    out[#out + 1] = "\\n"
    if #out > limit then error("shown enough", 0) end
    return ...
end
local function tick()
    ticks = ticks + 1
    if ticks > 300 then error("enough", 0) end
    return ticks
end
local function log(event, result)
    return function(a, b)
        show(event, a, b)
        if result then return result(a, b) end
    end
end
local function number(v) return type(v) == "table" and rawget(v, "n") or tonumber(v) or 1 end
local M = {__name = "Obj"}
for i, event in ipairs {"add", "sub", "mul", "div", "mod", "pow", "idiv", "band", "bor", "bxor", "shl", "shr",
                        "concat"} do
    M["__" .. event] = log(event, function(a, b) return number(a) + number(b), i end)
end
M.__unm = log("unm", function(a) return -number(a) end)
M.__bnot = log("bnot", function() return "not" end)
M.__len = log("len", function() return 2 end)
M.__eq = log("eq", function(a, b) return number(a) == number(b) and "yes" end)
M.__lt = log("lt", function(a, b) return number(a) < number(b) end)
M.__le = log("le", function(a, b) return number(a) <= number(b) and 1 or nil end)
M.__index = log("index", function(_, k)
    if k ~= "absent" then return k == "method" and log("method") or k end
end)
M.__newindex = function(o, k, v) show("newindex", o, k, v) rawset(o, k, v) end
M.__call = function(o, ...) show("call", o, ...) return ... end
M.__close = function(o, e) show("close", o, e) end
local class = {method = function(self, ...) show("method", self, ...) return self, ... end, field = 7}
class.__index = class
local function obj(n) local o = setmetatable({n = n}, M) names[o] = "obj" .. n return o end
local function instance(n) return setmetatable({n = n}, class) end
-- Addresses differ.
local function hide(v) return (tostring(v):gsub("0x%x%x%x%x%x%x%x%x+", "ADDRESS")) end
local env = {show = show, tick = tick, obj = obj, instance = instance, tostring = hide}
setmetatable(env, {__index = _G})
local f, message = load(source, "=x", "t", env)
if not f then return "load: " .. message end
local results = table.pack(pcall(f, 1, nil, "three"))
limit = math.huge
show(table.unpack(results, 1, results.n))
return table.concat(out, " ")
"""

# fmt: off
INTEGERS = (
    "0", "1", "2", "3", "-1", "7", "-3", "10", "64", "255", "math.maxinteger", "math.mininteger",
    "0x7fffffff", "1 << 62", "1 << 53", "-9007199254740993", "0x7fffffffffffffff", "1 << 63",
)
FLOATS = (
    "0.0", "-0.0", "1.0", "0.5", "2.0", "-2.5", "2^53", "2^63", "-2^63", "1e308", "math.huge", "-math.huge",
    "0/0", "3.0", "1e15", "1e100", "0.1",
)
STRINGS = (
    "''", "'a'", "'10'", "'0x10'", "' 5 '", "'1e1'", "'abc'", "'x'", "'1.5'", "'-7'", "'%d'",
    "'9223372036854775808'",
)
CALLS = (
    "tostring({s})", "tonumber({s})", "({s}):upper()", "({s}):rep(2)", "({s}):sub(2, -2)",
    "math.max({i}, {f})",
    "math.floor({f})", "math.type({a})", "select('#', {a}, {a})", "select(2, {a}, {a}, {a})",
    "rawequal({a}, {a})", "math.tointeger({f})", "math.abs({i})", "({s}):byte()", "#({s})", "rawlen({t})",
    "next({t})",
    "type({a})",
    "table.concat({t})", "table.unpack({t})", "(table.unpack({t}))", "table.pack({a}, {a}).n",
    "math.ult({i}, {i})", "string.format('%s %d', {s}, {i})", "string.format('%g', {f})",
    "({s}):find({s}, 1, true)", "#table.pack({a})",
    "pcall(error, {a})", "pcall(error)", "(pcall(error, {a}, {i}))", "assert({a}, {a})", "getmetatable({a})",
    "rawget({t}, {a})", "tostring({a})", "tonumber({a})", "math.min({i}, {i})", "({a}):len()", "({a}).field",
)
# fmt: on


class Programs:
    """Writes a random program."""

    def __init__(self, random: random.Random, budget: int = 250) -> None:
        self.random = random
        self.budget = budget
        self.scope: list[tuple[str, str]] = []  # names of variables and their kinds
        self.consts: set[str] = set()
        self.count = 0
        self.depth = 0
        self.loops: list[str] = []
        self.vararg = True

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def fresh(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def variable(self, kind: str, assigned: bool = False) -> str | None:
        names = [
            name
            for name, known in self.scope
            if (kind == "a" or known == kind) and not (assigned and name in self.consts)
        ]
        return self.random.choice(names[-6:]) if names else None

    # Expressions: kinds are i(nteger), f(loat), s(tring), t(able), c(allable), o(bject), b(oolean), a(ny)

    def leaf(self, kind: str) -> str:
        name = self.variable(kind)
        if name is not None and not self.chance(3):
            return name
        if kind == "i":
            return self.random.choice(INTEGERS)
        if kind == "f":
            return f"({self.random.choice(FLOATS)})"
        if kind == "s":
            return self.random.choice(STRINGS)
        if kind == "b":
            return self.pick("true", "false")
        if kind == "t":
            return self.pick("{}", "{1, 2, 3}", "{x = 1, 'a'}", "instance(4)")
        if kind == "c":
            return self.pick("show", "tick", "(function(...) return ... end)", "(function() end)")
        if kind == "o":
            return f"obj({self.random.randrange(5)})"
        if self.vararg and self.chance(3):
            return "..."
        return self.pick("nil", "nil", "undefined", "1", "'s'", "false", "2.5", "{}", "obj(1)")

    def expression(self, kind: str) -> str:
        self.budget -= 1
        if self.chance(25):
            kind = "a"
        if self.budget <= 0 or self.depth > 3 or self.chance(3):
            return self.leaf(kind)
        self.depth += 1
        try:
            common = self.random.randrange(9)
            if common == 0:
                return self.logic(kind)
            if common == 1:
                return f"(show({self.expression(kind)}))"
            if common == 2:
                return f"({self.function(kind)})({self.expression('a')})"
            if common == 3 and kind != "a":
                return self.indexed(kind)
            return getattr(self, "make_" + kind)()
        finally:
            self.depth -= 1

    def logic(self, kind: str) -> str:
        """``and`` and ``or`` in some nesting."""
        shape = self.random.randrange(6)
        e, b = self.expression, lambda: self.expression(self.pick("b", "a", kind))
        if shape == 0:
            return f"({b()} and {e(kind)} or {e(kind)})"
        if shape == 1:
            return f"({b()} or {e(kind)})"
        if shape == 2:
            return f"({b()} and {e(kind)})"
        if shape == 3:
            return f"(({b()} or {b()}) and {e(kind)} or {e(kind)})"
        if shape == 4:
            return f"(not ({b()} and {b()}) and {e(kind)} or {b()} and {e(kind)} or {e(kind)})"
        return f"({b()} and ({b()} or {b()}) and {e(kind)})"

    def indexed(self, kind: str) -> str:
        table = self.expression("t")
        if kind == "i" and self.chance(2):
            return f"#({table})"
        return f"({table})" + self.pick(
            ".x", "[1]", ".n", f"[{self.expression('i')}]", f"[{self.expression('a')}]"
        )

    def make_i(self) -> str:
        operator = self.pick("+", "-", "*", "//", "%", "&", "|", "~", "<<", ">>", "-", "~", "+", "-")
        if self.chance(6):
            return f"({self.pick('-', '~')}{self.expression('i')})"
        if self.chance(3):
            return f"({self.expression('i')} {operator} {self.random.choice(INTEGERS)})"
        return f"({self.expression('i')} {operator} {self.expression('i')})"

    def make_f(self) -> str:
        if self.chance(6):
            return f"(-{self.expression('f')})"
        operator = self.pick("+", "-", "*", "/", "//", "%", "^")
        return (
            f"({self.expression(self.pick('f', 'i'))} {operator} {self.expression(self.pick('f', 'f', 'i'))})"
        )

    def make_s(self) -> str:
        parts = [self.expression(self.pick("s", "s", "i", "f")) for _ in range(self.random.randrange(2, 5))]
        return f"({' .. '.join(parts)})" if self.chance(2) else f"tostring({self.expression('a')})"

    def make_b(self) -> str:
        shape = self.random.randrange(7)
        if shape == 0:
            return f"(not {self.expression('a')})"
        if shape == 1:
            return f"({self.expression('a')} {self.pick('==', '~=')} {self.expression('a')})"
        if shape == 2:
            return f"({self.expression('b')} {self.pick('and', 'or')} {self.expression('b')})"
        kind = self.pick("i", "f", "s", "o", "i")
        other = kind if kind == "s" else self.pick(kind, "i", "o")
        operator = self.pick("<", "<=", ">", ">=", "==", "~=")
        return f"({self.expression(kind)} {operator} {self.expression(other)})"

    def make_t(self) -> str:
        fields = []
        for _ in range(self.random.randrange(5)):
            key = self.pick("", "", "", "x = ", "n = ", f"[{self.expression('i')}] = ")
            fields.append(key + self.expression(self.pick("i", "f", "s", "a", "t")))
        if self.vararg and self.chance(4):
            fields.append("...")
        elif self.chance(5):
            fields.append(self.make_a())
        return "{" + ", ".join(fields) + "}"

    def make_c(self) -> str:
        return f"({self.function('a')})"

    def make_o(self) -> str:
        if self.chance(3):
            operator = self.pick("+", "-", "*", "/", "//", "%", "^", "..", "&", "|", "~", "<<", ">>")
            return f"({self.expression(self.pick('o', 'i', 's'))} {operator} {self.expression('o')})"
        return (
            self.pick(f"obj({self.expression('i')})", f"(-{self.leaf('o')})", f"#{self.leaf('o')}")
            if self.chance(3)
            else self.leaf("o")
        )

    def make_a(self) -> str:
        shape = self.random.randrange(8)
        if shape < 3:
            text: str = self.random.choice(CALLS)
            while "{" in text and text.count("{") != text.count("{}"):
                at = text.index("{")
                text = text[:at] + self.expression(text[at + 1]).replace("{", "\0") + text[at + 3 :]
            return text.replace("\0", "{")
        if shape == 3:
            o = self.expression(self.pick("o", "t"))
            return (
                f"({o}):method({self.arguments()})"
                if self.chance(2)
                else f"({o})" + self.pick(".x", ".absent", "[2]")
            )
        if shape == 4:
            return f"{self.leaf('c')}({self.arguments()})"
        return self.expression(self.pick("i", "f", "s", "t", "c", "o", "b"))

    def arguments(self) -> str:
        return ", ".join(
            self.expression(self.pick("i", "s", "f", "a", "a")) for _ in range(self.random.randrange(4))
        )

    def function(self, kind: str) -> str:
        saved = list(self.scope), self.loops, self.vararg
        names = [self.fresh("p") for _ in range(self.random.randrange(3))]
        self.scope += [(name, "a") for name in names]
        self.loops = []
        self.vararg = self.chance(2)
        if self.vararg:
            dots = ["..."]
        else:
            dots = []
        body = self.block(2) if self.budget > 0 and self.chance(2) else ""
        end = self.pick("return", "return", "return", "return show", "")
        value = self.expression(kind)
        end = f"{end}({value})" if end == "return show" else f"{end} {value}" if end else ""
        self.scope, self.loops, self.vararg = saved
        return f"function({', '.join(names + dots)}) {body} {end} end"

    # Statements

    def block(self, most: int = 3) -> str:
        saved = len(self.scope)
        lines = [self.statement() for _ in range(self.random.randrange(1, most + 1))]
        del self.scope[saved:]
        return "\n".join(lines)

    def kind(self) -> str:
        return self.pick("i", "i", "i", "f", "s", "t", "c", "o", "b", "a")

    def local(self) -> str:
        kinds = [self.kind() for _ in range(self.random.randrange(1, 4))]
        values = [self.expression(kind) for kind in kinds]
        names = [self.fresh("v") for _ in kinds]
        if len(kinds) > 1 and self.chance(6):
            values = [self.make_a()]
            kinds = ["a" for _ in kinds]
        self.scope += zip(names, kinds, strict=True)
        attribute = ""
        if self.chance(8):
            attribute = " <const>"
            self.consts.update(names)
        return f"local {', '.join(name + attribute for name in names)} = {', '.join(values)};"

    def assignment(self) -> str:
        kind = self.kind()
        targets, values = [], []
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            name = self.variable(kind, assigned=True)
            if name is None or self.chance(4):
                base = self.variable("t") or self.variable("o")
                if base is None:
                    return f"show({self.expression('a')});"
                suffix = self.pick(
                    ".x", "[1]", "[2]", f"[{self.expression('i')}]", f"[#{base} + 1]", f"[{self.leaf('a')}]"
                )
                targets.append(base + suffix)
            else:
                targets.append(name)
            values.append(self.expression(kind))
        if len(targets) > 1 and self.chance(2):
            values = targets[1:] + targets[:1]
        return f"{', '.join(targets)} = {', '.join(values)};"

    def update(self) -> str:
        kind = self.pick("i", "i", "f", "s", "b")
        name = self.variable(kind, assigned=True)
        if name is None:
            return self.local()
        if kind == "b":
            return f"{name} = {name} {self.pick('and', 'or', '==')} {self.expression('b')};"
        operator = {"i": self.pick("+", "-", "*", "//", "%", "~"), "f": self.pick("+", "*", "/"), "s": ".."}[
            kind
        ]
        return f"{name} = {name} {operator} {self.expression(kind)};"

    def condition(self) -> str:
        return self.expression(self.pick("b", "b", "a")) if self.chance(2) else self.logic("b")

    def branch(self) -> str:
        text = f"if {self.condition()} then {self.block(2)}"
        while self.chance(3):
            text += f" elseif {self.condition()} then {self.block(2)}"
        if self.chance(2):
            text += f" else {self.block(2)}"
        return text + " end"

    def leave(self) -> str:
        if not self.loops:
            return "do return end" if self.chance(3) else f"do return {self.arguments() or 1} end"
        label = self.loops[-1]
        if len(self.loops) > 1 and self.chance(3):
            label = self.loops[-2]
        return self.pick("break", f"goto {label}", f"goto {label}", f"goto out_{self.loops[-1]}")

    def loop(self) -> str:
        label = self.fresh("L")
        saved = list(self.scope)
        self.loops.append(label)
        shape = self.random.randrange(7)
        closed = "tick();" if self.chance(2) else ""
        head, tail, before = "", "", ""
        if shape <= 1:
            name = self.fresh("i")
            start = self.pick(
                "1", "1", "3", "math.maxinteger - 1", "0", "-2", "1.0", "2.5", self.expression("i")
            )
            stop = self.pick(
                "3", "4", "0", "math.maxinteger", "math.mininteger", "2.5", "1e308", self.expression("i")
            )
            step = self.pick(
                "", "", ", 1", ", -1", ", 2", ", -3", ", 0.5", ", math.maxinteger", f", {self.leaf('i')}"
            )
            head, tail, closed = f"for {name} = {start}, {stop}{step} do", "end", "tick();"
            if self.chance(2):
                head, closed = f"for {name} = 1, {self.random.randrange(4)} do", ""
            self.scope.append((name, "i"))
        elif shape <= 3:
            key, value = self.fresh("k"), self.fresh("w")
            table = self.variable("t") or "{4, 5, nil, 6}"
            call = self.pick(
                f"ipairs({table})", "ipairs({3, 1, 2})", "pairs({3, 1, 2})", "next, {7}", f"pairs({table})",
                "function(s, c) if c < s then return c + 1, c * 2 end end, 3, 0",
                f"string.gmatch({self.leaf('s')}, '.')", "ipairs(obj(3))",
                "(function() local n = 0 return function() n = n + 1 if n < 4 then return n end end end)()",
            )  # fmt: skip
            if self.chance(6):
                call = f"next, {{1, 2}}, nil, {self.leaf('o')}"
            names = key if self.chance(4) else f"{key}, {value}"
            head, tail, closed = f"for {names} in {call} do", "end", "tick();"
            self.scope.append((key, "a"))
            if names != key:
                self.scope.append((value, "a"))
        elif shape <= 5:
            count = self.fresh("n")
            self.scope.append((count, "i"))
            self.consts.add(count)
            before = f"local {count} = 0"
            limit = f"{count} < {self.random.randrange(1, 4)}"
            limit = self.pick(
                limit, f"{limit} and {self.condition()}", f"({self.condition()} or true) and {limit}"
            )
            head, tail = f"while {limit} do {count} = {count} + 1", "end"
        else:
            count = self.fresh("n")
            self.scope.append((count, "i"))
            self.consts.add(count)
            before = f"local {count} = 0"
            head, tail = f"repeat {count} = {count} + 1", ""
        body = self.block(3)
        if self.chance(2):
            body += f"\nif {self.condition()} then {self.leave()} end\n{self.block(2)}"
        if shape == 6:
            # The condition sees the body's variables; no continue may jump into their scope.
            name = self.fresh("r")
            inner = f"local {name} = {self.expression('i')}"
            self.scope.append((name, "i"))
            closure = self.pick("", f"show(({self.function('a')})())")
            until = f"{count} > {self.random.randrange(3)} or {self.condition()}"
            text = f"{head} {closed} do {body} ::{label}:: end {inner} {closure} until {until}"
        else:
            text = f"{head} {closed} do {body} end ::{label}:: {tail}"
        self.loops.pop()
        self.scope = saved
        return f"do {before} {text} ::out_{label}:: end"

    def closures(self) -> str:
        """Closures made in a loop, called after it."""
        made, name = self.fresh("c"), self.fresh("x")
        saved = list(self.scope)
        self.scope.append((name, "i"))
        change = self.pick(
            "", f"{name} = {name} + 1;", f"if {self.condition()} then {name} = {self.expression('i')} end"
        )
        first = self.function("i")
        second = self.pick("", f"{made}[#{made} + 1] = function() {name} = {name} * 2 + 1 return {name} end;")
        later = self.pick("", f"{name} = {name} - 1;", self.update())
        self.scope = saved
        loop = self.pick(
            "for i = 1, 3 do", "local i = 0 while i < 3 do i = i + 1", "for _, i in ipairs {5, 6} do"
        )
        return (
            f"local {made} = {{}} do {loop} local {name} = i {change}"
            f" {made}[#{made} + 1] = {first}; {second} {later} end end\n"
            f"for _, f in ipairs({made}) do show(f({self.leaf('i')})) end"
        )

    def recursion(self) -> str:
        name = self.fresh("g")
        saved = list(self.scope), self.loops, self.vararg
        self.loops, self.vararg = [], False
        self.scope += [("n", "i"), ("acc", "i")]
        step = self.expression("i")
        stop = self.expression("a")
        call = self.pick(
            f"return {name}(n - 1, {step})", f"return ({name}(n - 1, {step}))",
            f"return n, {name}(n - 1, acc)", f"local r = {name}(n - 1, acc) return r",
        )  # fmt: skip
        body = f"tick() if n <= 0 then return {stop} end {self.block(2) if self.chance(2) else ''} {call}"
        self.scope, self.loops, self.vararg = saved
        self.scope.append((name, "c"))
        return f"local function {name}(n, acc) {body} end show({name}({self.random.randrange(4)}, 1))"

    def statement(self) -> str:
        self.budget -= 1
        if self.budget <= 0:
            return f"show({self.leaf('a')});"
        shape = self.random.randrange(20)
        if shape < 4:
            return self.local()
        if shape < 7:
            return self.assignment()
        if shape < 9:
            return self.update()
        if shape < 11:
            return f"show({self.arguments()});"
        if shape < 13:
            return self.branch()
        if shape < 15 and len(self.loops) < 3:
            return self.loop()
        if shape == 15:
            return self.closures()
        if shape == 16:
            return self.recursion()
        if shape == 17:
            return f"show(pcall({self.function('a')}, {self.expression('a')}));"
        if shape == 18:
            name = self.fresh("z")
            value = self.pick(self.leaf("o"), self.leaf("o"), "nil", "false", self.expression("o"))
            return f"do local {name} <close> = {value} {self.block(2)} end"
        if self.chance(3):
            return f"if {self.condition()} then {self.leave()} end"
        if self.chance(4):
            return f"if {self.condition()} then error({self.expression('a')}) end"
        name = self.fresh("f")
        text = f"local {name} = {self.function(self.kind())}"
        self.scope.append((name, "c"))
        return text

    def program(self) -> str:
        lines = []
        while self.budget > 0:
            # An error ends a part, not the program.
            if self.chance(2):
                lines.append(f"show(pcall(function(...) {self.block(5)} end, ...));")
            else:
                lines.append(self.statement())
        return "\n".join(lines)


#: What earlier runs found, reduced.
FOUND = (
    "show(pcall(function() return not 1 << 62 end))",
    "show(pcall(function() for i = 1, true do end end))",
    "show(pcall(function() return ~math.huge, {1 % {}} end))",
    "show(pcall(function() return #2.5 > (true % 0.0) end))",
    "show(pcall(function() local t = {x = absent.b, y = {other.d}} end))",
    "show(pcall(function() local c <const> = ' 5 ' local a, b = c * c.y, function() end end))",
    "show(pcall(function(...) return {..., [-'a'] = ...} end, 1))",
    "show(pcall(function(...) undefined(true, false, ...) end, 1))",
    "show(pcall(function() show(1, undefined.method) obj(1):method(1):absent(show(2)) end))",
    "show(pcall(function() for _ in next, {}, nil, {} do end end))",
    "local t, k = {7, 8}, 1.0 show(t[1.0], t[k], t[k or 2], ({9})[2.0])",
    "local v = ({} and 3) do show((function() return (function() return v end)() end)()) end",
    "local v = 7, (show and show or tick) v = show show((function() return v end)() == show)",
    "repeat local t = {} local f = function() t = {f} return #t end show(f()) until true",
    "show(pcall(function(...) local a = (... and 2 or {#{}, ...}), ((10){}) end))",
    "show(pcall(function() if show then local a = 1, show[255] end (function() undefined() end)() end))",
    "show(pcall(function() local t = {x = (false > 's'), 3.7 ^ show}, undefined end))",
    "if true then elseif true then while 3 do end end show(1)",
    "local v if {} then while ((not (v and {}) and undefined) or true) do"
    " if show then break end end end show(2)",
)


def output(state: State, source: str) -> str:
    for name in ("base", "table", "string", "math"):
        open_library(state, name)
    result: str = state.call(state.load(RUN, "=run"), source)
    return result


@pytest.mark.parametrize("source", FOUND)
def test_found(source: str) -> None:
    reference = LuaRuntime(encoding="latin-1").eval("function(s) return load(s, '=run') end")(RUN)
    expected = reference(source)
    assert [output(State(engine), source) for engine in ("vm", "fast")] == [expected, expected]


@given(st.randoms(use_true_random=False))
def test_engines_agree(random: random.Random) -> None:
    source = Programs(random).program()
    assert output(State("fast"), source) == output(State("vm"), source), source
