"""Local declarations and assignments (§3.3.3, §3.3.7, §3.3.8)."""

from __future__ import annotations

from typing import Final

from moonquakes.bytecode.opcodes import OP
from moonquakes.compiler.discharge import (
    adjust,
    compile_time_value,
    store,
    to_one_result,
)
from moonquakes.compiler.expressions import expression, expressions
from moonquakes.compiler.function import FunctionState
from moonquakes.compiler.limits import NEXT, refuse
from moonquakes.compiler.operands import (
    INDEXED,
    INDEXED_STRING,
    INDEXED_UPVALUE,
    LOCAL,
    REGISTER,
    UPVALUE,
    Operand,
)
from moonquakes.compiler.scopes import (
    CONST,
    REGULAR,
    TO_BE_CLOSED,
    check_assignable,
    check_room,
    declare,
    declare_compile_time,
    emit_to_be_closed,
)
from moonquakes.parser import ast

_GETUPVAL: Final = OP["GETUPVAL"]
_MOVE: Final = OP["MOVE"]

_ATTRIBUTES: Final = {None: REGULAR, "const": CONST, "close": TO_BE_CLOSED}


def declare_locals(f: FunctionState, node: ast.Local) -> None:
    """Compile ``local names = values``; a last ``<const>`` with a known value takes no register."""
    names = node.names
    values = node.values
    f.line = node.line
    kinds = _attribute_kinds(f, node)
    f.line = node.equals_line
    check_room(f, names, "<" if node.attributes[-1] else "=" if values else NEXT)
    last = expressions(f, values)
    constant = None
    if kinds[-1] == CONST and last is not None and len(names) == len(values):
        constant = compile_time_value(last)
    if constant is None:
        adjust(f, len(names), len(values), last)
    else:
        names = names[:-1]
    to_be_closed = None
    for name, kind in zip(names, kinds, strict=False):
        variable = declare(f, name, kind)
        if kind == TO_BE_CLOSED:
            to_be_closed = variable
    if constant is not None:
        declare_compile_time(f, node.names[-1], constant[0])
    if to_be_closed is not None:
        emit_to_be_closed(f, to_be_closed)


def _attribute_kinds(f: FunctionState, node: ast.Local) -> list[int]:
    kinds: list[int] = []
    for attribute in node.attributes:
        if len(kinds) == len(node.names) - 1 and not node.values:
            f.line = node.last_line
        kind = _ATTRIBUTES.get(attribute)
        if kind is None:
            refuse(f.source, f.line, f"unknown attribute '{attribute}'")
        if kind == TO_BE_CLOSED and kind in kinds:
            refuse(f.source, f.line, "multiple to-be-closed variables in local list")
        kinds.append(kind)
    return kinds


def assign(f: FunctionState, node: ast.Assign) -> None:
    """Evaluate targets from left to right, then the values, then assign from right to left."""
    targets: list[Operand] = []
    f.line = node.line
    for target_node in node.targets:
        target = expression(f, target_node)
        if targets and (target.kind == LOCAL or target.kind == UPVALUE):
            _keep_apart(f, targets, target)
        check_assignable(f, target)
        targets.append(target)
    f.line = node.equals_line
    values = node.values
    last = expressions(f, values)
    assert last is not None
    if len(values) == len(targets):
        to_one_result(f, last)
        store(f, targets.pop(), last)
    else:
        adjust(f, len(targets), len(values), last)
    for target in reversed(targets):
        store(f, target, Operand(REGISTER, f.free_register - 1))


def _keep_apart(f: FunctionState, targets: list[Operand], variable: Operand) -> None:
    """Let earlier targets ``t[i]`` use a copy of ``variable``, which is assigned before them.

    In ``t[i], i = 1, 2`` the field is that of the old ``i``.
    """
    copy = f.free_register
    conflict = False
    place = variable.value
    for target in targets:
        kind = target.kind
        if variable.kind == UPVALUE:
            if kind == INDEXED_UPVALUE and target.value == place:
                conflict = True
                target.settle(INDEXED_STRING, copy)
        elif INDEXED_STRING <= kind <= INDEXED:
            if target.value == place:
                conflict = True
                target.value = copy
            if kind == INDEXED and target.key == place:
                conflict = True
                target.key = copy
    if conflict:
        f.emit_abc(_GETUPVAL if variable.kind == UPVALUE else _MOVE, copy, place, 0)
        f.reserve(1)
