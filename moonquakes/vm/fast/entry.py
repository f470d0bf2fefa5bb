"""Which Lua functions may a host call without the usual way in, and how does it call on from inside?

:meth:`Names.call_any` makes room for a deep recursion and begins a budget, for each call from outside
(:mod:`moonquakes.embedding.calling` does so at less cost).  A *short* function, which neither calls
nor loops, needs none of that: it is called as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.opcodes import OP, get_sj, opcode_of
from moonquakes.values import LuaResults, LuaValue, settle_tail
from moonquakes.vm.fast.chunk import Translation
from moonquakes.vm.functions import marker_of
from moonquakes.vm.headroom import MAX_HOST_DEPTH

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: The most instructions of a short function, and those that it does not have: they call or loop.
_MOST_SHORT: Final = 32
_LONG: Final = frozenset(
    OP[name]
    for name in (
        *("CALL", "TAILCALL", "TBC", "CLOSE"),
        *("JMP", "FORPREP", "FORLOOP", "TFORPREP", "TFORCALL", "TFORLOOP"),
    )
)

#: Whether calls may come in here: elsewhere threads switch between any two bytecodes, and stacks differ.
HAS_ENTRY: Final = sys.implementation.name == "cpython"


def is_short(state: State, function: FunctionType) -> bool:
    """Whether a host may call a Lua function as it is."""
    if not HAS_ENTRY or state.engine != "fast":
        return False
    marker = marker_of(function.__code__)
    if marker.__class__ is not Translation:
        return False
    if marker.is_short is None:
        marker.is_short = _is_short(marker.proto.code)
    return marker.is_short


def _is_short(code: Sequence[int]) -> bool:
    return len(code) <= _MOST_SHORT and all(
        opcode_of(word) not in _LONG or _is_forward(word) for word in code
    )


def _is_forward(word: int) -> bool:
    """Whether an instruction jumps, and not back."""
    return opcode_of(word) == OP["JMP"] and get_sj(word) >= 0


def make_entry(state: State) -> Callable[[Any, tuple[LuaValue, ...]], LuaResults]:
    """Return what calls any Lua value of the state with arguments, as :meth:`Names.call_any` does."""
    names = state.names
    call_any = names.call_any
    if not HAS_ENTRY:
        return call_any

    def enter(function: Any, arguments: tuple[LuaValue, ...]) -> LuaResults:
        if not names.is_entered or function.__class__ is not FunctionType:
            return call_any(function, arguments)
        depth = state.host_depth
        if depth >= MAX_HOST_DEPTH:
            raise state.runtime_error("C stack overflow")
        state.host_depth = depth + 1
        try:
            results = function(*arguments)
            return settle_tail(results) if results.__class__ is tuple else results
        finally:
            state.host_depth = depth

    return enter
