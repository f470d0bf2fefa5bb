"""Statements (§3.3): syntax tree to code.

Line numbers follow the tokens: ``f.line`` is set where the reference would have
read the token whose line its instructions get.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from moonquakes.bytecode.opcodes import MAX_BX, OP
from moonquakes.compiler.assignments import assign, declare_locals
from moonquakes.compiler.discharge import (
    adjust,
    go_if_false,
    go_if_true,
    set_result_count,
    store,
    to_any_register,
    to_next_register,
)
from moonquakes.compiler.expressions import expression, expressions, first_line
from moonquakes.compiler.function import FunctionState
from moonquakes.compiler.limits import NEXT, refuse
from moonquakes.compiler.operands import CALL, FALSE, NIL, is_multiple
from moonquakes.compiler.scopes import (
    BREAK,
    add_goto,
    add_label,
    check_assignable,
    check_room,
    declare,
    emit_goto,
    enter_block,
    leave_block,
    mark_to_be_closed,
)
from moonquakes.parser import ast

_CLOSE: Final = OP["CLOSE"]
_FORLOOP: Final = OP["FORLOOP"]
_FORPREP: Final = OP["FORPREP"]
_TAILCALL: Final = OP["TAILCALL"]
_TFORCALL: Final = OP["TFORCALL"]
_TFORLOOP: Final = OP["TFORLOOP"]
_TFORPREP: Final = OP["TFORPREP"]

_FOR_STATE: Final = "(for state)"


def statements(f: FunctionState, nodes: list[ast.Statement], start: int = 0, ends: bool = True) -> None:
    """Compile the statements of a block from number ``start`` on.

    Args:
        ends: whether the end of the list ends the scope of its variables; in a ``repeat``
            they are still visible in the condition.
    """
    number = start
    while number < len(nodes):
        node = nodes[number]
        kind = node.__class__
        if kind is ast.Label:
            number = _labels(f, nodes, number, ends)
        else:
            HANDLERS[kind](f, node)
            number += 1
        f.free_register = f.active_registers


def _labels(f: FunctionState, nodes: list[Any], start: int, ends: bool) -> int:
    """Put a run of labels, the last one first, and return the number of the statement after it."""
    end = start
    while end < len(nodes) and nodes[end].__class__ is ast.Label:
        end += 1
    f.line = nodes[end - 1].last_line
    for node in reversed(nodes[start:end]):
        label = f.labels.get(node.name)
        if label is not None:
            refuse(f.source, f.line, f"label '{node.name}' already defined on line {{}}", about=label.line)
        add_label(f, node.name, node.line, ends and end == len(nodes))
    return end


def _block(f: FunctionState, block: ast.Block) -> None:
    enter_block(f)
    f.line = block.line
    statements(f, block.statements)
    leave_block(f)


def _do(f: FunctionState, node: ast.Do) -> None:
    _block(f, node.body)
    f.line = node.last_line


def _call_statement(f: FunctionState, node: ast.CallStatement) -> None:
    call = expression(f, node.call)
    f.set_c(call.value, 1)


def _return(f: FunctionState, node: ast.Return) -> None:
    f.line = node.line
    first = f.active_registers
    values = node.values
    count = len(values)
    last = expressions(f, values)
    if last is not None:
        if is_multiple(last):
            set_result_count(f, last, -1)
            block = f.block
            if last.kind == CALL and count == 1 and block is not None and not block.in_closing:
                f.code[last.value] = f.code[last.value] & ~0x7F | _TAILCALL
            count = -1
        elif count == 1:
            first = to_any_register(f, last)
        else:
            to_next_register(f, last)
    f.emit_return(first, count)
    f.line = node.last_line


# Conditions


def _condition(f: FunctionState, node: ast.Expression) -> list[int] | None:
    """Compile the condition of a loop and return the jumps taken when it is false."""
    operand = expression(f, node)
    if operand.kind == NIL:
        operand.kind = FALSE
    go_if_true(f, operand)
    return operand.false_jumps


def _if(f: FunctionState, node: ast.If) -> None:
    escapes: list[int] = []
    last = node.clauses[-1] if node.otherwise is None else None
    for clause in node.clauses:
        _if_clause(f, clause, None if clause is last else escapes)
    if node.otherwise is not None:
        _block(f, node.otherwise)
    f.line = node.last_line
    f.patch_here(escapes)


def _if_clause(f: FunctionState, clause: ast.IfClause, escapes: list[int] | None) -> None:
    """Compile one clause; the jump over the following ones, if any, is added to ``escapes``."""
    f.line = clause.line
    operand = expression(f, clause.condition)
    body = clause.body
    f.line = body.line
    nodes = body.statements
    start = 0
    skip: list[int] | None
    if nodes and nodes[0].__class__ is ast.Break:
        # A condition that breaks needs one jump, not two.
        go_if_false(f, operand)
        f.line = nodes[0].line
        enter_block(f)
        add_goto(f, BREAK, f.line, operand.true_jumps)
        if len(nodes) == 1:
            leave_block(f)
            return
        skip = [f.jump()]
        start = 1
    else:
        go_if_true(f, operand)
        enter_block(f)
        skip = operand.false_jumps
    statements(f, nodes, start)
    leave_block(f)
    if escapes is not None:
        escapes.append(f.jump())
    f.patch_here(skip)


# Loops


def _while(f: FunctionState, node: ast.While) -> None:
    f.line = node.line
    start = f.here()
    leave = _condition(f, node.condition)
    enter_block(f, is_loop=True)
    _block(f, node.body)
    f.jump_to(start)
    f.line = node.last_line
    leave_block(f)
    f.patch_here(leave)


def _repeat(f: FunctionState, node: ast.Repeat) -> None:
    start = f.here()
    enter_block(f, is_loop=True)
    scope = enter_block(f)
    f.line = node.line
    statements(f, node.body.statements, ends=False)
    f.line = node.until_line
    repeat = _condition(f, node.condition)
    leave_block(f)
    if scope.captured:
        # The variables the condition saw are closed on both ways out of it.
        leave = [f.jump()]
        f.patch_here(repeat)
        f.emit_abc(_CLOSE, scope.register_level, 0, 0)
        repeat = [f.jump()]
        f.patch_here(leave)
    f.patch(repeat, start)
    leave_block(f)


def _numeric_for(f: FunctionState, node: ast.NumericFor) -> None:
    enter_block(f, is_loop=True)
    f.line = node.line
    base = f.free_register
    check_room(f, [node.name], "=", hidden=3)
    to_next_register(f, expression(f, node.start))
    to_next_register(f, expression(f, node.stop))
    if node.step is None:
        f.load_integer(f.free_register, 1)
        f.reserve(1)
    else:
        to_next_register(f, expression(f, node.step))
    for _ in range(3):
        declare(f, _FOR_STATE)
    f.line = node.body.line
    prepare = f.emit_abx(_FORPREP, base, 0)
    _for_body(f, node.body, [node.name])
    _patch_for(f, prepare, f.here())
    loop = f.emit_abx(_FORLOOP, base, 0)
    _patch_for(f, loop, prepare + 1)
    f.lines[loop] = node.line
    f.line = node.last_line
    leave_block(f)


def _generic_for(f: FunctionState, node: ast.GenericFor) -> None:
    enter_block(f, is_loop=True)
    f.line = node.line
    base = f.free_register
    check_room(f, node.names, "in", hidden=4)
    line = first_line(node.values[0])
    adjust(f, 4, len(node.values), expressions(f, node.values))
    for _ in range(4):
        declare(f, _FOR_STATE)
    mark_to_be_closed(f)
    f.check_stack(3)
    f.line = node.body.line
    prepare = f.emit_abx(_TFORPREP, base, 0)
    _for_body(f, node.body, node.names)
    _patch_for(f, prepare, f.here())
    call = f.emit_abc(_TFORCALL, base, 0, len(node.names))
    loop = f.emit_abx(_TFORLOOP, base, 0)
    _patch_for(f, loop, prepare + 1)
    f.lines[call] = f.lines[loop] = line
    f.line = node.last_line
    leave_block(f)


def _for_body(f: FunctionState, body: ast.Block, names: list[str]) -> None:
    enter_block(f)
    for variable in names:
        declare(f, variable)
    f.reserve(len(names))
    _block(f, body)
    leave_block(f)


def _patch_for(f: FunctionState, pc: int, target: int) -> None:
    """Set the distance, always positive, that a loop instruction jumps."""
    offset = abs(target - pc - 1)
    if offset > MAX_BX:
        refuse(f.source, f.line, "control structure too long", near=NEXT)
    f.code[pc] |= offset << 15


# Jumps


def _break(f: FunctionState, node: ast.Break) -> None:
    f.line = node.line
    add_goto(f, BREAK, node.line, [f.jump()])


def _goto(f: FunctionState, node: ast.Goto) -> None:
    f.line = node.last_line
    emit_goto(f, node.label, node.last_line)


# Function statements (§3.4.11)


def _function_statement(f: FunctionState, node: ast.FunctionStatement) -> None:
    f.line = node.line
    target = expression(f, node.target)
    function = expression(f, node.function)
    check_assignable(f, target)
    store(f, target, function)
    f.lines[-1] = node.line


def _local_function(f: FunctionState, node: ast.LocalFunction) -> None:
    f.line = node.line
    check_room(f, [node.name], "(")
    variable = declare(f, node.name)
    expression(f, node.function)
    # The body sees the variable; debug information only shows it from here on.
    assert variable.debug is not None
    variable.debug.start_pc = len(f.code)


#: Compiles a statement by the class of its node; labels are handled with their block.
HANDLERS: Final[dict[type, Callable[[FunctionState, Any], None]]] = {
    ast.Local: declare_locals,
    ast.Assign: assign,
    ast.CallStatement: _call_statement,
    ast.Do: _do,
    ast.While: _while,
    ast.Repeat: _repeat,
    ast.If: _if,
    ast.NumericFor: _numeric_for,
    ast.GenericFor: _generic_for,
    ast.FunctionStatement: _function_statement,
    ast.LocalFunction: _local_function,
    ast.Return: _return,
    ast.Break: _break,
    ast.Goto: _goto,
}
