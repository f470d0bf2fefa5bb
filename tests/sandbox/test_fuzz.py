"""Generated programs under random limits: each ends in an allowed way, and leaves the runtime usable.

Nothing else is compared.  ``SANDBOX_FUZZ_SECONDS`` says how long to look on, beyond the programs that are
always run; the seed of each program is in the message of a failure.
"""

from __future__ import annotations

import os
import random
import time
from typing import Final

import pytest

from moonquakes import LimitExceeded, LuaError, LuaRuntime, Sandbox

#: Programs that are always run on each engine.
PROGRAMS: Final = 60
VALUES: Final = (
    *(
        "nil",
        "true",
        "0",
        "-1",
        "1.5",
        "1/0",
        "0/0",
        "math.maxinteger",
        "math.mininteger",
        '""',
        '"x"',
        '"%d%s"',
    ),
    *("{}", "{1, 2, 3}", "{x = 1}", "print", "string.rep", "t", "s", "n", "f", "_G", "co", "..."),
    *("('ab'):rep(n)", "setmetatable({}, mt)", "function(...) return ... end", "select('#', ...)"),
)
FUNCTIONS: Final = (
    *(
        "pcall",
        "error",
        "tostring",
        "tonumber",
        "setmetatable",
        "getmetatable",
        "rawset",
        "rawget",
        "rawequal",
    ),
    *(
        "select",
        "next",
        "pairs",
        "ipairs",
        "load",
        "xpcall",
        "type",
        "assert",
        "collectgarbage",
        "rawlen",
        "print",
    ),
    *(
        "string.rep",
        "string.format",
        "string.gsub",
        "string.find",
        "string.match",
        "string.byte",
        "string.char",
    ),
    *("string.sub", "string.pack", "string.unpack", "string.packsize", "string.reverse", "string.gmatch"),
    *(
        "table.concat",
        "table.insert",
        "table.remove",
        "table.sort",
        "table.unpack",
        "table.pack",
        "table.move",
    ),
    *("math.floor", "math.max", "math.random", "math.tointeger", "utf8.char", "utf8.len", "utf8.codepoint"),
    *("coroutine.wrap", "coroutine.create", "coroutine.resume", "coroutine.close", "coroutine.yield"),
    *("coroutine.running", "coroutine.status", "coroutine.isyieldable", "os.time", "os.date", "f", "t.m"),
)
OPERATORS: Final = (
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "^",
    "..",
    "==",
    "<",
    "<=",
    "&",
    "|",
    "~",
    "<<",
    ">>",
    "and",
    "or",
)
EVENTS: Final = (
    "index",
    "newindex",
    "call",
    "add",
    "concat",
    "eq",
    "lt",
    "len",
    "close",
    "gc",
    "tostring",
    "pairs",
)
HEADER: Final = """
local n, s, t = 3, "some text", {1, 2, m = print}
local co = coroutine.create(function(...) coroutine.yield(...) end)
local mt = {}
local function f(...) n = n + 1 return ... end
"""


class Program:
    """A random Lua program."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def text(self) -> str:
        return HEADER + self.block(3)

    def block(self, depth: int) -> str:
        return "\n".join([self.statement(depth) for _ in range(self._random.randint(1, 5))])

    def expression(self, depth: int) -> str:
        kind = self._random.random()
        if depth <= 0 or kind < 0.3:
            return self._random.choice(VALUES).replace("...", "n")
        if kind < 0.55:
            return self.call(depth)
        if kind < 0.75:
            operator = self._random.choice(OPERATORS)
            return f"({self.expression(depth - 1)} {operator} {self.expression(depth - 1)})"
        if kind < 0.85:
            return f"(t)[{self.expression(depth - 1)}]"
        if kind < 0.92:
            return f"{{{self.expression(depth - 1)}, [n] = {self.expression(depth - 1)}}}"
        return f"function(a, b) {self.block(depth - 1)} end"

    def call(self, depth: int) -> str:
        arguments = ", ".join([self.expression(depth - 1) for _ in range(self._random.randint(0, 3))])
        return f"{self._random.choice(FUNCTIONS)}({arguments})"

    def statement(self, depth: int) -> str:
        if depth <= 0:
            return f"pcall({self._random.choice(FUNCTIONS)}, {self.expression(0)}, {self.expression(0)})"
        kinds = (
            lambda: f"pcall(function() {self.block(depth - 1)} end)",
            lambda: f"pcall(function() t[{self.expression(1)}] = {self.expression(depth - 1)} end)",
            lambda: f"pcall(function() s = s .. {self.expression(depth - 1)} end)",
            lambda: (
                f"while n < {self._random.choice((5, 100, '1/0'))} do n = n + 1 {self.block(depth - 1)} end"
            ),
            lambda: f"for i = 1, {self._random.choice((3, 50, 1e6))} do {self.block(depth - 1)} end",
            lambda: f"mt.__{self._random.choice(EVENTS)} = {self.expression(depth - 1)}",
            lambda: f"pcall(coroutine.wrap(function() {self.block(depth - 1)} end))",
            lambda: f"pcall(function() local x <close> = setmetatable({{}}, mt) {self.block(depth - 1)} end)",
            lambda: f"pcall(load, {self.expression(depth - 1)})",
            lambda: self.call(depth),
            lambda: f"do local n = {self.expression(depth - 1)} end",
            lambda: f"if {self.expression(depth - 1)} then {self.block(depth - 1)} end",
            lambda: f"t[#t + 1] = {self.expression(depth - 1)}",
        )
        return self._random.choice(kinds)()


def run(seed: int, engine: str) -> None:
    chance = random.Random(-seed - 1)
    sandbox = Sandbox(
        chance.choice(("minimal", "safe", "scripting")),
        fuel=chance.choice((100, 3_000, 30_000)),
        memory=chance.choice((None, 1 << 20, 8 << 20)),
        deadline=chance.choice((None, 0.05, 5.0)),
        output=chance.choice((None, 0, 1_000)),
        depth=chance.choice((None, 20, 1_000)),
    )
    runtime = LuaRuntime(engine=engine, sandbox=sandbox)  # type: ignore[arg-type]  # one of the two
    written: list[bytes] = []
    runtime._state.stdout = runtime._state.stderr = Sink(written)
    text = Program(seed).text()
    try:
        runtime.execute(text, environment=runtime.environment())
    except (LuaError, LimitExceeded):
        pass
    except BaseException as exception:
        pytest.fail(f"seed {seed} on {engine}: {type(exception).__name__}: {exception}")
    runtime.renew(fuel=1_000_000, deadline=20.0, output=1000)
    usable = (
        "(function() local t = {} for i = 1, 100 do t[i] = {i} end return #t, ('x'):rep(3):upper() end)()"
    )
    try:
        assert runtime.eval(usable, environment=runtime.environment()) == (100, "XXX")
    except BaseException as exception:
        pytest.fail(f"seed {seed} on {engine}, afterwards: {type(exception).__name__}: {exception}")


class Sink:
    """Takes what a program writes."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def write(self, data: bytes) -> int:
        self._pieces.append(data)
        return len(data)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


def test_generated_programs_end_in_an_allowed_way(engine: str) -> None:
    seed = 0
    end = time.monotonic() + float(os.environ.get("SANDBOX_FUZZ_SECONDS", "0"))
    while seed < PROGRAMS or time.monotonic() < end:
        run(seed, engine)
        seed += 1
