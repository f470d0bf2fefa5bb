"""Which Lua values can still be reached (§2.5)?  Registers, coroutines, weak tables and ephemerons.

A :class:`Tracer` walks Lua's values from their roots.  The collector asks it what
to finalise and to clear.  It walks what Lua can reach, never Python's heap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.opcodes import OP, get_a, get_b, opcode_of
from moonquakes.errors import LuaError
from moonquakes.values import LightUserdata, LuaBoolean, LuaValue, Userdata
from moonquakes.vm.continuations import Continuation
from moonquakes.vm.coroutines import Coroutine
from moonquakes.vm.frames import AnyFrame, Boundary, ClosingFrame, ForwardFrame, Frame, ProtectedFrame
from moonquakes.vm.functions import proto_of, upvalue_cells
from moonquakes.vm.hooks import Paused
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: Types whose values refer to nothing and are never removed from weak tables (strings "are values").
_VALUES: Final = frozenset({type(None), LuaBoolean, int, float, str, LightUserdata})
#: Types of what a host's variable may hold for Lua, directly or in a container.
_OBJECTS: Final = frozenset({Table, FunctionType, Coroutine, Userdata})
_CONTAINERS: Final = frozenset({list, tuple, dict, set, frozenset})
#: How deep containers in a host's variables are searched.
_MAX_DEPTH: Final = 4


class Tracer:
    """One walk over everything that is reachable.

    Args:
        weakly: whether weak references do not count; without it all are strong.
        values: types to pass over.

    Attributes:
        seen: what was reached.
        sees_strings: whether strings are to be reached, too.
        slices: the cells, by ``id``, that hold slices of what the code pays (:mod:`moonquakes.vm.limits`):
            their links lead to thousands of others, and to nothing of Lua's.
    """

    sees_strings = False

    __slots__ = (
        "_all_weak", "_ephemerons", "_found", "_passed", "_waiting", "_weak_values", "_weakly", "seen",
        "slices",
    )  # fmt: skip

    def __init__(self, weakly: bool = True, values: frozenset[type] = _VALUES) -> None:
        self.seen: set[LuaValue] = set()
        self.slices: frozenset[int] = frozenset()
        self._weakly = weakly
        self._passed = values
        self._found: list[LuaValue] = []
        self._weak_values: list[Table] = []
        self._ephemerons: list[Table] = []
        self._all_weak: list[Table] = []
        # Values of ephemerons whose key was not reached yet, by key.
        self._waiting: dict[LuaValue, list[LuaValue]] = {}

    def reach(self, values: Iterable[LuaValue]) -> None:
        """Note that ``values`` are reachable; :meth:`trace` goes on from there."""
        passed, seen, found = self._passed, self.seen, self._found
        for value in values:
            if type(value) not in passed and value not in seen:
                seen.add(value)
                found.append(value)

    def trace(self) -> None:
        """Reach everything that what was found refers to."""
        found, waiting = self._found, self._waiting
        while found:
            value = found.pop()
            if waiting and value in waiting:
                self.reach(waiting.pop(value))
            kind = type(value)
            if kind is Table:
                self._trace_table(value)
            elif kind is FunctionType:
                self._trace_function(value)
            elif kind is Userdata:
                self.reach(value.user_values)
                self.reach((value.metatable,))
            elif kind is Coroutine:
                self._trace_coroutine(value)

    def _trace_table(self, table: Table) -> None:
        metatable = table.metatable
        arr, fields = table.arr, table.hash
        if metatable is not None:
            self.reach((metatable,))
            mode = metatable.hash.get("__mode")
            if type(mode) is str and self._weakly:
                if "k" in mode:
                    if "v" in mode:
                        self._all_weak.append(table)
                        return
                    self.reach(arr)
                    self._trace_ephemeron(table)
                    return
                if "v" in mode:
                    self._weak_values.append(table)
                    self.reach(key for key, value in fields.items() if value is not None)
                    return
        passed, seen, found = self._passed, self.seen, self._found
        if not passed.issuperset(map(type, arr)):
            self.reach(arr)
        for key, value in fields.items():
            if value is None:
                continue
            if type(value) not in passed and value not in seen:
                seen.add(value)
                found.append(value)
            if type(key) not in passed and key not in seen:
                seen.add(key)
                found.append(key)

    def _trace_ephemeron(self, table: Table) -> None:
        self._ephemerons.append(table)
        passed, seen, waiting = self._passed, self.seen, self._waiting
        for key, value in table.hash.items():
            if type(value) in passed or value in seen:
                continue
            if type(key) in passed or key in seen:
                self.reach((value,))
            elif key in waiting:
                waiting[key].append(value)
            else:
                waiting[key] = [value]

    def _trace_function(self, function: FunctionType) -> None:
        if proto_of(function) is not None:
            self.reach(_contents(upvalue_cells(function)))
        elif function.__closure__:
            cells = [cell for cell in function.__closure__ if id(cell) not in self.slices]
            self.reach_host_values(_contents(cells))

    def reach_host_values(self, values: Iterable[Any], depth: int = 0, strings: bool = False) -> None:
        """Reach the Lua values among Python's, in containers too; ``strings`` are Lua's as well."""
        for value in values:
            kind = type(value)
            if kind in _OBJECTS or (strings and kind is str):
                self.reach((value,))
            elif kind in _CONTAINERS:
                if depth < _MAX_DEPTH:
                    self.reach_host_values(tuple(value), depth + 1, strings)
                    if kind is dict:
                        self.reach_host_values(tuple(value.values()), depth + 1, strings)
            elif isinstance(value, LuaError):
                self.reach_host_values((value.value,), depth)

    # Stacks

    def _trace_coroutine(self, coroutine: Coroutine) -> None:
        self.reach((coroutine.function,))
        if coroutine.error is not None:
            self.reach((coroutine.error.value,))
        for part in coroutine.left:
            self.reach((part,) if type(part) is Coroutine else [value for _, value in part])
        if coroutine.hook is not None:
            self.reach((coroutine.hook.function,))
        self.reach_frames(coroutine.frame, suspended=True)
        if coroutine.generator is not None and coroutine.status == "suspended":
            from moonquakes.vm.fast.liveness import suspended_values

            self.reach_host_values(suspended_values(coroutine.generator), strings=self.sees_strings)

    def reach_frames(self, frame: AnyFrame | None, live: int | None = None, suspended: bool = False) -> None:
        """Reach what a stack of frames holds, from its top down.

        Args:
            live: how many registers of the top frame are in use, when the caller knows.
            suspended: whether the top frame waits for its coroutine to be resumed.
        """
        above: AnyFrame | None = None
        while frame is not None:
            if type(frame) is Frame:
                if live is None:
                    live = _live_registers(frame, above, suspended and above is None)
                self._reach_frame(frame, live)
                live = None
            elif type(frame) is ProtectedFrame:
                self.reach((frame.function, frame.handler))
            elif type(frame) is ClosingFrame:
                self.reach(frame.pending)
                self.reach((frame.error.value,))
            elif type(frame) is ForwardFrame:
                self.reach((frame.function,))
            elif type(frame) is Continuation:
                self.reach_host_values((frame.held_values(),))
            above, frame = frame, frame.previous

    def _reach_frame(self, frame: Frame, live: int) -> None:
        R, variables = frame.R, frame.open
        if variables:
            self.reach(_contents(variables.values()))
        if self._weakly:
            # A dead temporary, or what a captured variable once held, must not keep Python's object either.
            if live < len(R):
                R[live:] = [None] * (len(R) - live)
            for register in variables or ():
                R[register] = None
        self.reach(R)
        self.reach((frame.function, frame.calling))
        self.reach(_contents(frame.cells[1:]))
        if frame.varargs:
            self.reach(frame.varargs)
        if frame.finish is not None:
            self.reach_host_values((frame.finish,))

    # Weak tables

    def clear_dead_values(self) -> None:
        """Remove from the weak tables reached so far the entries whose values were not reached."""
        for table in self._weak_values + self._all_weak:
            table.forget((), self._dead_values(table))

    def clear_dead_keys(self) -> None:
        """Remove from the weak tables reached so far the entries whose keys were not reached."""
        passed, seen = self._passed, self.seen
        for table in self._ephemerons + self._all_weak:
            dead = [key for key in table.hash if type(key) not in passed and key not in seen]
            if dead:
                table.forget(dead, ())

    def _dead_values(self, table: Table) -> list[LuaValue]:
        """Return the keys of values that were not reached."""
        passed, seen = self._passed, self.seen
        dead = [key for key, value in table.hash.items() if type(value) not in passed and value not in seen]
        for index, value in enumerate(table.arr):
            if type(value) not in passed and value not in seen:
                dead.append(index)
        return dead


def _contents(cells: Iterable[Any]) -> Iterator[Any]:
    """Yield what cells hold, leaving out empty ones."""
    for cell in cells:
        try:
            yield cell.cell_contents
        except ValueError:
            continue


def _live_registers(frame: Frame, above: AnyFrame | None, suspended: bool) -> int:
    """Return how many registers of a frame that waits for a call are in use.

    Those from the call's first on are dead, unless a host function has its
    arguments there; all are alive when something else than a call is under way.
    """
    size = len(frame.R)
    if frame.pc < 2 or (type(above) is Boundary and above.role == "hook") or type(above) is Paused:
        return size  # the instruction has not run yet
    word = frame.proto.code[frame.pc - 2]
    op = opcode_of(word)
    if op == OP["TFORCALL"]:
        return get_a(word) + 4
    if op != OP["CALL"] and op != OP["TAILCALL"]:
        return size
    if frame.calling is None or suspended:
        return get_a(word)
    return get_a(word) + get_b(word) if get_b(word) else max(frame.top, get_a(word))


def reach_roots(tracer: Tracer, state: State, live: int | None = None) -> None:
    """Reach what is always alive: globals, registry, metatables, running frames, what hosts hold."""
    if state.limits is not None:
        tracer.slices = frozenset(map(id, state.limits.slice_cells()))
    tracer.reach((state.registry, state.globals, state.loaded, state.main, state.host_error_metatable))
    tracer.reach(state.type_metatables.values())
    coroutine: Coroutine | None = state.current
    while coroutine is not None:
        tracer.reach((coroutine,))
        coroutine = coroutine.resumer
    tracer.reach_frames(state.frame, live)
    for held_values in state.holders:
        tracer.reach_host_values(held_values())
