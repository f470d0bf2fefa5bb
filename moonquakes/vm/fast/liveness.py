"""Which values do the translated functions under way still use?  The collector asks (§2.5).

Python keeps what a variable held until it is assigned again.  Alive are the local variables in
scope, as the bytecode says, and what the text reads later.  What lies between two operands, on
Python's own stack, slow paths keep in variables (:meth:`Sites.keep_operands`).
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from itertools import islice
from types import CodeType, FrameType, GeneratorType
from typing import Any, Final

from moonquakes.bytecode.opcodes import OP, get_a, opcode_of
from moonquakes.values import LuaValue
from moonquakes.vm.fast.chunk import Translation
from moonquakes.vm.fast.coroutines import resume
from moonquakes.vm.fast.counting import SLICES
from moonquakes.vm.fast.iteration import Closing, stepped
from moonquakes.vm.fast.later import read_later
from moonquakes.vm.fast.stack import generator_frames, is_slow_path, live_places
from moonquakes.vm.frames import frame_size
from moonquakes.vm.functions import marker_of

#: What the engine's helpers are called with and pass on: the callee's variables hold what is in use.
_PASSED_ON: Final = frozenset({"arguments", "rest", "results", "triple", "values"})
_CALL: Final = OP["CALL"]
#: How many instructions of a statement may follow a call in it.
_LONGEST: Final = 200
#: Helpers that call a function, after which nothing of a slow path is left to do.
_CALLS: Final = ("call", "call_all")
#: What an iterator that the engine made still needs.
_ITERATES: Final = ("function", "subject", "control", "target", "table", "key")
#: Whether a frame keeps the dictionary of its variables that was asked for, which takes more than itself.
_KEEPS_SNAPSHOTS: Final = sys.implementation.name == "cpython" and sys.version_info < (3, 13)
#: Python's iterators between a loop and the list that it walks, on every Python.
_ITERATORS: Final = ("enumerate", "list_iterator", "listiterator", "sequenceiterator")


def operands_under_way(frame: FrameType | None) -> Iterator[Any]:
    """Yield what translated functions and helpers of theirs still use, from a frame outwards."""
    callee: FrameType | None = None
    for python, line in live_places(frame):
        name = python.f_globals.get("__name__", "")
        if name == "lua" or name.startswith("moonquakes.vm.fast."):
            yield from _values_in_use(python, line, callee)
        callee = python


def suspended_values(generator: Any) -> Iterator[Any]:
    """Yield what a suspended generator still uses, and those it delegates to."""
    for frame in generator_frames(generator):
        yield from _values_in_use(frame, frame.f_lineno, None)


def stack_size(frame: FrameType | None) -> int:
    """Estimate the bytes of translated functions under way, from a frame outwards."""
    sizes: dict[CodeType, int] = {}
    size = 0
    while frame is not None:
        code = frame.f_code
        found = sizes.get(code)
        if found is None:
            is_translated = type(marker_of(code)) is Translation
            found = sizes[code] = _frame_size(code) if is_translated else 0
        size += found
        frame = frame.f_back
    return size


def suspended_size(generator: Any) -> int:
    """Estimate the bytes of a suspended generator and of those it delegates to."""
    return sum([_frame_size(frame.f_code) for frame in generator_frames(generator)])


def _frame_size(code: CodeType) -> int:
    return frame_size(code.co_nlocals + len(code.co_cellvars) + len(code.co_freevars) + code.co_stacksize)


def _values_in_use(frame: FrameType, line: int, callee: FrameType | None) -> Iterator[Any]:
    """Yield what a frame of translated code, or of a helper of it, still uses.

    Lists stand for what they hold.  ``callee`` is the frame that it called.
    """
    marker = marker_of(frame.f_code)
    if type(marker) is Translation:
        yield _in_function(marker, frame, line)
    elif is_slow_path(frame):
        # The operands, until the call that comes last.
        if callee is None or callee.f_code.co_name not in _CALLS:
            yield from frame.f_locals.values()
    elif frame.f_globals.get("__name__") != "lua":  # a watched function's values are in a frame of the VM's
        for name, value in frame.f_locals.items():
            if name not in _PASSED_ON:
                yield value


def _in_function(translation: Translation, frame: FrameType, line: int) -> list[Any]:
    plain, others = translation.alive.get(line) or _names_alive(translation, frame.f_code, line)
    values = frame.f_locals
    found = [value for name in plain if (value := values.get(name)) is not None]
    for name in others:
        found += _contents(values.get(name))
    for _, value in values.get("tbc") or ():
        found.append(value)
    if _KEEPS_SNAPSHOTS:
        values.clear()
    return found


def _names_alive(translation: Translation, code: CodeType, line: int) -> tuple[list[str], list[str]]:
    """Return the names of variables in use at a line, and of those that may stand for other values."""
    pc = translation.chunk.lines[line]
    word = translation.proto.code[pc] if pc >= 0 else 0
    op = opcode_of(word)
    if op == OP["TAILCALL"]:
        alive: tuple[list[str], list[str]] = [], []  # the reference has given its place to what it calls
    else:
        if translation.later is None:
            translation.later = read_later(translation.chunk.text, code.co_firstlineno)
        plain = []
        for name, register, start, end, _ in translation.variables:
            is_made = pc < start and op == _CALL and _is_made(translation.proto.code, register, pc, start)
            if is_made or start <= pc < end:
                plain.append(name)
        plain += [name for name in code.co_freevars if name not in SLICES]
        plain.append("va")
        alive = plain, list(translation.later.get(line, frozenset()).difference(SLICES, plain))
    translation.alive[line] = alive
    return alive


def _is_made(code: list[int], register: int, pc: int, start: int) -> bool:
    """Whether a register holds the value of a variable to be, of whose statement a call is under way."""
    return (
        register < get_a(code[pc])
        and start - pc < _LONGEST
        and not any(
            get_a(word) == register or (get_a(word) < register and opcode_of(word) == _CALL)
            for word in code[pc + 1 : start]
        )
    )


def _contents(value: Any) -> Iterator[Any]:
    """Yield a variable's value, or those that what stands for it holds."""
    if type(value) is Closing:
        yield value.value
        value = value.iterator
    value = stepped(value)  # what a loop in a coroutine takes its values from
    if type(value) is GeneratorType:
        frame = value.gi_frame
        if frame is not None:
            for name in _ITERATES:
                yield frame.f_locals.get(name)
    elif type(value) is islice:
        yield _walked(value)
    else:
        yield value


def _walked(iterator: Any) -> Any:
    """Return the list of elements that ``ipairs`` walks, which Python's own iterators hold."""
    held = [iterator]
    while held:
        held = gc.get_referents(*held)
        for value in held:
            if type(value) is list:
                return value
        held = [value for value in held if type(value).__name__ in _ITERATORS]
    return None


def pending_variables(python: FrameType | None) -> list[list[tuple[int, LuaValue]]]:
    """Return the variables to close, by register, of each translated function of the main coroutine that
    is under way, innermost first.
    """
    found: list[list[tuple[int, LuaValue]]] = []
    while python is not None:
        if python.f_code is resume.__code__:
            found.clear()
        elif type(marker_of(python.f_code)) is Translation:
            pending = python.f_locals.get("tbc")
            if pending:
                found.append(pending)
        python = python.f_back
    return found
