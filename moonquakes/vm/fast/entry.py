"""How does a host call a Lua function again and again without paying for the way in each time?

:meth:`Names.call_any` makes room for a deep recursion and slows Python's collector down, for each call
from outside.  Here the first of the calls under way in the process changes Python's recursion limit, and
the collector is slowed down when it is seen to work: most calls end before.  A *short* function, which
calls, loops and allocates nothing, needs neither: it is called as it is.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.opcodes import OP, get_sj, opcode_of
from moonquakes.values import LuaResults, LuaValue, settle_tail
from moonquakes.vm.fast.chunk import Translation
from moonquakes.vm.fresh import MAX_FRAMES
from moonquakes.vm.functions import marker_of
from moonquakes.vm.pace import PACE

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: The most instructions of a short function, and those that it does not have: they call, loop or allocate.
_MOST_SHORT: Final = 32
_LONG: Final = frozenset(
    OP[name]
    for name in (
        *("CALL", "TAILCALL", "TBC", "CLOSE", "CLOSURE", "NEWTABLE", "SETLIST", "CONCAT"),
        *("JMP", "FORPREP", "FORLOOP", "TFORPREP", "TFORCALL", "TFORLOOP"),
    )
)

#: Whether calls may come in here: elsewhere threads switch between any two bytecodes, and stacks differ.
_HAS_ENTRY: Final = sys.implementation.name == "cpython"


class _Under:
    """What the calls under way share.

    Attributes:
        way: how many there are.  CPython switches threads at calls and loops only, so counting needs no lock.
        host_limit: the recursion limit of the host.
        raised_limit: what it is while calls are under way.
        is_paced: whether the collector was slowed down.
    """

    __slots__ = ("host_limit", "is_paced", "raised_limit", "way")

    def __init__(self) -> None:
        self.way = 0
        self.host_limit = 0
        self.raised_limit = -1
        self.is_paced = False


_UNDER: Final = _Under()


def _see_collection(phase: str, _: dict[str, int]) -> None:
    """Python's collector works: slow it down if Lua code runs."""
    if phase == "start" and _UNDER.way and not _UNDER.is_paced:
        _UNDER.is_paced = True
        PACE.begin()


def _end_pace() -> None:
    _UNDER.is_paced = False
    PACE.end()


def is_short(state: State, function: FunctionType) -> bool:
    """Whether a host may call a Lua function as it is."""
    if not _HAS_ENTRY or state.limits is not None or state.engine != "fast":
        return False
    marker = marker_of(function.__code__)
    if type(marker) is not Translation:
        return False
    code = marker.proto.code
    if len(code) > _MOST_SHORT:
        return False
    return all(opcode_of(word) not in _LONG or _is_forward(word) for word in code)


def _is_forward(word: int) -> bool:
    """Whether an instruction jumps, and not back."""
    return opcode_of(word) == OP["JMP"] and get_sj(word) >= 0


def make_entry(state: State) -> Callable[[Any, tuple[LuaValue, ...]], LuaResults]:
    """Return what calls any Lua value of the state with arguments, as :meth:`Names.call_any` does."""
    names = state.names
    call_any = names.call_any
    if not _HAS_ENTRY or state.limits is not None:
        return call_any
    if _see_collection not in gc.callbacks:
        gc.callbacks.append(_see_collection)
    under = _UNDER
    get_limit, set_limit = sys.getrecursionlimit, sys.setrecursionlimit

    def enter(function: Any, arguments: tuple[LuaValue, ...]) -> LuaResults:
        if names.is_entered or type(function) is not FunctionType:
            return call_any(function, arguments)
        # The depth of host calls counts from here on.
        names.is_entered = True
        under.way += 1
        if under.way == 1:
            limit = get_limit()
            if limit != under.raised_limit:  # else another thread is about to put the host's back
                under.host_limit = limit
                under.raised_limit = limit + MAX_FRAMES
            set_limit(under.raised_limit)
        try:
            results = function(*arguments)
            return settle_tail(results) if type(results) is tuple else results
        finally:
            under.way -= 1
            if not under.way:
                set_limit(under.host_limit)
                if under.is_paced:
                    _end_pace()
            names.is_entered = False

    return enter
