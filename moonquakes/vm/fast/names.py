"""The names that generated code finds in its globals, by state, and how it calls and is called.

Lower-case names do the whole operation and may call metamethods; the pc that most take is
that of the instruction, for messages.  Upper-case names only look: they have no side effect,
so that an expression with them may be computed again.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from itertools import islice
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final
from weakref import ref

from moonquakes.numbers import floor_divide, modulo, power, shift_left, shift_right
from moonquakes.recursion import ROOM
from moonquakes.values import (
    FALSE,
    TRUE,
    LuaValue,
    TailCall,
    Userdata,
    as_tuple,
    first,
    settle_tail,
)
from moonquakes.vm.fast.chunk import real_constant
from moonquakes.vm.fast.counting import counting_names
from moonquakes.vm.fast.faults import call_fault
from moonquakes.vm.fast.functions import make_function
from moonquakes.vm.fast.iteration import Closing, closing_names, loop_names
from moonquakes.vm.fast.later import with_operands_kept
from moonquakes.vm.fast.library import library_names
from moonquakes.vm.fast.likely import E, SlowPath, looking_names, odd, of_integers, of_numbers, wrap_result
from moonquakes.vm.fast.often import with_likely_case
from moonquakes.vm.fast.room import begin_call
from moonquakes.vm.fast.slow import arithmetic_names, comparison_names, cut_context, indexing_names
from moonquakes.vm.fast.stack import uncallable
from moonquakes.vm.fresh import (
    HAS_FRESH,
    MAX_FRAMES,
    StackFull,
    call_again,
    look,
    prepare,
    stack_almost_full,
)
from moonquakes.vm.headroom import MAX_HOST_DEPTH
from moonquakes.vm.interpreter import enter_limited
from moonquakes.vm.operations import truthy
from moonquakes.vm.table import Table, new_table

if TYPE_CHECKING:
    from moonquakes.vm.fast.chunk import ChunkCode
    from moonquakes.vm.state import State

#: Tail calls between two looks at how deep the stack is; and where calls are counted.
_TICKS: Final = 1024
_FEW_TICKS: Final = 64
#: From how many times on a slow path is taken often.
_OFTEN: Final = 40
_MOST_PATIENCE: Final = _OFTEN**3


class Names:
    """The names of one state.

    ``table`` maps each name to what generated code finds under it.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.ticks: list[bool] = []
        counts_calls = state.limits is not None and state.limits.depth is not None
        self._patience = _FEW_TICKS if counts_calls else _TICKS
        #: Whether a call from outside is under way.
        self.is_entered = False
        #: The chunks whose functions there still are.
        self._chunks: list[ref[Sites]] = []
        #: The last of each that may serve another load, by the identity of its chunk.
        self._shared: dict[int, ref[Sites]] = {}
        self._most_chunks = _LEAST_CHUNKS
        #: The library's functions that are known.
        self._library = dict(state.library_functions)
        self.refill()
        self.table: dict[str, Any] = {
            "__builtins__": {},
            "E": E,
            "FALSE": FALSE,
            "TRUE": TRUE,
            "INF": math.inf,
            "NAN": math.nan,
            "Table": Table,
            "Userdata": Userdata,
            "Closing": Closing,
            "float": float,
            "int": int,
            "str": str,
            "Exception": Exception,
            "range": range,
            "LEN": len,
            "STR": str,
            "ODD": odd,
            "W": wrap_result,
            "POW": of_numbers(power),
            "MOD": of_numbers(modulo),
            "IDIV": of_numbers(floor_divide),
            "SHL": of_integers(shift_left),
            "SHR": of_integers(shift_right),
            "new": Table,
            "tick": _ignore,
            "truthy": truthy,
            "TICKS": self.ticks,
            "STATE": state,
            **library_names(state),
            "ISLICE": islice,
            "ENUMERATE": enumerate,
            "FULL": stack_almost_full,
            "StackFull": StackFull,
            "LOOK": look,
            **looking_names(),
            **indexing_names(state),
            **arithmetic_names(state),
            **comparison_names(state),
            **_calls(self),
            **loop_names(state),
            **closing_names(state),
        }
        from moonquakes.vm.fast.coroutines import coroutine_names

        self.table |= coroutine_names(state, self.table)
        self.find_string_methods()
        if state.limits is not None:
            self.table |= counting_names(state, state.limits, self.table)

        #: Whether the message handler of an overflow runs.
        self.is_full = False
        #: What :func:`spread` passes now, in slots of the stack.
        self.wide_slots = 0

        #: Functions that run on the VM while a hook is set.
        self.watched: list[ref[FunctionType]] = []

    def met_long_strings(self) -> None:
        """Let translated code of a state with limits look how long the strings are that it compares."""
        self.table["SHORT"] = False
        for chunk in self._chunks:
            sites = chunk()
            if sites is not None:
                sites.names["SHORT"] = False

    def find_string_methods(self) -> None:
        """Let translated code find the methods of strings where their metatable has them."""
        metatable = self.state.string_metatable
        self.table["STRING"] = metatable if metatable is not None else new_table()
        for chunk in self._chunks:
            sites = chunk()
            if sites is not None:
                sites.names["STRING"] = self.table["STRING"]

    def count_allocations(self, new: Callable[[], Table], tick: Callable[[], None]) -> None:
        """Let translated code make its tables with ``new``, and tell of others; else nothing is counted."""
        if self.table["new"] == new:
            return
        self.table["new"] = new
        self.table["tick"] = tick
        for chunk in self._chunks:
            sites = chunk()
            if sites is not None:
                sites.names["new"] = new
                sites.names["tick"] = tick
                sites.keep_operands()

    def refill(self) -> None:
        self.ticks += [False] + [True] * self._patience

    def call_any(self, function: Any, arguments: tuple[LuaValue, ...]) -> Any:
        """Call any value from Python, with room for a deep recursion."""
        state = self.state
        if state.limits is not None and not state.limits.is_running:
            return enter_limited(state, self.call_any, function, arguments)
        depth = state.host_depth
        if depth >= MAX_HOST_DEPTH:
            raise state.runtime_error("C stack overflow")
        state.host_depth = depth + 1
        try:
            if not self.is_entered:
                return self._enter(function, arguments)
            if function.__class__ is not FunctionType:
                function, arguments = self.resolve(function, arguments)
            results = self.table["spread"](function, arguments)
            return settle_tail(results) if results.__class__ is tuple else results
        finally:
            state.host_depth = depth

    def _enter(self, function: Any, arguments: tuple[LuaValue, ...]) -> Any:
        limits = self.state.limits
        most = MAX_FRAMES if limits is None else limits.most_frames
        self.is_entered = True
        begin_call(most)
        try:
            if HAS_FRESH:
                prepare(most)
            function, arguments = self.resolve(function, arguments)
            return settle_tail(self.table["spread"](function, arguments))
        finally:
            self.is_entered = False
            ROOM.end()

    def resolve(self, function: Any, arguments: tuple[LuaValue, ...]) -> tuple[Any, tuple[LuaValue, ...]]:
        """Follow ``__call`` to a function, putting each called value before the arguments (§2.4)."""
        called: list[LuaValue] = []
        while function.__class__ is not FunctionType:
            handler = self.state.metamethod(function, "__call")
            if handler is None:
                raise uncallable(self.state, function)
            called.append(function)
            function = handler
        called.reverse()
        return function, (*called, *arguments)

    def globals_for(self, chunk: ChunkCode) -> dict[str, Any]:
        """Return the globals of a chunk's functions; those of an earlier load while it has functions.

        PyPy compiles functions for their globals, so what is loaded again runs what was compiled before.
        """
        if self._library != self.state.library_functions:
            # A library was opened since.
            self._library = dict(self.state.library_functions)
            self.table |= library_names(self.state)
            self._shared.clear()
        found = self._shared.get(id(chunk))
        sites = found() if found is not None else None
        if sites is None or not sites.belong_to(chunk):
            sites = self._new_sites(chunk)
        return sites.names

    def _new_sites(self, chunk: ChunkCode) -> Sites:
        if _HAS_MODULES:
            names = ModuleType("lua").__dict__
            names.clear()
            names.update(self.table)
        else:
            names = self.table.copy()
        names["__name__"] = "lua"
        names["S"] = sites = Sites(chunk, names, self.table["new"] is not Table)
        if len(self._chunks) >= self._most_chunks:
            self._chunks = [chunk for chunk in self._chunks if chunk() is not None]
            self._shared = {at: chunk for at, chunk in self._shared.items() if chunk() is not None}
            self._most_chunks = max(_LEAST_CHUNKS, 2 * len(self._chunks))
        known = self._shared[id(chunk)] = ref(sites)
        self._chunks.append(known)
        return sites

    def has_chunks(self) -> bool:
        """Whether there are functions of translated chunks."""
        return any(chunk() is not None for chunk in self._chunks)


def _ignore() -> None:
    """Count no allocation."""


class _Seldom:
    """A slow path as it was compiled first.

    Attributes:
        left: how often it is to be taken, or its likely case to be wrong, before that changes.
        patience: how often it was last to be taken.
    """

    __slots__ = ("left", "patience", "slow")

    def __init__(self, slow: FunctionType) -> None:
        self.slow = slow
        self.left = self.patience = _OFTEN


class Sites(dict[int, Any]):
    """The slow paths of a chunk, compiled as they are needed, and once more when they are taken often."""

    def __init__(self, chunk: ChunkCode, names: dict[str, Any], keeps_operands: bool) -> None:
        super().__init__()
        self._chunk = chunk
        self.names = names
        self._keeps_operands = keeps_operands
        #: What was compiled first.
        self._seldom: dict[int, _Seldom] = {}
        names["missed"] = self._missed

    def belong_to(self, chunk: ChunkCode) -> bool:
        return self._chunk is chunk

    def keep_operands(self) -> None:
        """Let the collector see what slow paths have computed so far."""
        self._keeps_operands = True
        self.clear()
        self._seldom.clear()

    def __missing__(self, number: int) -> FunctionType:
        names, text, _ = self._chunk.sites[number]
        if number not in self._seldom:
            if self._keeps_operands:
                text = with_operands_kept(text)
            self._seldom[number] = _Seldom(self._compiled(f"def slow({', '.join(names)}): return {text}"))
        seldom = self._seldom[number]
        seldom.left -= 1
        if seldom.left:
            return seldom.slow
        source = ""
        if seldom.patience < _MOST_PATIENCE and not self._keeps_operands:
            source = with_likely_case(names, text, number, self._chunk.variant > 0)
        seldom.left = _OFTEN
        slow = self[number] = self._compiled(source) if source else seldom.slow
        return slow

    def apart(self, number: int, stub: FunctionType) -> FunctionType:
        """Return a function whose text was compiled apart, over the cells of the one that stands for it."""
        translation = self._chunk.pieces[number]
        cells = dict(zip(stub.__code__.co_freevars, stub.__closure__ or (), strict=True))
        return make_function(self.names, translation, [cells.get(name) for name in translation.names])

    def _missed(self, number: int) -> None:
        """Give a likely case up that is as often wrong as translated code; it may get another turn."""
        seldom = self._seldom.get(number)
        if seldom is not None:
            seldom.left -= 1
            if not seldom.left:
                seldom.patience *= _OFTEN
                seldom.left = seldom.patience
                self.pop(number, None)

    def _compiled(self, source: str) -> FunctionType:
        scope: dict[str, Any] = {}
        exec(compile(source, "<lua slow path>", "exec"), self.names, scope)
        slow: FunctionType = scope["slow"]
        constants = [real_constant(value) for value in slow.__code__.co_consts]
        slow.__code__ = slow.__code__.replace(co_consts=tuple(constants))
        return slow


def _calls(names: Names) -> dict[str, Any]:
    state = names.state

    def done(results: Any) -> None:
        """Make the tail call that a statement's call may have left."""
        if len(results) == 1:
            settle_tail(results)

    def adjust(results: Any, count: int) -> tuple[LuaValue, ...]:
        values = as_tuple(results)
        return (*values[:count], *(None,) * (count - len(values)))

    def pack(values: tuple[LuaValue, ...]) -> Any:
        return values[0] if len(values) == 1 else values

    def spread(function: Any, arguments: Any) -> Any:
        """Call with any number of arguments; no hundred of them take C stack on CPython 3.11."""
        if len(arguments) == 1 and arguments[0].__class__ is TailCall:
            arguments = as_tuple(arguments)
        if function.__class__ is not FunctionType:
            if state.metamethod(function, "__call") is None:
                raise SlowPath  # which knows what the value was called
            function, arguments = names.resolve(function, arguments)
        count = len(arguments)
        try:
            if count == 1:
                return function(arguments[0])
            if count == 2:
                return function(arguments[0], arguments[1])
            if count == 0:
                return function()
            if count == 3:
                return function(arguments[0], arguments[1], arguments[2])
            if count == 4:
                return function(arguments[0], arguments[1], arguments[2], arguments[3])
            slots = names.wide_slots
            if slots >= _MAX_WIDE_SLOTS:
                raise RecursionError
            names.wide_slots = slots + max(count, _LEAST_WIDE if count > _MAX_SPELT else 1)
            try:
                if count <= _MAX_SPELT:
                    return spelt_call(count)(function, arguments)
                return function(*arguments)
            finally:
                names.wide_slots = slots
        except StackFull as exception:
            full = exception
        return call_again(full, function, arguments)

    depth = state.limits.depth if state.limits is not None else None
    # Where calls are counted, few frames may stand for calls that are over.
    deep = _DEEP if depth is None else min(_DEEP, 2 * depth + _MARGIN)

    def tail(function: Any) -> Any:
        """Return what makes a tail call; every so often, when the stack is deep, the caller makes it."""
        names.refill()
        try:
            sys._getframe(deep)
        except ValueError:
            return function
        if HAS_FRESH:
            return lambda *arguments: (TailCall(spread, (function, arguments)),)
        return lambda *arguments: (TailCall(function, arguments),)

    def call(pc: int, function: Any, *arguments: LuaValue) -> Any:
        return call_all(pc, function, arguments)

    def call_all(pc: int, function: Any, arguments: tuple[LuaValue, ...]) -> Any:
        """Call what a plain call did not: it is no function, or takes fewer arguments."""
        exception = sys.exception()
        if exception is not None and exception.__class__ is not SlowPath:
            inner = exception.__traceback__.tb_next  # type: ignore[union-attr]  # it was raised
            if inner is not None:
                if exception.__class__ is StackFull:
                    cut_context()
                    return call_again(exception, function, arguments)
                raise exception
        if function.__class__ is tuple:
            function = first(function)
        prefix: list[LuaValue] = []
        while function.__class__ is not FunctionType:
            handler = state.metamethod(function, "__call")
            if handler is None:
                raise call_fault(state, pc, function)
            prefix.insert(0, function)
            function = handler
        cut_context()
        return spread(function, (*prefix, *arguments) if prefix else arguments)

    return {
        "one": first, "many": as_tuple, "done": done, "adjust": adjust, "pack": pack, "spread": spread,
        "tail": tail,
        "call": call, "call_all": call_all,
    }  # fmt: skip


#: Whether the globals of functions are a module's: PyPy looks them up without cost.
_HAS_MODULES: Final = sys.implementation.name == "pypy"
#: How many chunks there may be before those that are gone are forgotten.
_LEAST_CHUNKS: Final = 100
#: How much a recursion may pass in wide calls (the reference's LUAI_MAXSTACK), and what one counts at least:
#: on CPython 3.11 each takes C stack.
_MAX_WIDE_SLOTS: Final = 1_000_000
_LEAST_WIDE: Final = 200 if sys.version_info < (3, 12) and sys.implementation.name == "cpython" else 1
#: The most arguments that a call spells out, so that it takes none.
_MAX_SPELT: Final = 100 if sys.version_info < (3, 12) and sys.implementation.name == "cpython" else 0


_spelt: Final[dict[int, Callable[..., Any]]] = {}


def spelt_call(count: int) -> Callable[..., Any]:
    """Return what calls a function with so many arguments, spelt out."""
    call = _spelt.get(count)
    if call is None:
        arguments = ", ".join([f"a[{i}]" for i in range(count)])
        call = _spelt[count] = eval(f"lambda f, a: f({arguments})", {"__name__": __name__})
    return call


#: Python frames from which on a tail call leaves its frames behind.
_MARGIN: Final = 50
_DEEP: Final = 20_000 if sys.implementation.name == "cpython" else 300
