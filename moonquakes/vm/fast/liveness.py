"""Which values do the translated functions under way still use?  The collector asks (§2.5).

Python keeps what a variable held until it is assigned again.  What of that is dead
the bytecode says: a variable outside its scope, and a temporary that no instruction reads any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import FrameType, GeneratorType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.opcodes import OP, get_a, opcode_of
from moonquakes.values import LuaValue
from moonquakes.vm.fast.chunk import Translation, analyse
from moonquakes.vm.fast.iteration import Closing
from moonquakes.vm.fast.stack import FrameView, marker_of

if TYPE_CHECKING:
    from moonquakes.vm.state import State

_CALLS: Final = (OP["CALL"], OP["TAILCALL"], OP["TFORCALL"])


def live_values(state: State, python: FrameType) -> Iterator[Any]:
    """Yield what the translated function of a Python frame still uses; lists hold what they hold."""
    translation = marker_of(python.f_code)
    assert type(translation) is Translation
    view = FrameView(state, translation, python, python.f_lineno)
    pc = view.pc - 2
    values = python.f_locals
    word = translation.proto.code[pc]
    before, after = _read_later(translation, pc)
    # What it makes is not there yet.
    used = after if opcode_of(word) in _CALLS else before | (after & ~(1 << get_a(word)))
    if opcode_of(word) == OP["TFORCALL"]:
        used |= 0b111 << get_a(word)
    named = set()
    for text, register, start, end, _ in translation.variables:
        if start <= pc < end:
            named.add(register)
            yield from _contents(values.get(text))
    for register in range(translation.proto.max_stack_size):
        if used >> register & 1 and register not in named:
            yield from _contents(values.get(_temporary_name(translation, register, pc)))
    for name in python.f_code.co_freevars:
        yield from _contents(values.get(name))
    yield values.get("va")
    for _, value in values.get("tbc") or ():
        yield value


def _read_later(translation: Translation, pc: int) -> tuple[int, int]:
    """Return which registers are read from an instruction on, and which after it, as masks."""
    analysis = translation.analysis
    if analysis is None:
        analysis = translation.analysis = analyse(translation.proto)
    return analysis.live_before[pc], analysis.live_after[pc]


def _temporary_name(translation: Translation, register: int, pc: int) -> str:
    """Return the Python name of what a register holds before the local variable that it may become begins."""
    code = translation.proto.code
    made = pc - 1
    while made > 0 and get_a(code[made]) != register:
        made -= 1
    assert translation.analysis is not None
    variable = translation.analysis.next_variable(register, made)
    if variable is not None:
        for text, at, start, _, _ in translation.variables:
            if at == register and start == variable.start:
                return str(text)
    return f"r{register}"


def _contents(value: Any) -> Iterator[Any]:
    """Yield a variable's value, or those that what stands for it holds."""
    if type(value) is Closing:
        yield value.value
        value = value.iterator
    if type(value) is GeneratorType:
        frame = value.gi_frame
        if frame is not None:
            yield from frame.f_locals.values()
    else:
        yield value


def pending_variables(python: FrameType | None) -> Iterator[list[tuple[int, LuaValue]]]:
    """Yield the variables to close, by register, of each translated function under way, innermost first."""
    while python is not None:
        if type(marker_of(python.f_code)) is Translation:
            pending = python.f_locals.get("tbc")
            if pending:
                yield pending
        python = python.f_back


def suspended_values(state: State, generator: Any) -> Iterator[Any]:
    """Yield what a suspended generator still uses, and those it delegates to."""
    while type(generator) is GeneratorType:
        frame = generator.gi_frame
        if frame is None:
            return
        if type(marker_of(frame.f_code)) is Translation:
            yield from live_values(state, frame)
        else:
            yield from frame.f_locals.values()
        generator = generator.gi_yieldfrom
