"""Handlers that move values: loads, moves, upvalues, varargs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moonquakes.bytecode.opcodes import get_a, get_ax, get_b, get_bx, get_c, get_sbx
from moonquakes.bytecode.proto import Proto
from moonquakes.values import FALSE, TRUE, LuaValue
from moonquakes.vm.frames import Frame

#: An instruction ready to run: handler, three operands, index of the next instruction.
Prepared = tuple[Callable[..., int], Any, Any, Any, int]
#: Turns the instruction word at an index (1-based) into what runs.
Preparer = Callable[[Proto, int, int], Prepared]


def op_move(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """R[A] := R[B]"""
    R[a] = R[b]
    return n


def op_load(frame: Frame, R: list[LuaValue], a: int, b: LuaValue, c: None, n: int) -> int:
    """R[A] := a constant"""
    R[a] = b
    return n


def op_loadnil(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """R[A], ..., R[B] := nil"""
    for register in range(a, b):
        R[register] = None
    return n


def op_getupval(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """R[A] := UpValue[B]"""
    R[a] = frame.cells[b].cell_contents
    return n


def op_setupval(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """UpValue[B] := R[A]"""
    frame.cells[b].cell_contents = R[a]
    return n


def op_vararg(frame: Frame, R: list[LuaValue], a: int, b: None, c: int, n: int) -> int:
    """R[A], ..., R[A+C-1] := vararg; all of them when C is negative"""
    frame.dest = a
    frame.wanted = c
    frame.receive(frame.varargs or [])
    return n


def op_nop(frame: Frame, R: list[LuaValue], a: None, b: None, c: None, n: int) -> int:
    """Nothing: what the instruction stands for was done when the frame was made."""
    return n


def _load(value_of: Callable[[Proto, int, int], LuaValue], skip: int = 1) -> Preparer:
    def prepare(proto: Proto, word: int, index: int) -> Prepared:
        return op_load, get_a(word), value_of(proto, word, index), None, index + skip

    return prepare


PREPARERS: dict[str, Preparer] = {
    "MOVE": lambda p, w, i: (op_move, get_a(w), get_b(w), None, i + 1),
    "LOADI": _load(lambda p, w, i: get_sbx(w)),
    "LOADF": _load(lambda p, w, i: float(get_sbx(w))),
    "LOADK": _load(lambda p, w, i: p.constants[get_bx(w)]),
    "LOADKX": _load(lambda p, w, i: p.constants[get_ax(p.code[i])], skip=2),
    "LOADFALSE": _load(lambda p, w, i: FALSE),
    "LFALSESKIP": _load(lambda p, w, i: FALSE, skip=2),
    "LOADTRUE": _load(lambda p, w, i: TRUE),
    "LOADNIL": lambda p, w, i: (op_loadnil, get_a(w), get_a(w) + get_b(w) + 1, None, i + 1),
    "GETUPVAL": lambda p, w, i: (op_getupval, get_a(w), get_b(w) + 1, None, i + 1),
    "SETUPVAL": lambda p, w, i: (op_setupval, get_a(w), get_b(w) + 1, None, i + 1),
    "VARARG": lambda p, w, i: (op_vararg, get_a(w), None, get_c(w) - 1, i + 1),
    "VARARGPREP": lambda p, w, i: (op_nop, None, None, None, i + 1),
    "EXTRAARG": lambda p, w, i: (op_nop, None, None, None, i + 1),
}
