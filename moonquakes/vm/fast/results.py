"""What may a function return, by its bytecode?  Callers that know the function ask less of its results."""

from __future__ import annotations

from typing import Final

from moonquakes.bytecode.opcodes import OP, get_b
from moonquakes.vm.fast.analysis import FUNCTION, NIL, Analysis

_CLOSURE: Final = OP["CLOSURE"]
_LOADNIL: Final = OP["LOADNIL"]
_RETURN: Final = OP["RETURN"]
_RETURN0: Final = OP["RETURN0"]
_RETURN1: Final = OP["RETURN1"]
_TAILCALL: Final = OP["TAILCALL"]


def find_functions(analysis: Analysis) -> None:
    """Set ``function`` of the variables that can only hold one of the inner functions, or nil before."""
    code = analysis.proto.code
    for variable in analysis.variables:
        if not variable.kind & FUNCTION or variable.kind & ~(FUNCTION | NIL) or variable.is_assigned_inside:
            continue
        made = [code[pc] >> 15 for pc in variable.definitions if code[pc] & 0x7F == _CLOSURE]
        if len(made) == 1 and all(code[pc] & 0x7F in (_CLOSURE, _LOADNIL) for pc in variable.definitions):
            variable.function = analysis.inner[made[0]]


def makes_tail_calls(analysis: Analysis) -> bool:
    """Whether what a call of the function returns may be a call that is still to be made."""
    return any(
        word & 0x7F == _TAILCALL and analysis.reached[pc] for pc, word in enumerate(analysis.proto.code)
    )


def returns_one(analysis: Analysis) -> bool:
    """Whether every return of the function has exactly one value."""
    for pc, word in enumerate(analysis.proto.code):
        op = word & 0x7F
        is_other = op in (_TAILCALL, _RETURN0) or (op == _RETURN and get_b(word) != 2)
        if is_other and analysis.reached[pc]:
            return False
    return True
