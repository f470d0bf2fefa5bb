"""Do random tangles of blocks, loops and gotos go the same way on both engines?

A program is a function full of nested statements; what it does is only to log numbers, to
count and to make and call closures, so that the log tells which way it went.  ``tick`` ends what
would run on.  Nothing of it may fall back to the VM.
"""

from __future__ import annotations

import random

import pytest

from moonquakes.stdlib import open_library
from moonquakes.vm.fast.translator import Translator
from moonquakes.vm.state import State

RUN = """
local source, wraps = ...
local out, ticks, seed = {}, 0, 1
local function tick() ticks = ticks + 1 if ticks > 150 then error("enough", 0) end return ticks end
local function log(x) out[#out + 1] = tostring(x) return x end
local function maybe(k) seed = (seed * 1103515245 + 12345) % 2147483648 return seed // 65536 % k == 0 end
local function guard(name)
    local function close(_, e) log("close " .. name .. " " .. tostring(e)) pause() end
    return setmetatable({}, {__close = close})
end
local function steps(n, name)
    local function step(_, i) pause() i = i + 1 if i <= n then return i, i * i end end
    return step, nil, 0, name and guard(name)
end
function pause() if wraps and maybe(3) then log("in " .. tostring(coroutine.yield(ticks))) end end
local f, message = load(source, "=x", "t", {tick = tick, log = log, maybe = maybe, guard = guard,
    steps = steps, pause = pause, pcall = pcall, error = error, ipairs = ipairs})
if not f then return "load: " .. message end
if wraps then
    -- What an error leaves open in a coroutine stays so until that is closed.
    local co = coroutine.create(function(...) return pcall(f, ...) end)
    local results = {coroutine.resume(co, 1, 2)}
    while coroutine.status(co) == "suspended" do
        log("out " .. tostring(results[2]))
        results = {coroutine.resume(co, #out)}
    end
    for i = 1, #results do log(results[i]) end
else
    for _, v in ipairs {pcall(f, 1, 2)} do log(v) end
end
return table.concat(out, " ")
"""


class Tangle:
    """Writes a random program."""

    def __init__(self, random: random.Random, budget: int) -> None:
        self.random = random
        self.budget = budget
        self.count = 0
        self.names = ["n"]
        self.labels: list[str] = []
        self.loops = 0
        self.closes = 0
        self.logs = 0

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    def fresh(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def name(self) -> str:
        return self.random.choice(self.names[-5:])

    def log(self) -> str:
        self.logs += 1
        return f"log({self.logs})" if self.chance(2) else f"log({self.name()})"

    def condition(self, depth: int = 0) -> str:
        shape = self.random.randrange(9 if depth < 3 else 4)
        if shape == 0:
            return f"maybe({self.random.randrange(2, 4)})"
        if shape == 1:
            return f"{self.name()} {self.random.choice(('<', '>', '==', '~='))} {self.random.randrange(4)}"
        if shape == 2:
            return f"{self.name()} % {self.random.randrange(2, 4)} == 0"
        if shape == 3:
            return self.random.choice(("true", "false", "nil", "f", self.name()))
        if shape < 6:
            return f"({self.condition(depth + 1)} and {self.condition(depth + 1)})"
        if shape < 8:
            return f"({self.condition(depth + 1)} or {self.condition(depth + 1)})"
        return f"not ({self.condition(depth + 1)})"

    def value(self) -> str:
        shape = self.random.randrange(4)
        if shape == 0:
            return f"{self.condition()} and {self.name()} or {self.random.randrange(5)}"
        if shape == 1:
            return f"({self.name()} + 1) % 7"
        if shape == 2:
            return f"({self.condition()} or {self.condition()}) and {self.name()} or {self.name()}"
        return str(self.random.randrange(5))

    def block(self, is_loop: bool = False, end: str = "") -> str:
        """Return a block: variables first, so that every goto in it may go to each of its labels."""
        names, labels = list(self.names), self.labels
        lines = ["tick()"] if is_loop else []
        while self.chance(3):
            lines.append(self.local())
        here = [self.fresh("l") for _ in range(self.random.choice((0, 0, 1, 1, 2, 3)))]
        self.labels = labels + here
        body: list[str] = []
        for _ in range(self.random.randrange(1, 6)):
            if self.budget <= 0:
                break
            body.append(self.statement())
        for _ in here[1:]:
            jump = f"if {self.condition()} then goto {self.random.choice(here)} end"
            body.insert(self.random.randrange(len(body) + 1), jump)
        for label in here:
            body.insert(self.random.randrange(len(body) + 1), f"::{label}:: tick()")
        if is_loop and self.chance(3):
            # What continues.
            label = self.fresh("l")
            body.insert(self.random.randrange(len(body) + 1), f"if {self.condition()} then goto {label} end")
            body.append(f"::{label}::")
        elif self.chance(6):
            body.append(self.leave())
        text = "\n".join([*lines, *body, end.format(self.condition()) if end else ""])
        self.names, self.labels = names, labels
        return text

    def local(self) -> str:
        value = self.value()
        name = self.fresh("v")
        if self.chance(5) and self.closes < 4:
            self.closes += 1
            return f"local {self.fresh('z')} <close> = guard({self.closes})"
        self.names.append(name)
        if self.chance(2):
            return f"local {name} = {value}"
        other = f"{name} = {name} + 1" if self.chance(2) else self.log()
        return f"local {name} = {value} fs[#fs + 1] = function() {other} return {name} end" + (
            f" {name} = {self.value()}" if self.chance(2) else ""
        )

    def leave(self) -> str:
        choices = ["return n", f"do return {self.name()}, 7 end", "error('e', 0)"]
        if self.loops:
            choices += ["break"] * 6
        choices += [f"goto {label}" for label in self.labels[-4:]] * 4
        text = self.random.choice(choices)
        return f"do {text} end"

    def statement(self) -> str:
        self.budget -= 1
        shape = self.random.randrange(16)
        if shape < 2:
            return self.log()
        if shape < 4:
            return f"{self.name()} = {self.value()}"
        if shape < 6:
            return f"if {self.condition()} then {self.leave()} end"
        if shape < 9:
            return self.branch()
        if shape < 13:
            return self.loop()
        if shape == 13:
            return f"do {self.block()} end"
        if shape == 14:
            return "if #fs > 0 then log(fs[#fs]()) end pause() n = (n + 1) % 9"
        return self.function()

    def branch(self) -> str:
        text = f"if {self.condition()} then {self.block()}"
        while self.chance(3):
            text += f" elseif {self.condition()} then {self.block()}"
        return text + (f" else {self.block()} end" if self.chance(2) else " end")

    def loop(self) -> str:
        self.loops += 1
        shape = self.random.randrange(5)
        names = list(self.names)
        if shape == 0:
            text = f"while {self.condition()} do {self.block(True)} end"
        elif shape == 1:
            text = f"repeat {self.block(True, ' until {}')}"
        elif shape == 2:
            name = self.fresh("i")
            start, stop = self.random.randrange(3), self.random.randrange(5)
            step = self.random.choice(("", ", -1", ", 2", ", 0.5"))
            self.names.append(name)
            text = f"for {name} = {start}, {stop}{step} do {self.block(True)} end"
        else:
            name, other = self.fresh("i"), self.fresh("i")
            source = self.random.choice(("ipairs({4, 5})", "steps(3)", f"steps(2, '{name}')"))
            self.names += [name, other]
            text = f"for {name}, {other} in {source} do {self.block(True)} end"
        self.names = names
        self.loops -= 1
        return text

    def function(self) -> str:
        saved = self.labels, self.loops
        self.labels, self.loops = [], 0
        body = self.block()
        self.labels, self.loops = saved
        name = self.fresh("f")
        call = f"{name}()" if self.chance(2) else f"pcall({name})"
        return f"do local function {name}() {body} return 3 end log({call}) end"

    def program(self) -> str:
        lines = ["local n, m = ... local f, fs = false, {}"]
        budget = self.budget
        for _ in range(3):
            self.budget = budget // 3
            name = self.fresh("p")
            lines.append(f"local function {name}() {self.block()} end log({name}())")
            if self.chance(2):
                lines[-1] = f"log(pcall(function() {self.block()} end))"
        return "\n".join([*lines, self.block(), "for _, f in ipairs(fs) do log(f()) end"])


def run(engine: str, source: str, wraps: bool) -> str:
    state = State(engine)
    for name in ("base", "table", "coroutine"):
        open_library(state, name)
    result: str = state.call(state.load(RUN, "=run"), source, wraps)
    assert state.report.functions == [], (str(state.report), source)
    return result


#: How deep Python may nest: as it does, loops but little else, nothing.
LIMITS = ((Translator.most_blocks, Translator.most_indent), (4, 40), (2, 19))


@pytest.mark.parametrize("limits", LIMITS, ids=("nested", "flatter", "flat"))
@pytest.mark.parametrize("wraps", [False, True], ids=("plain", "coroutine"))
@pytest.mark.parametrize("seed", range(30))
def test_engines_agree(
    seed: int, wraps: bool, limits: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Translator, "most_blocks", limits[0])
    monkeypatch.setattr(Translator, "most_indent", limits[1])
    source = Tangle(random.Random(seed), 60).program()
    expected = run("vm", source, wraps)
    assert run("fast", source, wraps) == expected, source
