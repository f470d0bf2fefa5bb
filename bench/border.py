"""What does it cost to cross the border? Calls, tables and objects from Python and from Lua, against lupa.

Both runtimes live in this process and take turns; a figure is the best of the rounds, less that of a loop
that does nothing.  What a case gives is compared first, and a case that differs is not timed.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import moonquakes
from moonquakes import LuaRuntime, Sandbox

try:
    from lupa.lua54 import LuaRuntime as LupaRuntime
    from lupa.lua54 import lua_type as lupa_type
except ImportError:
    LupaRuntime = lupa_type = None

#: Seconds that one measurement takes at least.
LEAST: Final = 0.004
#: Seconds of wall time before a limited runtime's deadline: never.
_LONG: Final = 1e6
#: How many runtimes are made for the size of one.
_RUNTIMES: Final = 50


class Rover:
    """A Python object with an attribute, a method and items."""

    def __init__(self) -> None:
        self.x = 1

    def move(self, by: int = 1) -> int:
        return by

    def __call__(self, value: object = None) -> object:
        return value


class Shelf:
    """A Python object with items."""

    def __init__(self) -> None:
        self._items: dict[object, object] = {"x": 1}

    def __getitem__(self, key: object) -> object:
        return self._items.get(key)

    def __setitem__(self, key: object, value: object) -> None:
        self._items[key] = value


@dataclass(frozen=True)
class Case:
    """One crossing.

    Attributes:
        name: how it is shown.
        statement: the Python statement, or with ``is_lua`` the Lua one (``i`` counts the loop).
        setup: a Lua expression whose values are ``f`` (and ``g``) in it; it sees ``PY``, see :func:`things`.
        is_lua: whether the loop is Lua's.
    """

    name: str
    statement: str
    setup: str = "nil"
    is_lua: bool = False


def _python(statement: str, setup: str = "nil", name: str = "") -> Case:
    return Case(name or f"{setup}: {statement}", statement, setup)


def _lua(statement: str, setup: str = "nil", name: str = "") -> Case:
    return Case(name or statement, statement, setup, is_lua=True)


#: Under each heading its cases.
CASES: Final[dict[str, list[Case]]] = {
    "Lua functions from Python": [
        _python("f()", "function() end"),
        _python("f()", "function() return 1 end"),
        _python("f(3, 4)", "function(a, b) return a + b end"),
        _python("f(3.5, 4.5)", "function(a, b) return a + b end"),
        _python("f('moon')", "function(s) return s end"),
        _python("f('möön')", "function(s) return s end"),
        _python("f('moon', 'quake')", "function(a, b) return a .. b end"),
        _python("f(True)", "function(b) return not b end"),
        _python("f(3, 4)", "function(a, b) return a, b end"),
        _python("f(3, 'moon')", "function(a, b) return a, b end"),
        _python("f(g)", "function(t) return t.x end, {x = 1}"),
        _python("f(g)", "function(t) return t end, {x = 1}"),
        _python("f()", "function() return {} end"),
        _python("f()", "function() return {1, 2, x = 3} end"),
        _python("f(3)", "function(x) return {x} end"),
        _python("f(g)", "function(o) return o:get() end, {x = 1, get = function(o) return o.x end}"),
        _python("g.get(g)", "nil, {x = 1, get = function(o) return o.x end}"),
        _python("f(3, 4)", "function(a, b) return math.max(a, b) end"),
        _python("f(3)", "(function(h) return function(x) return h(x) end end)(function(x) return x end)"),
        _python("f()", "(function() local n = 0 return function() n = n + 1 return n > 0 end end)()"),
        _python("f(3)", "function(n) local s = 0 for i = 1, n do s = s + i end return s end"),
        _python("f(3)", "function(...) return select('#', ...) end"),
        _python(
            "f(g, 3)", "function(f, x) return f(x) end, PY.same", "function(f, x) return f(x) end: Python f"
        ),
        _python("f(3)", "function(x) return pcall(math.abs, x) end"),
    ],
    "Chunks": [
        _python("lua.eval('1 + 1')"),
        _python("lua.execute('return 1 + 1')"),
        _python("lua.execute('local a, b = ... return a + b', 3, 4)"),
    ],
    "Tables from Python": [
        _python("g[1]", "nil, {10, 20}"),
        _python("g['x']", "nil, {x = 1}"),
        _python("g.x", "nil, {x = 1}"),
        _python("g.missing", "nil, {x = 1}"),
        _python("g[1] = 5", "nil, {10, 20}"),
        _python("g['x'] = 5", "nil, {x = 1}"),
        _python("g.x = 5", "nil, {x = 1}"),
        _python("g.t", "nil, {t = {}}"),
        _python("len(g)", "nil, {10, 20}"),
        _python("'x' in g", "nil, {x = 1}"),
        _python("list(g)", "nil, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}", "list(g) of 10 items"),
        _python("list(g.values())", "nil, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}", "list(g.values()) of 10 items"),
        _python("list(g.items())", "nil, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}", "list(g.items()) of 10 items"),
        _python("sorted(g.items())", "nil, {a = 1, b = 2, c = 3, d = 4}", "sorted(g.items()) of 4 fields"),
        _python("lua.globals()"),
        _python("lua.table()"),
        _python("lua.table(1, 2, 3)"),
        _python("lua.table_from([1, 2, 3])"),
        _python("lua.table_from({'x': 1, 'y': 2})"),
    ],
    "Coroutines from Python": [
        _python("f.send(3)", "PY.started(function() while true do coroutine.yield(1) end end)", "co.send(3)"),
        _python("list(f.coroutine(3))", "function(n) for i = 1, n do coroutine.yield(i) end end"),
    ],
    "Python functions from Lua": [
        _lua("f()", "PY.nothing"),
        _lua("f(i)", "PY.same"),
        _lua("f(1.5)", "PY.same"),
        _lua("f('moon')", "PY.same"),
        _lua("f(true)", "PY.same"),
        _lua("f(i, 'moon')", "PY.second"),
        _lua("f(g)", "PY.same, {x = 1}", "f(t) returns t"),
        _lua("f(g)", "PY.nothing_of, {x = 1}", "f(t) returns None"),
        _lua("f(i)", "PY.pair", "f(i) returns a tuple as values"),
        _lua("f(i)", "PY.an_object", "f(i) returns an object"),
        _lua("pcall(f, i)", "PY.same"),
        _lua("f(i)", "PY.rover", "o(i) of an object with __call__"),
        _lua("f(g)", "PY.calls, function(x) return x end", "f(lua_function) calls it"),
    ],
    "Python objects from Lua": [
        _lua("local v = f.x", "PY.rover", "o.x"),
        _lua("f.x = i", "PY.rover", "o.x = i"),
        _lua("f.move(i)", "PY.rover", "o.move(i)"),
        _lua("f:move(i)", "PY.rover", "o:move(i)"),
        _lua("local v = f.x", "PY.shelf", "o.x of an object with items"),
        _lua("f.x = i", "PY.shelf", "o.x = i of an object with items"),
        _lua("local v = f[1]", "PY.list", "list[1]"),
        _lua("local v = f.x", "PY.dict", "dict.x"),
        _lua("f.x = i", "PY.dict", "dict.x = i"),
        _lua("for v in python.iter(f) do end", "PY.list", "for v in python.iter(list of 10)"),
        _lua("for k, v in python.enumerate(f) do end", "PY.list", "for k, v in python.enumerate(list of 10)"),
    ],
}


def things(runtime: Any) -> dict[str, object]:
    """Return what the cases call by name."""

    def nothing() -> None:
        return None

    def nothing_of(value: object) -> None:
        return None

    def same(value: object) -> object:
        return value

    def second(value: object, other: object) -> object:
        return other

    def pair(value: object) -> tuple[object, object]:
        return value, value

    def an_object(value: object) -> object:
        return rover

    def calls(function: Callable[[int], object]) -> object:
        return function(1)

    def started(function: Any) -> Any:
        coroutine = function.coroutine()
        next(coroutine)
        return coroutine

    rover = Rover()
    return {
        "nothing": nothing, "nothing_of": nothing_of, "same": same, "second": second, "pair": pair,
        "an_object": an_object, "calls": calls, "started": started, "rover": rover, "shelf": Shelf(),
        "list": list(range(1, 11)), "dict": {"x": 1},
    }  # fmt: skip


class Loops:
    """Makes what runs a case some number of times in one runtime, and looks at what it gives."""

    def __init__(self, runtime: Any) -> None:
        self.runtime = runtime
        fields = runtime.table()
        for name, value in things(runtime).items():
            fields[name] = value
        runtime.globals().PY = fields

    def of(self, case: Case) -> tuple[Callable[[int], object], object]:
        """Return what loops over the case, and what a single turn gives as Python data."""
        runtime = self.runtime
        if case.is_lua:
            last = case.statement.rpartition("local v = ")[2]
            is_value = "for" not in last and " = " not in last
            once = runtime.execute(
                f"local f, g = {case.setup} local i = 5 {f'return {last}' if is_value else last}"
            )
            source = f"local f, g = {case.setup} return function(n) for i = 1, n do {case.statement} end end"
            loop: Callable[[int], object] = runtime.execute(source)
            return loop, plain(once)
        found = runtime.eval(case.setup)
        f, g = found[:2] if isinstance(found, tuple) else (found, None)
        names: dict[str, Any] = {"lua": runtime, "f": f, "g": g}
        is_value = " = " not in case.statement
        once = eval(case.statement if is_value else "None", names)
        scope: dict[str, Any] = {}
        exec(
            f"def make(lua, f, g):\n def loop(n):\n  for _ in range(n): {case.statement}\n return loop", scope
        )
        return scope["make"](runtime, f, g), plain(once)

    def empty(self, is_lua: bool) -> Callable[[int], object]:
        """Return the loop that does nothing."""
        return self.of(Case("", "" if is_lua else "pass", is_lua=is_lua))[0] if is_lua else _empty


def _empty(n: int) -> None:
    for _ in range(n):
        pass


def plain(value: Any) -> object:
    """Return what two runtimes give for one value as something that can be compared."""
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if lua_type_of(value) == "table":
        return {key: item for key, item in value.items() if isinstance(item, int)}
    return value if isinstance(value, str | int | float | None) else lua_type_of(value)


def lua_type_of(value: Any) -> str:
    """Return Lua's name for the type of a value of either runtime, else that of its class."""
    return moonquakes.lua_type(value) or lupa_type(value) or type(value).__name__


def seconds(loop: Callable[[int], object], n: int) -> float:
    """Return the processor time of n turns."""
    start = time.process_time()
    loop(n)
    return time.process_time() - start


def turns(loop: Callable[[int], object]) -> int:
    """Return how many turns take long enough to be measured."""
    n = 100
    while seconds(loop, n) < LEAST:
        n *= 2
    return n


@dataclass(frozen=True)
class Figure:
    """Nanoseconds of one turn on each side, lupa first, and whether what it gave was lupa's."""

    times: list[float]
    is_same: bool

    @property
    def ratios(self) -> list[float]:
        return [time / max(self.times[0], 1) for time in self.times[1:]]


def measure(sides: Sequence[Loops], case: Case, rounds: int) -> Figure:
    """Time one case on each side in turns."""
    made = [side.of(case) for side in sides]
    if any(given != made[0][1] for _, given in made):
        print(f"bench: {case.name} gives {[given for _, given in made]}", file=sys.stderr)
        return Figure([], False)
    empty = [side.empty(case.is_lua) for side in sides]
    counts = [turns(loop) for loop, _ in made]
    best = [float("inf")] * len(sides)
    least = [float("inf")] * len(sides)
    for _ in range(rounds):
        for number, (loop, _) in enumerate(made):
            n = counts[number]
            best[number] = min(best[number], seconds(loop, n) / n)
            least[number] = min(least[number], seconds(empty[number], n) / n)
    return Figure([max(b - e, 1e-10) * 1e9 for b, e in zip(best, least, strict=True)], True)


def sides_here() -> Iterator[tuple[str, Any]]:
    """Yield the name and the runtime of each side, lupa's first.

    Raises:
        SystemExit: lupa is not installed.
    """
    if LupaRuntime is None:
        raise SystemExit("bench: lupa is not installed")
    limited = Sandbox("safe", fuel=10**15, memory=2**30, deadline=_LONG)
    yield "lupa", LupaRuntime(unpack_returned_tuples=True)
    yield "full", LuaRuntime(unpack_returned_tuples=True, profile="full")
    yield "safe", LuaRuntime(unpack_returned_tuples=True, sandbox=Sandbox("safe"))
    yield "limits", LuaRuntime(unpack_returned_tuples=True, sandbox=limited)


def new_runtime() -> LuaRuntime:
    return LuaRuntime(sandbox=Sandbox("safe", fuel=10**9, memory=2**30, deadline=_LONG))


def runtime_milliseconds(rounds: int) -> float:
    """Return the milliseconds of a new runtime with the safe profile and limits."""
    new_runtime()
    return min(seconds(lambda n: [new_runtime() for _ in range(n)], 20) / 20 for _ in range(rounds)) * 1e3


def runtime_kilobytes() -> float | None:
    """Return what such a runtime takes, None where nothing tells (PyPy)."""
    try:
        import tracemalloc
    except ImportError:
        return None
    gc.collect()
    tracemalloc.start()
    kept = [new_runtime() for _ in range(_RUNTIMES)]
    size = tracemalloc.get_traced_memory()[0] / len(kept)
    tracemalloc.stop()
    return size / 1e3


def bench_border(rounds: int, only: str = "", most: float = 3.0) -> int:
    """Print the figures and return the exit status: 1 where something gave other values than lupa."""
    names, runtimes = zip(*sides_here(), strict=True)
    sides = [Loops(runtime) for runtime in runtimes]
    print(
        f"lupa's nanoseconds, and times that; best of {rounds} rounds, without the loop; * above {most:g}\n"
    )
    faults = 0
    for heading, cases in CASES.items():
        chosen = [case for case in cases if only in case.name]
        if not chosen:
            continue
        print(f"{heading:70} {names[0]:>8}" + "".join(f"{name:>9}" for name in names[1:]))
        for case in chosen:
            figure = measure(sides, case, rounds)
            if not figure.is_same:
                faults += 1
                continue
            cells = "".join(f"{ratio:8.2f}{'*' if ratio > most else ' '}" for ratio in figure.ratios)
            print(f"  {case.name:68.68} {figure.times[0]:8.0f}{cells}", flush=True)
        print()
    if not only:
        size = runtime_kilobytes()
        said = "" if size is None else f", {size:.0f} kB"
        print(f"a new runtime, profile safe with limits: {runtime_milliseconds(rounds):.2f} ms{said}")
    return 1 if faults else 0
