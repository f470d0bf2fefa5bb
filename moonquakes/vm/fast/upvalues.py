"""What becomes of translated functions when the debug library changes an upvalue that they rely on (§6.10)?

Their text lacks the checks for other kinds.  So they run on the VM from then on, all that share the
variable.  One that is under way cannot change: then the variable stays as it is.
"""

from __future__ import annotations

import gc
import sys
from types import CodeType, FrameType, FunctionType, GeneratorType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.opcodes import OP, get_a, opcode_of
from moonquakes.values import LuaBoolean, LuaValue
from moonquakes.vm.fast.analysis import BOOLEAN, FLOAT, INT, NIL, STR
from moonquakes.vm.fast.chunk import Translation, analyse
from moonquakes.vm.fast.stack import FrameView
from moonquakes.vm.frames import Frame
from moonquakes.vm.functions import WatchedFunction, marker_of, run_on_vm, state_of, upvalue_cells

if TYPE_CHECKING:
    from moonquakes.vm.state import State

_KINDS: Final = {int: INT, float: FLOAT, str: STR, type(None): NIL, LuaBoolean: BOOLEAN}
#: The flag of a generator's code: that of twins, which only their functions know.
_GENERATOR: Final = 0x20


def fits(kind: int, low: int, high: int, value: LuaValue) -> bool:
    """Whether a value is of a kind, and within the bounds if it is an integer."""
    own = _KINDS.get(type(value), 0)
    return bool(own & kind) and (own != INT or low <= value <= high)


def release(translation: Translation, function: FunctionType, number: int) -> bool:
    """Let all functions that share an upvalue of a translated one run on the VM; False when one is under way
    that may read it again.

    Any call of a function that uses such a variable counts: Python does not tell which one it is.
    """
    state = state_of(function)
    name = translation.names[number]
    variable = _variable(translation.cells_of(function)[number])
    sites = translation.chunk.sites
    is_boxed = translation.boxed[number]

    def uses(code: CodeType) -> bool:
        marker = marker_of(code)
        return (
            type(marker) is Translation
            and marker.chunk.sites is sites
            # A local variable of that name that is no box was copied.
            and name in (*code.co_freevars, *code.co_cellvars, *(code.co_varnames if is_boxed else ()))
        )

    def relies(python: FrameType, above: list[FrameType]) -> bool:
        return (
            uses(python.f_code)
            and python.f_globals.get("STATE") is state
            and (name in python.f_code.co_freevars or _reads_again(state, python, above, name))
        )

    sharing: list[FunctionType] = []
    for candidate in gc.get_objects():
        if type(candidate) is FunctionType:
            if _shares(candidate, translation, state, variable):
                sharing.append(candidate)
        elif type(candidate) is GeneratorType:
            if candidate.gi_frame is not None and relies(candidate.gi_frame, []):
                return False
        elif type(candidate) is Frame and candidate.state is state and uses(_code_of(candidate)):
            return False  # the VM runs it for a hook, and what it makes is translated
    frame: FrameType | None = sys._getframe()
    above: list[FrameType] = []
    while frame is not None:
        if relies(frame, above):
            return False
        above.append(frame)
        frame = frame.f_back
    for other in sharing:
        run_on_vm(other, upvalue_cells(other))
    return True


def _variable(cell: Any) -> Any:
    """Return what stands for a variable, in however many functions."""
    return getattr(cell, "box", cell)


def _shares(function: FunctionType, translation: Translation, state: State, variable: Any) -> bool:
    marker = marker_of(function.__code__)
    if type(marker) is WatchedFunction:
        marker = marker.translated
    return (
        type(marker) is Translation
        and marker.chunk.sites is translation.chunk.sites
        and not function.__code__.co_flags & _GENERATOR
        and function.__globals__["STATE"] is state
        and any(_variable(cell) is variable for cell in upvalue_cells(function))
    )


def _code_of(frame: Frame) -> CodeType:
    """Return the code of a frame's function, the translated one where a hook sees it."""
    code = frame.function.__code__
    marker = marker_of(code)
    return marker.code if type(marker) is WatchedFunction else code


def _reads_again(state: State, python: FrameType, above: list[FrameType], name: str) -> bool:
    """Whether a translated function under way may still read its variable, or give it to closures."""
    translation = marker_of(python.f_code)
    view = FrameView(state, translation, python, python.f_lineno)
    view.refine(above)
    pc = view.pc - 2
    word = translation.proto.code[pc]
    if opcode_of(word) != OP["CALL"]:
        return True
    analysis = analyse(translation.proto)
    own = {(register, start) for text, register, start, _, _ in translation.variables if text == name}
    for register in range(get_a(word)):  # from there on are the results
        if analysis.live_after[pc] >> register & 1:
            variable = analysis.active(register, pc)
            # The text may compute a temporary when it is used, and not before.
            if variable is None or (register, variable.start) in own:
                return True
    return False
