"""When does a collection cycle run, and what runs in it (§2.5)?  Finalizers and the clearing of weak tables.

Memory is Python's business.  A cycle here finds out what Lua can still reach, for
two purposes: objects marked for finalization that it cannot reach are finalised,
and dead entries leave the weak tables.  A state where nobody marks an object or
makes a weak table has no cycles.

Cycles run where the reference has them: when Lua code allocates (a table, a
closure, a concatenation) and when it asks for one.  So finalizers run at safe points.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.proto import Proto
from moonquakes.errors import LuaError
from moonquakes.values import LuaValue
from moonquakes.vm.coroutines import top_frame
from moonquakes.vm.frames import Frame
from moonquakes.vm.interpreter import call_from_host
from moonquakes.vm.measure import TABLE_SIZE, size_in_use
from moonquakes.vm.reach import Tracer, reach_roots
from moonquakes.vm.settle import settle
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: Allocations between two cycles: at least so many, and at least twice as many as objects were alive.
_MIN_PACE: Final = 10_000
_PACE: Final = 2


class Collector:
    """The collector of one state.

    Attributes:
        finalizes: whether objects may be marked for finalization; a host may forbid it.
        mode, parameters: what ``collectgarbage`` was told; they change nothing.
        running: whether cycles start by themselves (``collectgarbage("stop")``).
        is_busy: whether a cycle or a finalizer runs, or the state is being closed;
            no other cycle starts then.
    """

    __slots__ = (
        "_awaited",
        "_is_closing",
        "_left",
        "_marked",
        "_pace",
        "_pending",
        "_state",
        "finalizes",
        "is_busy",
        "mode",
        "parameters",
        "running",
    )

    def __init__(self, state: State) -> None:
        self._state = state
        self.finalizes = True
        self.running = True
        self.is_busy = False
        self.mode = "incremental"
        self.parameters = {"setpause": 200, "setstepmul": 100}
        self._is_closing = False
        # Whether there was ever something that a cycle can do.
        self._awaited = False
        # Objects marked for finalization in the order of marking, and those to finalise, the next one last.
        self._marked: dict[LuaValue, None] = {}
        self._pending: list[LuaValue] = []
        # Allocations from a cycle to the next, and how many of them are left.
        self._pace = self._left = _MIN_PACE

    # When

    def stop(self) -> None:
        """Start no cycles until :meth:`restart`."""
        self.running = False
        self._watch()

    def restart(self) -> None:
        """Start cycles by itself again."""
        self.running = True
        self._watch()

    def expect(self, proto: Proto) -> None:
        """Run cycles from now on if a chunk names ``__mode``, so that it may make weak tables."""
        if not self._awaited and _mentions_weak_tables(proto):
            self._awaited = True
            self._watch()

    def _watch(self) -> None:
        """Let allocations count, or not."""
        state = self._state
        state.counts_allocations = self._awaited and self.running and not self.is_busy
        if state.engine == "fast" and self._awaited:
            state.names.count_allocations(self.new_table, self.tick)

    def mark(self, value: LuaValue, metatable: Table | None) -> None:
        """Mark an object for finalization if the metatable it is given has a ``__gc`` field (§2.5.3)."""
        fields = metatable.hash if metatable is not None else {}
        if fields.get("__gc") is not None and self.finalizes:
            self._marked.setdefault(value)
        elif fields.get("__mode") is None:
            return
        if not self._awaited:
            self._awaited = True
            self._watch()

    def allocated(self, register: int) -> None:
        """Count an allocation of the running frame, whose last register in use is ``register``."""
        self._left -= 1
        if self._left <= 0:
            # A compiler takes a fresh register for what these instructions make, above all that are in use.
            self.cycle(register + 1)

    def new_table(self) -> Table:
        """Make a table for translated code, and count it."""
        self.tick()
        return Table()

    def tick(self) -> None:
        """Count another allocation of translated code."""
        self._left -= 1
        if self._left <= 0 and self.running:
            self.cycle()

    def size(self) -> int:
        """Estimate the bytes in use, with the tables since the last cycle where those are counted."""
        if self._state.engine != "fast":
            return size_in_use(self._state, _host_variables())
        from moonquakes.vm.fast.liveness import stack_size

        allocated = (self._pace - self._left) * TABLE_SIZE
        stack = stack_size(sys._getframe(1))
        return size_in_use(self._state, _host_variables(), self._operands(), stack) + allocated

    def _operands(self) -> Iterator[Any]:
        """Yield what translated functions under way still use."""
        if self._state.engine == "fast":
            from moonquakes.vm.fast.liveness import operands_under_way

            yield from operands_under_way(sys._getframe(1))

    # What

    def cycle(self, live: int | None = None) -> None:
        """Run a full cycle and the finalizers it finds due, unless one is running.

        ``live`` is how many registers of the running frame are in use, when the caller knows.
        """
        if self.is_busy:
            return
        self.is_busy = True
        self._watch()
        try:
            self._find_dead(live)
            self._finalize()
        finally:
            self.is_busy = self._is_closing
            self._watch()

    def _find_dead(self, live: int | None) -> None:
        """Clear weak tables, and make unreachable objects that are marked pending."""
        tracer = Tracer()
        reach_roots(tracer, self._state, live)
        tracer.reach_host_values(_host_variables())
        tracer.reach_host_values(self._operands())
        tracer.reach(self._pending)
        tracer.trace()
        # An object about to be finalised leaves the values of weak tables before, the keys after (§2.5.4).
        tracer.clear_dead_values()
        seen = tracer.seen
        dead = [value for value in self._marked if value not in seen]
        for value in dead:
            del self._marked[value]
        self._pending[:0] = dead
        tracer.reach(dead)
        tracer.trace()
        tracer.clear_dead_values()
        tracer.clear_dead_keys()
        self._left = self._pace = max(_MIN_PACE, _PACE * len(seen))

    def _finalize(self) -> None:
        """Run the pending finalizers, those of objects marked last first."""
        while self._pending:
            self._call_finalizer(self._pending.pop())

    def _call_finalizer(self, value: LuaValue) -> None:
        """Call an object's finalizer without hooks; an error in it becomes a warning."""
        state = self._state
        finalizer = state.metamethod(value, "__gc")
        if finalizer is None:
            return
        hooking, state.hooking = state.hooking, True
        try:
            call_from_host(state, finalizer, [value], _keep, role="finalizer")
        except Exception as exception:
            error = settle(state, exception).value
            message = error if type(error) is str else "error object is not a string"
            state.warn(f"error in __gc ({message})")
        finally:
            state.hooking = hooking

    def close(self) -> None:
        """Finalise every object that is marked, in the reverse order of marking, and mark no more.

        A finalizer that closes the state once more runs those that are left.
        """
        self._is_closing = self.is_busy = True
        self.finalizes = False
        self._watch()
        self._pending[:0] = self._marked
        self._marked.clear()
        self._finalize()


def _keep(error: LuaError) -> LuaError:
    """Let no message handler of the program see an error in a finalizer."""
    return error


def _host_variables() -> Iterator[Any]:
    """Yield what the variables of the host's functions under way hold.

    A host may still use values that Lua dropped.  The machine's own variables
    hold registers, which may be dead.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name != "lua" and not name.startswith("moonquakes.vm."):
            yield from tuple(frame.f_locals.values())
        frame = frame.f_back


def _mentions_weak_tables(proto: Proto) -> bool:
    protos = [proto]
    while protos:
        proto = protos.pop()
        if "__mode" in proto.constants:
            return True
        protos += proto.protos
    return False


def close_variables_of_main(state: State) -> None:
    """Close the pending to-be-closed variables of the main coroutine, as ``lua_close`` does."""
    frame = top_frame(state, state.main)
    error: LuaValue = None
    if state.engine == "fast":
        from moonquakes.vm.fast.liveness import pending_variables

        for pending in pending_variables(sys._getframe(1)):
            while pending:
                _, value = pending.pop()
                ok, results = state.protected_call(state.metamethod(value, "__close"), (value, error))
                if not ok:
                    error = results[0]
    while frame is not None:
        if type(frame) is Frame and frame.tbc:
            while frame.tbc:
                value = frame.register_value(frame.tbc.pop())
                ok, results = state.protected_call(state.metamethod(value, "__close"), (value, error))
                if not ok:
                    error = results[0]
        frame = frame.previous
