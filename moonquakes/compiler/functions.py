"""Function bodies and whole chunks (§3.4.11, §3.3.2): from syntax tree to Proto."""

from __future__ import annotations

from typing import Final

from moonquakes.bytecode.opcodes import MAX_BX, OP
from moonquakes.bytecode.proto import Proto, UpvalueDesc
from moonquakes.compiler import expressions
from moonquakes.compiler.function import FunctionState
from moonquakes.compiler.limits import NEXT, refuse
from moonquakes.compiler.operands import REGISTER, Operand
from moonquakes.compiler.scopes import add_upvalue, check_room, declare, enter_block, leave_block
from moonquakes.compiler.statements import statements
from moonquakes.parser import ast

_CLOSURE: Final = OP["CLOSURE"]
_VARARGPREP: Final = OP["VARARGPREP"]


def compile_body(chunk: ast.Chunk) -> Proto:
    """Compile a chunk as a vararg function with the one upvalue ``_ENV`` (§2.2)."""
    proto = Proto(source=chunk.source, is_vararg=True)
    f = FunctionState(None, proto, 1)
    enter_block(f)
    f.emit_abc(_VARARGPREP, 0, 0, 0)
    add_upvalue(f, UpvalueDesc("_ENV", True, 0))
    statements(f, chunk.body.statements)
    _close(f, chunk.body.last_line)
    return proto


def _function(f: FunctionState, node: ast.Function) -> Operand:
    """Compile a function and the instruction that creates its closure."""
    proto = Proto(source=f.source, line_defined=node.line, last_line_defined=node.last_line)
    number = len(f.proto.protos)
    if number > MAX_BX:
        refuse(f.source, node.line, f"too many functions (limit is {MAX_BX})", near=NEXT)
    f.proto.protos.append(proto)
    body = node.body
    child = FunctionState(f, proto, body.line)
    enter_block(child)
    parameters = node.parameters
    check_room(child, parameters, ")")
    for name in parameters:
        declare(child, name)
    proto.num_params = len(parameters)
    if node.is_vararg:
        proto.is_vararg = True
        child.emit_abc(_VARARGPREP, len(parameters), 0, 0)
    child.reserve(len(parameters))
    statements(child, body.statements)
    child.line = f.line = node.last_line
    _close(child, node.last_line)
    register = f.free_register
    f.emit_abx(_CLOSURE, register, number)
    f.reserve(1)
    return Operand(REGISTER, register)


def _close(f: FunctionState, last_line: int) -> None:
    f.emit_return(f.active_registers, 0)
    f.line = last_line  # jumps without a label are refused there
    leave_block(f)
    f.finish()


expressions.HANDLERS[ast.Function] = _function
