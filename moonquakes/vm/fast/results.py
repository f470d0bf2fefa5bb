"""What may a function return, by its bytecode?  Callers that know the function ask less of its results."""

from __future__ import annotations

from typing import Final, NamedTuple

from moonquakes.bytecode.opcodes import OP, get_b
from moonquakes.vm.fast.analysis import FUNCTION, NIL, Analysis
from moonquakes.vm.fast.recursion import calls_library

_CLOSURE: Final = OP["CLOSURE"]
_LOADNIL: Final = OP["LOADNIL"]
_RETURN: Final = OP["RETURN"]
_RETURN0: Final = OP["RETURN0"]
_TAILCALL: Final = OP["TAILCALL"]


class Results(NamedTuple):
    """What is known of a function's results.

    Attributes:
        are_one: whether every return has exactly one value.
        are_final: whether none of them is a call that is still to be made, a tail call.
        end_soon: whether its tail calls are of library functions at most.  A call of it in the place of a
            tail call is as good: if one of these comes back, that one is a tail call.
    """

    are_one: bool
    are_final: bool
    end_soon: bool


def find_functions(analysis: Analysis) -> None:
    """Set ``results`` of the variables that can only hold one of the inner functions, or nil before."""
    code = analysis.proto.code
    for variable in analysis.variables:
        if not variable.kind & FUNCTION or variable.kind & ~(FUNCTION | NIL) or variable.is_assigned_inside:
            continue
        made = [code[pc] >> 15 for pc in variable.definitions if code[pc] & 0x7F == _CLOSURE]
        if len(made) == 1 and all(code[pc] & 0x7F in (_CLOSURE, _LOADNIL) for pc in variable.definitions):
            variable.results = _results_of(analysis.inner[made[0]])


def _results_of(function: Analysis) -> Results:
    proto = function.proto
    are_one = True
    tail_calls = []
    for pc, word in enumerate(proto.code):
        if not function.reached[pc]:
            continue
        op = word & 0x7F
        if op == _TAILCALL:
            tail_calls.append(pc)
        elif op == _RETURN0 or (op == _RETURN and get_b(word) != 2):
            are_one = False
    return Results(
        are_one and not tail_calls, not tail_calls, all(calls_library(proto, pc) for pc in tail_calls)
    )
