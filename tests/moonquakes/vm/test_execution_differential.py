"""Random programs that end: what they print and how they fail, here and in the reference.

A program prints through ``show``, which writes numbers exactly and no addresses.  Loops
count, calls go only to functions defined before, so that every program ends.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lupa.lua54 import LuaRuntime

from moonquakes.stdlib import open_library
from moonquakes.vm.state import State

#: Runs a program and returns all that it showed, then its results or its error.
RUN = """
local source = ...
local out = {}
local function text(v)
    local t = math.type(v)
    if t == "float" then return (v ~= v) and "nan" or string.format("%a", v) end
    if t then return t .. " " .. v end
    return (type(v) == "string" or not v or v == true) and tostring(v) or type(v)
end
local function show(...)
    for i = 1, select("#", ...) do out[#out + 1] = text((select(i, ...))) end
    out[#out + 1] = "\\n"
    if #out > 20000 then error("shown enough", 0) end
    return ...
end
-- Addresses differ.
local function hide(s) return type(s) == "string" and s:gsub("0x%x%x%x%x%x%x%x%x+", "ADDRESS") or s end
local env = setmetatable({
    show = show,
    tostring = function(...) return (hide(tostring(...))) end,
    string = setmetatable({format = function(...) return (hide(string.format(...))) end}, {__index = string}),
}, {__index = _G})
local f, message = load(source, "=x", "t", env)
if not f then return message end
show(pcall(f))
return table.concat(out, " ")
"""

# fmt: off
NUMBERS = (
    "0", "1", "2", "3", "-1", "7", "0.0", "-0.0", "1.0", "0.5", "2.0", "1e15", "2^53", "2^63", "-2^63",
    "1e308", "1e400", "-(0/0)", "math.maxinteger", "math.mininteger", "math.huge", "0x7fffffff", "1 << 62",
    "1 << 63", "3.7", "-2.5", "255",
)
STRINGS = ("''", "'a'", "'10'", "'0x10'", "' 5 '", "'1e1'", "'ab\\0c'", "'\\xff'", "'x'", "'1.5'")
BINARY = (
    "+", "-", "*", "/", "//", "%", "^", "&", "|", "~", "<<", ">>", "..", "==", "~=", "<", "<=", ">", ">=",
    "and", "or",
)
CALLS = (
    "tostring(%s)", "tonumber(%s)", "#%s", "math.type(%s)", "type(%s)", "string.len(%s)",
    "string.upper(%s)", "math.tointeger(%s)", "math.floor(%s)", "string.format('%%s', %s)",
    "string.format('%%d', %s)", "string.byte(%s)", "string.format('%%.14g', %s)", "string.rep(%s, 2)",
    "string.sub(%s, 2)", "string.reverse(%s)", "rawlen(%s)", "select('#', %s)", "math.abs(%s)",
    "math.ult(%s, 5)", "math.fmod(%s, 3)", "string.find(%s, '1')", "not %s", "rawequal(%s, 1)", "next(%s)",
    "table.unpack(%s)", "pcall(error, %s)", "table.concat({%s, 1}, ',')", "string.gsub(%s, '.', '<%%0>')",
    "math.max(%s, 1)", "utf8.char(%s)", "string.pack('<i4', %s)", "getmetatable(%s)",
)
EVENTS = (
    "add", "sub", "mul", "div", "mod", "pow", "unm", "idiv", "band", "bor", "bxor", "shl", "shr", "bnot",
    "concat", "len", "eq", "lt", "le", "call",
)
# fmt: on


class Generator:
    """Writes a random program."""

    def __init__(self, random: random.Random) -> None:
        self.random = random
        self.budget = 45
        self.names: list[str] = []
        self.functions: list[str] = []
        self.consts: set[str] = set()
        self.count = 0
        self.depth = 0
        self.vararg = True
        self.in_function = 0
        self.loops = 0
        self.coroutine = False

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    def fresh(self, prefix: str = "v") -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def some(self, most: int = 3) -> str:
        return ", ".join(self.expression() for _ in range(self.random.randrange(1, most + 1)))

    # Expressions

    def leaf(self) -> str:
        kind = self.random.randrange(10)
        if kind < 4 and self.names:
            return self.random.choice(self.names)
        if kind < 7:
            return self.random.choice(NUMBERS)
        if kind == 7:
            return self.random.choice(STRINGS)
        if kind == 8 and self.vararg:
            return "..."
        return self.random.choice(("nil", "true", "false", "{}", "undefined"))

    def expression(self) -> str:
        self.budget -= 1
        if self.budget <= 0 or self.depth > 5:
            return self.leaf()
        self.depth += 1
        try:
            return self.compound()
        finally:
            self.depth -= 1

    def compound(self) -> str:
        kind = self.random.randrange(16)
        if kind < 3:
            return self.leaf()
        if kind < 8:
            operator = self.random.choice(BINARY)
            return f"({self.expression()} {operator} {self.expression()})"
        if kind == 8:
            return f"({self.random.choice(('-', 'not ', '#', '~'))}{self.expression()})"
        if kind == 9:
            return self.random.choice(CALLS) % f"({self.expression()})"
        if kind == 10:
            return self.table()
        if kind == 11:
            return self.function_body("function")
        if kind == 12 and self.functions:
            return f"{self.random.choice(self.functions)}({self.some()})"
        if kind == 13:
            return self.meta()
        if kind == 14 and self.coroutine:
            return f"(coroutine.yield({self.some()}))"
        return self.indexed()

    def indexed(self) -> str:
        name = self.random.choice(self.names) if self.names else self.table()
        name = f"({name})" if name[0] == "{" else name
        return name + self.random.choice((".x", ".y", "[1]", "[2]", f"[{self.expression()}]"))

    def table(self) -> str:
        fields = []
        for _ in range(self.random.randrange(5)):
            key = self.random.choice(("", "", "x = ", "y = ", "k"))
            fields.append((f"[{self.expression()}] = " if key == "k" else key) + self.expression())
        return "{" + ", ".join(fields) + "}"

    def meta(self) -> str:
        events = [f"__{event} = {self.function_body('function')}" for event in self.random.sample(EVENTS, 2)]
        if self.chance(2):
            events.append(f"__index = {self.random.choice((self.table(), self.function_body('function')))}")
        if self.chance(4):
            events.append(f"__newindex = {self.function_body('function')}")
        if self.chance(4):
            events.append(f"__name = {self.random.choice(STRINGS)}")
        return f"setmetatable({self.table()}, {{{', '.join(events)}}})"

    def function_body(self, head: str, in_coroutine: bool = False) -> str:
        saved = list(self.names), self.vararg, self.loops, list(self.functions), self.coroutine
        parameters = [self.fresh("p") for _ in range(self.random.randrange(3))]
        self.names += parameters
        self.vararg = self.chance(2)
        self.loops = 0
        self.coroutine = in_coroutine
        self.in_function += 1
        dots = ["..."] if self.vararg else []
        body = self.block(2)
        result = f" return {self.some()}" if self.chance(2) else ""
        self.in_function -= 1
        self.names, self.vararg, self.loops, self.functions, self.coroutine = saved
        return f"{head}({', '.join(parameters + dots)}) {body}{result} end"

    # Statements

    def block(self, most: int = 4) -> str:
        names, functions = list(self.names), list(self.functions)
        lines = [self.statement() for _ in range(self.random.randrange(1, most + 1))]
        self.names, self.functions = names, functions
        return "\n".join(lines)

    def local(self) -> str:
        names = [self.fresh() for _ in range(self.random.randrange(1, 4))]
        text = f"local {', '.join(names)} = {self.some()}"
        self.names += names
        return text

    def const(self) -> str:
        name = self.fresh("c")
        text = f"local {name} <const> = {self.expression()}"
        self.names.append(name)
        self.consts.add(name)
        return text

    def close(self) -> str:
        handler = self.function_body("function")
        return f"local {self.fresh('k')} <close> = setmetatable({{}}, {{__close = {handler}}})"

    def assignment(self) -> str:
        names = [name for name in self.names if name not in self.consts]
        if not names:
            return self.local()
        targets = []
        for _ in range(self.random.randrange(1, 4)):
            name = self.random.choice(names)
            suffix = self.random.choice(("", "", ".x", "[1]", f"[{self.expression()}]"))
            targets.append(name + suffix)
        return f"{', '.join(targets)} = {self.some()}"

    def loop(self) -> str:
        self.loops += 1
        name = self.fresh("i")
        kind = self.random.randrange(5)
        self.names.append(name)
        self.consts.add(name)
        body = self.block(3)
        if self.chance(3):
            body += f"\nif {self.expression()} then {self.random.choice(('break', 'goto ' + name))} end"
        body += f"\n::{name}::"
        if kind == 0:
            text = f"for {name} = 1, {self.random.randrange(4)} do {body} end"
        elif kind == 1:
            start = self.random.choice(("math.maxinteger - 2", "1", "3", "1.5", "math.mininteger + 2"))
            step = self.random.choice(("1", "-1", "0.5", "2", "-3", "math.maxinteger", "0"))
            stop = self.random.choice(("math.maxinteger", "4", "-4", "math.mininteger", "2.5"))
            limit = f"n_{name}"
            text = f"local {limit} = 0 for {name} = {start}, {stop}, {step} do {limit} = {limit} + 1 "
            text += f"if {limit} > 4 then break end do {body} end end"
        elif kind == 2:
            value = self.fresh("w")
            text = f"for {name}, {value} in ipairs({self.table()}) do {body} end"
        elif kind == 3:
            count = f"n_{name}"
            text = f"local {count} = 0 while {count} < 3 do {count} = {count} + 1 "
            text += f"local {name} = {count} do {body} end end"
        else:
            count = f"n_{name}"
            text = f"local {count} = 0 repeat {count} = {count} + 1 local {name} = {count} do {body} end "
            text += f"until {count} > 2 or {self.expression()}"
        self.names.remove(name)
        self.loops -= 1
        return f"do {text} end"

    def statement(self) -> str:
        self.budget -= 1
        kind = self.random.randrange(15)
        if self.budget <= 0 or kind < 3:
            return f"show({self.some()})"
        if kind < 6:
            return self.local()
        if kind < 8:
            return self.assignment() + ";"
        if kind == 8:
            return f"if {self.expression()} then {self.block(2)} else {self.block(2)} end"
        if kind == 9 and self.loops < 2:
            return self.loop()
        if kind == 10:
            name = self.fresh("f")
            text = f"local {self.function_body('function ' + name)}"
            self.functions.append(name)
            return text
        if kind == 11:
            return f"show(pcall({self.function_body('function')}, {self.some()}))"
        if kind == 12:
            return f"do {self.close()} {self.block(2)} end" if self.chance(2) else self.const()
        if kind == 13:
            name = self.fresh("co")
            maker = self.random.choice(("create", "wrap"))
            call = f"coroutine.resume({name}, %s)" if maker == "create" else f"pcall({name}, %s)"
            body = self.function_body("function", in_coroutine=True)
            resumes = " ".join(f"show({call % self.some(2)})" for _ in range(3))
            end = f" show(coroutine.close({name}))" if maker == "create" and self.chance(2) else ""
            return f"do local {name} = coroutine.{maker}({body}) {resumes}{end} end"
        if self.chance(3):
            return f"if {self.expression()} then error({self.expression()}) end"
        return f"do {self.block(2)} end"

    def program(self) -> str:
        return self.block(8)


@pytest.fixture(scope="module", params=["vm", "fast"])
def assert_same(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return a function that runs a program on both and compares what it shows."""
    theirs = LuaRuntime(encoding="latin-1").eval("function(s) return load(s, '=run') end")(RUN)

    def compare(source: str) -> None:
        state = State(request.param)
        for name in ("base", "coroutine", "table", "string", "math", "utf8"):
            open_library(state, name)
        assert state.call(state.load(RUN, "=run"), source) == theirs(source), source

    return compare


@given(st.randoms(use_true_random=False))
def test_programs(assert_same: Callable[[str], None], random: random.Random) -> None:
    assert_same(Generator(random).program())


@given(st.randoms(use_true_random=False))
def test_expressions(assert_same: Callable[[str], None], random: random.Random) -> None:
    generator = Generator(random)
    generator.budget = 12
    generator.names = ["a", "b"]
    declared = f"local a, b = {random.choice(NUMBERS)}, {random.choice(STRINGS + NUMBERS)}"
    assert_same(f"{declared} show({generator.expression()})")
