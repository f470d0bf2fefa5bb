"""Handlers of closures and of the variables they capture (§3.4.11, §3.3.8).

A captured register's value lives in a cell, kept in ``frame.open`` until the
variable's scope ends; ``prepare`` wraps the instructions that touch such registers.
"""

from __future__ import annotations

from types import CellType, CodeType

from moonquakes.bytecode.opcodes import get_a, get_bx
from moonquakes.bytecode.proto import Proto, UpvalueDesc
from moonquakes.values import LuaValue
from moonquakes.vm.closing import close_variables, mark_variable
from moonquakes.vm.frames import Frame
from moonquakes.vm.functions import code_for, make_inner_closure
from moonquakes.vm.handlers.loads import Prepared, Preparer


def op_closure(  # R[A] := closure(KPROTO[Bx])
    frame: Frame,
    R: list[LuaValue],
    a: int,
    b: CodeType,
    c: list[UpvalueDesc],
    n: int,
) -> int:
    """R[A] := closure(code B with the upvalues described by C)"""
    cells = []
    for upvalue in c:
        if upvalue.in_stack:
            if frame.open is None:
                frame.open = {}
            cell = frame.open.get(upvalue.index)
            if cell is None:
                cell = frame.open[upvalue.index] = CellType(R[upvalue.index])
            cells.append(cell)
        else:
            cells.append(frame.cells[upvalue.index + 1])
    function = make_inner_closure(frame.state, frame.function, b, cells)
    R[a] = function
    if frame.open and a in frame.open:
        frame.open[a].cell_contents = function
    if frame.state.counts_allocations:
        frame.pc = n
        frame.state.collector.allocated(a)
    return n


def op_close(frame: Frame, R: list[LuaValue], a: int, b: None, c: None, n: int) -> int:
    """close all upvalues and to-be-closed variables >= R[A]"""
    frame.pc = n

    def forget(frame: Frame) -> None:
        if frame.open:
            for register in [register for register in frame.open if register >= a]:
                frame.R[register] = frame.open.pop(register).cell_contents

    close_variables(frame, a, forget)
    return 0 if frame.state.frame is not frame else n


def op_tbc(frame: Frame, R: list[LuaValue], a: int, b: None, c: None, n: int) -> int:
    """mark R[A] as to-be-closed"""
    frame.pc = n
    mark_variable(frame, a)
    return n


def _prepare_closure(proto: Proto, word: int, index: int) -> Prepared:
    inner = proto.protos[get_bx(word)]
    return op_closure, get_a(word), code_for(inner), inner.upvalues, index + 1


PREPARERS: dict[str, Preparer] = {
    "CLOSURE": _prepare_closure,
    "CLOSE": lambda p, w, i: (op_close, get_a(w), None, None, i + 1),
    "TBC": lambda p, w, i: (op_tbc, get_a(w), None, None, i + 1),
}
