"""One Lua universe: globals, registry, metatables of basic types, and what runs now.

``State`` is the counterpart of the reference's ``global_State``.  Everything that
reaches outside (standard streams, clock, randomness) is a field of it, which the
host may replace before it opens the libraries.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any, BinaryIO

from moonquakes.bytecode.proto import Proto, chunk_id
from moonquakes.errors import LimitExceeded, LuaError, LuaSyntaxError, PendingError
from moonquakes.values import LuaResults, LuaValue, as_tuple, first, pack_results
from moonquakes.vm.activations import Activation, Place, levels_of, position
from moonquakes.vm.activations import traceback as format_traceback
from moonquakes.vm.calls import call_nested
from moonquakes.vm.collector import Collector, close_variables_of_main
from moonquakes.vm.coroutines import Coroutine
from moonquakes.vm.engine import chosen_engine
from moonquakes.vm.frames import CALL_SLOTS, HANDLER_RESERVE, MAX_DEPTH, AnyFrame, Frame
from moonquakes.vm.fresh import HAS_FRESH, on_any_stack
from moonquakes.vm.functions import TranslatedFunction, code_for, make_closure, marker_of
from moonquakes.vm.headroom import MAX_HOST_DEPTH
from moonquakes.vm.hooks import Observer, Transfer, host_returning
from moonquakes.vm.inheritance import metatable_changed
from moonquakes.vm.interpreter import call_from_host, enter_limited
from moonquakes.vm.interpreter import protected_call as run_protected
from moonquakes.vm.operations import Operations
from moonquakes.vm.records import global_fields
from moonquakes.vm.report import EngineReport
from moonquakes.vm.settle import is_host_error, raise_as_it_was, settle
from moonquakes.vm.table import Table, new_table

if TYPE_CHECKING:
    from moonquakes.vm.chunk_cache import Store
    from moonquakes.vm.fast.names import Names
    from moonquakes.vm.limits import Limits

#: How many more calls from host functions a message handler may nest than other functions.
_HANDLER_CALLS = 20
#: Errors in message handlers that are handled again before giving up.
_MAX_HANDLER_DEPTH = 10


def _system_entropy() -> int:
    return int.from_bytes(os.urandom(8), "little")


def _ignore(warning: str, to_continue: bool = False) -> None:
    """Drop a warning: nobody wants them before the base library is opened."""


class State(Operations):
    """A Lua state; not for use from two threads at once.

    Args:
        engine: ``"vm"`` or ``"fast"``, the default one (:mod:`moonquakes.vm.engine`) for None.
        limits: what its code may use up; None for no limits.

    Attributes:
        limits: as given.
        engine, report: the engine's name, and what ran on the VM all the same.
        registry, globals, loaded: tables (``loaded`` is ``package.loaded``).
        type_metatables: metatables of strings and other basic types, by Python class.
        current: the running coroutine; ``main`` is the one that is not a coroutine.
        frame: the running frame, None when no Lua code runs.
        host_depth: how many Python calls into Lua are under way.
        handler: the message handler of the innermost protected call; None for none, ON_FRAMES
            where the VM's frames know it.
        max_depth: slots at which the stack overflows; ``in_reserve`` while a message
            handler of that overflow may use some more.
        call_slots: the least that a call takes of them; more under a limit of memory.
        watchers: coroutines with a hook, and one for an ``observer``; while not zero
            the interpreter runs step by step.
        lost_hooks: one for each of the watchers that is gone since, as its coroutine is.
        hooking, transfer: whether a hook runs, and what its event is about.
        stdin, stdout, stderr: binary files of the io library and of ``print``.
        clock, time, entropy: processor seconds, seconds since the epoch, random 64 bits.
        environ: environment variables that ``os.getenv`` sees.
        chunk_store: where compiled chunks are kept for other processes, None for nowhere.
        loads_binary: whether binary chunks may be loaded.
        open_file: opens files by name and mode for Lua code, as
            :func:`moonquakes.stdlib.streams.open_file`, which does when it is None.
        allow_loadlib: whether ``package.loadlib`` may import Python modules.
        collector: runs finalizers and clears weak tables.
        counts_allocations: whether the instructions that allocate tell the collector.
        holders: functions that return the Lua values that the host holds; the collector
            also sees what is in the variables of Python functions under way, but not what
            other Python objects refer to.
        warn: called with each warning, or its pieces and whether there are more.
    """

    def __init__(self, engine: str | None = None, limits: Limits | None = None) -> None:
        self.engine = chosen_engine(engine)
        self.limits = limits
        self.report = EngineReport(self.engine)
        self.registry = new_table()
        self.globals = new_table()
        self.globals.hash = global_fields()
        self.loaded = new_table()
        self.type_metatables: dict[type, Table] = {}
        self.host_error_metatable: Table | None = _host_error_metatable()
        self.frame: AnyFrame = None  # type: ignore[assignment]  # None only while no Lua code runs
        self.main = Coroutine(self, None)
        self.current = self.main
        self.host_depth = 0
        self.handler: LuaValue = None
        self.stdin: BinaryIO | Any = getattr(sys.stdin, "buffer", sys.stdin)
        self.stdout: BinaryIO | Any = getattr(sys.stdout, "buffer", sys.stdout)
        self.stderr: BinaryIO | Any = getattr(sys.stderr, "buffer", sys.stderr)
        self.clock: Callable[[], float] = time.process_time
        self.time: Callable[[], float] = time.time
        self.entropy: Callable[[], int] = _system_entropy
        self.environ: dict[str, str] | os._Environ[str] = os.environ
        self.chunk_store: Store | None = None
        self.loads_binary = True
        self.open_file: Callable[[bytes, str], Any] | None = None
        self.allow_loadlib = True
        self.max_depth = MAX_DEPTH
        self.call_slots = CALL_SLOTS
        self.in_reserve = False
        self._handler_depth = 0
        self.watchers = 0
        self.lost_hooks: list[None] = []
        self.hooking = False
        self.observer: Observer | None = None
        self.transfer: Transfer | None = None
        self.collector = Collector(self)
        if limits is not None:
            limits.attach(self)
        self.counts_allocations = False
        self.holders: list[Callable[[], Iterable[Any]]] = []
        self.warn: Callable[..., None] = _ignore
        self.next_function: LuaValue = None
        #: Where messages found functions, by the ``id`` of their code, which may be gone.
        self.places_of_functions: dict[int, Place] = {}
        #: Functions that generated code may do in place.
        self.library_functions: dict[str, Callable[..., LuaResults]] = {}
        self.ipairs_step: LuaValue = None

    @property
    def string_metatable(self) -> Table | None:
        return self.type_metatables.get(str)

    @string_metatable.setter
    def string_metatable(self, metatable: Table) -> None:
        self.set_type_metatable(str, metatable)

    def set_type_metatable(self, kind: type, metatable: Table | None) -> None:
        """Give all values of a basic type a metatable, or none."""
        if metatable is None:
            self.type_metatables.pop(kind, None)
        else:
            self.type_metatables[kind] = metatable
        if kind is str and "names" in self.__dict__:
            self.names.find_string_methods()

    @property
    def running(self) -> Coroutine:
        """The coroutine that runs now."""
        return self.current

    # Calls

    def call(self, callee: LuaValue, *arguments: LuaValue) -> LuaResults:
        """Call any Lua value from Python.

        Returns one bare value, or a tuple of none or several.

        Raises:
            LuaError: what the callee raised and did not catch.  A Python exception
                of a host function arrives as itself, unless Lua code caught it.
        """
        if self.engine == "fast":
            try:
                return self.names.call_any(callee, arguments)
            except (PendingError, RecursionError) as error:
                if self.names.is_entered:
                    raise
                raise settle(self, error) from None
            except LuaError as error:
                if is_host_error(self, error.value):
                    raise_as_it_was(error.value.value)
                raise
        return pack_results(tuple(call_from_host(self, callee, list(arguments))))

    @property
    def is_entered(self) -> bool:
        """Whether a call from outside into the fast engine is under way."""
        return self.engine == "fast" and self.names.is_entered

    @cached_property
    def names(self) -> Names:
        """What the fast engine's code calls."""
        from moonquakes.vm.fast.names import Names

        return Names(self)

    def enter(self, function: FunctionType | None, arguments: tuple[LuaValue, ...]) -> LuaResults:
        """Run a Lua function whose Python function was called; what its body does."""
        return pack_results(tuple(call_from_host(self, function, list(arguments))))

    def protected_call(
        self,
        callee: LuaValue,
        arguments: list[LuaValue] | tuple[LuaValue, ...] = (),
        handler: Callable[[LuaValue], LuaValue] | None = None,
    ) -> tuple[bool, tuple[LuaValue, ...]]:
        """Call a Lua value; return ``(True, results)`` or ``(False, (error value,))``.

        ``handler`` turns an error value into another one at the point of the
        error, where it may still ask for a :meth:`traceback`.
        """

        def handle(error: LuaError) -> LuaError:
            assert handler is not None
            return LuaError(handler(error.value))

        if self.engine == "fast":
            return self._protected(callee, tuple(arguments), handler)
        return run_protected(self, callee, list(arguments), handle if handler is not None else None)

    def _protected(
        self,
        callee: LuaValue,
        arguments: tuple[LuaValue, ...],
        handler: Callable[[LuaValue], LuaValue] | None,
    ) -> tuple[bool, tuple[LuaValue, ...]]:
        from moonquakes.vm.fast.errors import protected

        message_handler: LuaValue = None
        if handler is not None:

            def message_handler(value: LuaValue = None, *_: LuaValue) -> LuaResults:
                return handler(value)

        ok, results = protected(self, callee, arguments, message_handler)
        return ok, as_tuple(results) if ok else (results,)

    def call_close(self, frame: AnyFrame, value: LuaValue, error: LuaValue) -> None:
        """Call the ``__close`` metamethod of a to-be-closed variable's value; ``frame`` receives."""
        handler = self.metamethod(value, "__close")
        if handler is None:
            raise self.runtime_error("metamethod 'close' is not callable (a nil value)")
        call_nested(self, frame, handler, [value, error])

    def call_handler(self, handler: LuaValue, error: LuaError) -> LuaError:
        """Run a message handler of ``xpcall`` on an error, where it was raised."""
        if self._handler_depth >= _MAX_HANDLER_DEPTH:
            return LuaError("error in error handling")
        self._handler_depth += 1
        depth = self.host_depth
        if self.engine == "fast":
            self.host_depth = max(0, depth - _HANDLER_CALLS)
        try:
            return LuaError(first(self.call(handler, error.value)))
        except Exception as raised:
            if self.engine == "fast":
                from moonquakes.vm.fast.errors import handle_again

                return handle_again(self, handler, raised)
            if isinstance(raised, LuaError):
                return raised
            raise
        finally:
            self.host_depth = depth
            self._handler_depth -= 1

    def handled(self, error: LuaError) -> LuaError:
        """Return the error that a host function catches in what it called, as ``xpcall`` around it sees it.

        Where a host function has caught it the message handler has seen it (``lua_load``).
        """
        if self.engine == "fast":
            from moonquakes.vm.fast.errors import handle

            return handle(self, self.frame, settle(self, error), error)
        return error

    def descend(self) -> int:
        """Count a host function that calls Lua functions without :meth:`call`; return the depth to restore.

        Raises:
            LuaError: as many of them are under way as may be.
        """
        depth = self.host_depth
        if depth >= MAX_HOST_DEPTH:
            raise self.runtime_error("C stack overflow")
        self.host_depth = depth + 1
        return depth

    def direct(self, function: FunctionType) -> Callable[..., LuaResults]:
        """Return what a host function that has called :meth:`descend` may call for a Lua function."""
        return on_any_stack(function) if HAS_FRESH and self.engine == "fast" else function

    def stack_overflow(self, message: str) -> LuaError:
        """Return the error of a full stack, and open the reserve for its message handler.

        The reserve stays open until something further down has caught the error; where it
        is full, too, no handler sees the error.
        """
        if not self.in_reserve:
            self.in_reserve = True
            self.max_depth += HANDLER_RESERVE
            return self.runtime_error(message)
        error = LuaError("error in error handling")
        error.handled = True
        return error

    def close_reserve(self) -> None:
        """Take the message handler's reserve away again: the stack is short enough."""
        self.in_reserve = False
        self.max_depth -= HANDLER_RESERVE

    def call_hook(self, function: LuaValue, event: str, line: int | None) -> None:
        """Call a debug hook."""
        call_from_host(self, function, [event, line], role="hook")

    def count_watchers(self, change: int) -> None:
        """Count one that watches the running functions more, or less; the first and the last matter."""
        self.watchers += change
        if self.engine == "fast" and self.watchers == (change > 0):
            from moonquakes.vm.fast.watching import leave, watch

            (watch if change > 0 else leave)(self)

    def forget_hooks(self) -> None:
        """Count the watchers down whose coroutines are gone."""
        count = len(self.lost_hooks)
        del self.lost_hooks[:count]
        self.count_watchers(-count)

    def host_returning(self, frame: AnyFrame, function: FunctionType, values: list[LuaValue]) -> None:
        """Raise the return event of a host function that the VM runs as frames."""
        if self.watchers:
            host_returning(self, frame, function, values)

    def set_metatable(self, value: LuaValue, metatable: Table | None) -> None:
        """Give a table or userdata its metatable; mark it for finalization when that says so."""
        value.metatable = metatable
        if value.__class__ is Table:
            metatable_changed(value)
        if metatable is not None:
            self.collector.mark(value, metatable)

    def close(self) -> None:
        """End the program (``lua_close``): close the main coroutine's variables, run all finalizers.

        Where a limit is reached the rest of them does not run.
        """
        if self.limits is None or self.limits.is_running:
            self._close()
        else:
            with suppress(LimitExceeded):
                enter_limited(self, self._close)

    def _close(self) -> None:
        close_variables_of_main(self)
        self.collector.close()

    # Chunks

    def load(
        self, source: str, chunk_name: str, mode: str = "bt", environment: LuaValue = ...
    ) -> FunctionType:
        """Compile a chunk and return it as a function (``lua_load``).

        Args:
            source: program text as latin-1 ``str``, or a binary chunk.
            chunk_name: ``"@file"``, ``"=name"`` or the text itself.
            mode: which kinds are allowed: ``"b"`` binary, ``"t"`` text.
            environment: value of its first upvalue; the globals by default.

        Raises:
            LuaSyntaxError: the text is no Lua chunk, or of a kind not allowed.
        """
        if self.limits is not None and self.limits.is_running:
            self.limits.compile(len(source))
        from moonquakes.vm.load import load_chunk  # the parser is not needed to run a compiled chunk

        store = self.chunk_store
        if not self.loads_binary and mode != "b":
            mode = mode.replace("b", "")
        elif not self.loads_binary:
            raise LuaSyntaxError("attempt to load a binary chunk (only text is allowed)")
        # What is kept is all states' memory: chunks that limited code makes are not kept.
        is_made = self.limits is not None and (self.host_depth > 0 or self.is_entered)
        if is_made:
            store = None
        proto = load_chunk(source, chunk_name, mode, store, self.engine, keeps=not is_made)
        self.collector.expect(proto)
        function = self.closure(proto, self.globals if environment is ... else environment)
        if store is not None:
            store.keep(source, chunk_name, self.engine, proto)
        return function

    def closure(self, proto: Proto, environment: LuaValue) -> FunctionType:
        """Return a new function of a main chunk's Proto, its first upvalue set to ``environment``."""
        cells = [CellType(None) for _ in proto.upvalues]
        if cells:
            cells[0].cell_contents = environment
        if self.engine == "fast":
            from moonquakes.vm.fast.functions import main_function

            function = main_function(self, proto, cells)
            if function is not None:
                return function
        return make_closure(self, code_for(proto), cells)

    @property
    def has_debug(self) -> bool:
        """Whether the debug library is open."""
        return self.loaded.hash.get("debug") is not None

    # Errors and the stack

    def runtime_error(self, message: str) -> LuaError:
        """Return the error ``message``, with the position when Lua code runs (``luaG_runerror``)."""
        if self.engine == "fast":
            level = next(iter(levels_of(self, self.current)), None)
            if level is None or level.frame is None:
                return LuaError(message)
            return LuaError(f"{chunk_id(level.frame.proto.source)}:{level.current_line}: {message}")
        frame = self.frame
        if frame.__class__ is not Frame or frame.calling is not None:
            return LuaError(message)
        line = frame.proto.line_at(max(frame.pc - 2, 0))
        return LuaError(f"{chunk_id(frame.proto.source)}:{line}: {message}")

    def position(self) -> str:
        """Return ``chunk:line: `` of the running frame, empty when it is no Lua function's."""
        frame = self.frame
        return position(Activation(frame.function, frame, None)) if frame.__class__ is Frame else ""

    def where(self, level: int) -> str:
        """Return ``chunk:line: `` of the function at ``level``: 0 is the host function that
        runs, 1 the one that called it (``luaL_where``); empty for a host function.
        """
        if 1 <= level <= 2 and self.engine == "fast":
            # The usual case: translated code called the host function that asks.
            frame = sys._getframe(1).f_back
            marker = marker_of(frame.f_code) if frame is not None else None
            if isinstance(marker, TranslatedFunction):
                assert frame is not None
                if level == 2:
                    from moonquakes.vm.fast.stack import caller_of

                    caller = caller_of(self, frame)
                    if caller is not None:
                        return position(caller)
                elif (line := marker.line_at(frame.f_lineno)) > 0:
                    return f"{chunk_id(marker.proto.source)}:{line}: "
        for number, activation in enumerate(levels_of(self, self.current)):
            if number == level:
                return position(activation)
        return ""

    def traceback(self, message: str | None = None, level: int = 0) -> str:
        """Return the stack from ``level`` on, as ``debug.traceback`` formats it."""
        return format_traceback(self, self.current, message, level)


def _host_error_metatable() -> Table:
    """Return the metatable of a Python exception that passes through Lua as an error value."""

    def to_string(value: LuaValue = None, *_: LuaValue) -> str:
        exception = value.value
        text = f"{type(exception).__name__}: {exception}"
        return text.encode("utf-8", "replace").decode("latin-1")

    return Table.from_fields({"__name": "python exception", "__tostring": to_string})
