"""Expressions (§3.4): syntax tree to operands.

Every function leaves ``f.line`` at the line of the last token of what it
compiled, which is the line the next instruction gets.  Chains that lean to the
left (``a.b.c()``, ``1 + 1 + 1``) may be of any length and are walked in loops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from moonquakes.bytecode.opcodes import MAX_C, OP
from moonquakes.compiler.discharge import (
    index,
    method,
    set_result_count,
    settle,
    store,
    to_any_register_or_upvalue,
    to_next_register,
    to_value,
)
from moonquakes.compiler.function import FunctionState
from moonquakes.compiler.limits import FIELDS_PER_FLUSH, refuse
from moonquakes.compiler.operands import (
    CALL,
    FALSE,
    FLOAT,
    INTEGER,
    NIL,
    REGISTER,
    STRING,
    TRUE,
    VARARG,
    Operand,
    is_multiple,
)
from moonquakes.compiler.operators import binary_operation, prepare_left, unary_operation
from moonquakes.compiler.scopes import resolve
from moonquakes.parser import ast

_CALL: Final = OP["CALL"]
_NEWTABLE: Final = OP["NEWTABLE"]
_SETLIST: Final = OP["SETLIST"]
_VARARG: Final = OP["VARARG"]

_ENVIRONMENT: Final = "_ENV"


def expression(f: FunctionState, node: ast.Expression) -> Operand:
    return HANDLERS[node.__class__](f, node)


def expressions(f: FunctionState, nodes: Sequence[ast.Expression]) -> Operand | None:
    """Compile a list: all but the last go to registers; the operand of the last is returned."""
    operand = None
    for node in nodes:
        if operand is not None:
            to_next_register(f, operand)
        operand = HANDLERS[node.__class__](f, node)
    return operand


def first_line(node: ast.Expression) -> int:
    """Return the line where an expression's first token ends."""
    while True:
        kind = node.__class__
        if kind is ast.Binary:
            node = node.left  # type: ignore[union-attr]  # narrowed by its exact class
        elif kind is ast.Call:
            node = node.function  # type: ignore[union-attr]  # narrowed by its exact class
        elif kind is ast.Index or kind is ast.MethodCall:
            node = node.object  # type: ignore[union-attr]  # narrowed by its exact class
        else:
            return node.last_line if kind is ast.String else node.line


# Simple expressions


def _nil(f: FunctionState, node: ast.Nil) -> Operand:
    f.line = node.line
    return Operand(NIL)


def _boolean(f: FunctionState, node: ast.Boolean) -> Operand:
    f.line = node.line
    return Operand(TRUE if node.value else FALSE)


def _number(f: FunctionState, node: ast.Number) -> Operand:
    f.line = node.line
    value = node.value
    return Operand(INTEGER if type(value) is int else FLOAT, value)


def _string(f: FunctionState, node: ast.String) -> Operand:
    f.line = node.last_line
    return Operand(STRING, node.value)


def _vararg(f: FunctionState, node: ast.Vararg) -> Operand:
    if not f.proto.is_vararg:
        refuse(f.source, node.line, "cannot use '...' outside a vararg function", near="...")
    operand = Operand(VARARG, f.emit_abc(_VARARG, 0, 0, 1))
    f.line = node.line
    return operand


def name(f: FunctionState, node: ast.Name) -> Operand:
    """A local variable, an upvalue, or a field of ``_ENV`` (§2.2)."""
    f.line = node.line
    operand = resolve(f, node.name)
    if operand is not None:
        return operand
    environment = resolve(f, _ENVIRONMENT)
    assert environment is not None
    to_any_register_or_upvalue(f, environment)
    return index(f, environment, Operand(STRING, node.name))


def _paren(f: FunctionState, node: ast.Paren) -> Operand:
    f.line = node.line
    operand = expression(f, node.expression)
    f.line = node.last_line
    settle(f, operand)
    return operand


# Fields and calls


def suffixed(f: FunctionState, node: ast.Index | ast.Call | ast.MethodCall) -> Operand:
    """A chain of fields and calls after a name or an expression in parentheses."""
    links: list[Any] = []
    prefix: Any = node
    while True:
        kind = prefix.__class__
        if kind is ast.Index or kind is ast.MethodCall:
            links.append(prefix)
            prefix = prefix.object
        elif kind is ast.Call:
            links.append(prefix)
            prefix = prefix.function
        else:
            break
    operand = HANDLERS[kind](f, prefix)
    for link in reversed(links):
        kind = link.__class__
        if kind is ast.Index:
            operand = _index(f, operand, link)
        elif kind is ast.Call:
            to_next_register(f, operand)
            operand = _call(f, operand, link)
        else:
            f.line = link.name_line
            method(f, operand, link.name)
            operand = _call(f, operand, link)
    return operand


def _index(f: FunctionState, table: Operand, node: ast.Index) -> Operand:
    to_any_register_or_upvalue(f, table)
    key = HANDLERS[node.key.__class__](f, node.key)
    to_value(f, key)
    f.line = node.last_line
    return index(f, table, key)


def _call(f: FunctionState, function: Operand, node: ast.Call | ast.MethodCall) -> Operand:
    """Call the function at the top of the registers, its receiver after it, with arguments."""
    base = function.value
    arguments = node.arguments
    if len(arguments) != 1 or not _is_bare_table(node, arguments[0]):
        f.line = node.line
    last = expressions(f, arguments)
    if last is not None and is_multiple(last):
        set_result_count(f, last, -1)
        f.line = node.last_line
        count = -1
    else:
        f.line = node.last_line
        if last is not None:
            to_next_register(f, last)
        count = f.free_register - base - 1
    pc = f.emit_abc(_CALL, base, count + 1, 2)
    f.lines[pc] = node.line
    f.free_register = base + 1
    return Operand(CALL, pc)


def _is_bare_table(node: ast.Call | ast.MethodCall, argument: ast.Expression) -> bool:
    """Return whether a call may be ``f{...}``, whose first token is the table's own."""
    return (
        argument.__class__ is ast.Table
        and argument.line == node.line
        and argument.last_line == node.last_line
    )


# Operators


def _unary(f: FunctionState, node: ast.Unary) -> Operand:
    f.line = line = node.line
    operand = expression(f, node.operand)
    unary_operation(f, node.operator, operand, line)
    return operand


def _binary(f: FunctionState, node: ast.Binary) -> Operand:
    pending = [node]
    left = node.left
    while left.__class__ is ast.Binary:
        pending.append(left)
        left = left.left
    operand = HANDLERS[left.__class__](f, left)
    for node in reversed(pending):
        operator = node.operator
        f.line = line = node.line
        prepare_left(f, operator, operand)
        right = expression(f, node.right)
        operand = binary_operation(f, operator, operand, right, line)
    return operand


# Table constructors (§3.4.9)


def _table(f: FunctionState, node: ast.Table) -> Operand:
    register = f.free_register
    pc = f.emit_abc(_NEWTABLE, register, 0, 0)
    f.emit_extra(0)
    f.reserve(1)
    f.line = node.line
    item: Operand | None = None
    stored = waiting = keyed = 0
    for field in node.fields:
        if item is not None:
            to_next_register(f, item)
            item = None
            if waiting == FIELDS_PER_FLUSH:
                _set_list(f, register, stored, waiting)
                stored += waiting
                waiting = 0
        if field.key is None:
            item = expression(f, field.value)
            waiting += 1
        else:
            keyed += 1
            f.line = field.line
            _keyed_field(f, register, field.key, field.value)
    if item is not None and is_multiple(item):
        set_result_count(f, item, -1)
        f.line = node.last_line
        _set_list(f, register, stored, 0)
        waiting -= 1
    else:
        f.line = node.last_line
        if item is not None:
            to_next_register(f, item)
        if waiting:
            _set_list(f, register, stored, waiting)
    _set_table_size(f, pc, register, stored + waiting, keyed)
    return Operand(REGISTER, register)


def _keyed_field(f: FunctionState, register: int, key: ast.Expression, value: ast.Expression) -> None:
    free_register = f.free_register
    key_operand = expression(f, key)
    to_value(f, key_operand)
    target = index(f, Operand(REGISTER, register), key_operand)
    store(f, target, expression(f, value))
    f.free_register = free_register


def _set_list(f: FunctionState, register: int, stored: int, count: int) -> None:
    """Store ``count`` registers after the table's, 0 for all up to the top, from ``stored + 1`` on."""
    extra, low = divmod(stored, MAX_C + 1)
    if extra:
        f.emit_abc(_SETLIST, register, count, low, 1)
        f.emit_extra(extra)
    else:
        f.emit_abc(_SETLIST, register, count, low)
    f.free_register = register + 1


def _set_table_size(f: FunctionState, pc: int, register: int, array: int, keyed: int) -> None:
    """Write the sizes to allocate into NEWTABLE: the hash part's as the logarithm rounded up, plus 1."""
    size = (keyed - 1).bit_length() + 1 if keyed else 0
    extra, low = divmod(array, MAX_C + 1)
    f.code[pc] = _NEWTABLE | register << 7 | (1 << 15 if extra else 0) | size << 16 | low << 24
    f.code[pc + 1] |= extra << 7


#: Compiles an expression by the class of its node; ``functions`` adds ``ast.Function``.
HANDLERS: Final[dict[type, Callable[[FunctionState, Any], Operand]]] = {
    ast.Nil: _nil,
    ast.Boolean: _boolean,
    ast.Number: _number,
    ast.String: _string,
    ast.Vararg: _vararg,
    ast.Name: name,
    ast.Paren: _paren,
    ast.Index: suffixed,
    ast.Call: suffixed,
    ast.MethodCall: suffixed,
    ast.Unary: _unary,
    ast.Binary: _binary,
    ast.Table: _table,
}
