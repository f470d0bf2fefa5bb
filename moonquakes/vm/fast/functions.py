"""Lua functions whose Python body is translated code: how they are made, and what they are made of.

Their closure has one cell for each upvalue that the code uses, in Python's order; what the
VM and the debug library want is the Proto's order.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any

from moonquakes.bytecode.proto import Proto
from moonquakes.vm.fast.chunk import (
    TRANSLATING,
    TooLarge,
    Translation,
    keep_translated,
    names_any,
    translate,
    translated_in,
)
from moonquakes.vm.fast.counting import slice_cell, slice_names, variant_of
from moonquakes.vm.fast.translator import Untranslatable
from moonquakes.vm.fast.watching import add_watched

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: What a watched function's chunk names (§6.10).
_WATCHED = ("sethook", "setlocal", "getlocal")


def main_function(state: State, proto: Proto, cells: list[CellType]) -> FunctionType | None:
    """Return a chunk's main function, translated; None when it must run on the VM."""
    watched = names_any(proto, _WATCHED) if state.has_debug else ""
    if watched:
        state.report.note(proto, f"its chunk names {watched}", is_watched=True)
        return None
    variant = variant_of(state.limits)
    with TRANSLATING:
        translated = translated_in(proto, variant)
        if translated is None:
            memory = state.limits.memory_limit if state.limits is not None else None
            try:
                translated = translate(proto, variant, memory).main
            except TooLarge as problem:
                state.report.note(proto, str(problem))
                return None  # in another state it may do
            except Untranslatable as problem:
                translated = str(problem)
            keep_translated(proto, variant, translated)
    if translated.__class__ is not Translation:
        state.report.note(proto, translated)
        return None
    names = state.names.globals_for(translated.chunk)
    return new_function(names, translated, cells)


def new_function(names: dict[str, Any], translation: Translation, cells: list[CellType]) -> FunctionType:
    """Return a Lua function over a translation, which runs on the VM while its state is watched."""
    function = make_function(names, translation, cells)
    state = names["STATE"]
    if state.watchers:
        add_watched(state, function)
    return function


def make_twin(function: FunctionType, twin: Translation) -> FunctionType:
    """Return a function over the generator translation of a translated function."""
    code = twin.code
    order = twin.order
    if order is None:
        # Their upvalues have the same names.
        own = function.__code__.co_freevars
        order = twin.order = tuple([own.index(name) if name in own else -1 for name in code.co_freevars])
    closure = function.__closure__ or ()
    cells = tuple([closure[position] if position >= 0 else CellType(None) for position in order])
    return FunctionType(code, function.__globals__, "function", (None,) * code.co_argcount, cells or None)


def make_function(
    names: dict[str, Any], translation: Translation, cells: Sequence[CellType | None]
) -> FunctionType:
    """Return a function over a translation, with ``cells`` in the Proto's order."""
    code = translation.code
    closure: list[Any] = [None] * len(code.co_freevars)
    for cell, position in zip(cells, translation.positions, strict=True):
        if position >= 0:
            closure[position] = cell
    for name in slice_names(translation.chunk.variant):
        if name in code.co_freevars:
            closure[code.co_freevars.index(name)] = slice_cell(names["STATE"].limits, name)
    # PyPy wants None for (); and to change a function once it is made is slow there.
    defaults = (None,) * code.co_argcount or None
    return FunctionType(code, names, "function", defaults, tuple(closure) or None)
