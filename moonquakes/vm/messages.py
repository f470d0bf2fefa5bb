"""The texts of run-time errors, with the names of the variables involved.

Every function here returns the error to raise.  The frame of the failing
instruction must be the running one, with ``pc`` past that instruction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moonquakes.bytecode.opcodes import OPCODES, get_a, get_b, opcode_of
from moonquakes.errors import LuaError
from moonquakes.numbers import is_number, to_integer
from moonquakes.values import LuaValue
from moonquakes.vm.frames import Frame
from moonquakes.vm.names import Description, describe_call, describe_indexed, describe_register

if TYPE_CHECKING:
    from moonquakes.vm.frames import AnyFrame
    from moonquakes.vm.state import State

_BITWISE = frozenset({"__band", "__bor", "__bxor", "__shl", "__shr", "__bnot"})


_NUL = "\0"


def _variable(described: Description | None) -> str:
    # Names are C strings in the reference.
    return f" ({described[0]} '{described[1].partition(_NUL)[0]}')" if described else ""


def operand_error(frame: Frame, value: LuaValue, register: int | None, operation: str) -> LuaError:
    """``attempt to <operation> a <type> value (<variable>)``"""
    state = frame.state
    described = None
    if register is not None:
        described = describe_register(frame.proto, frame.pc - 2, register)
    name = state.type_name(value)
    return state.runtime_error(f"attempt to {operation} a {name} value{_variable(described)}")


def index_error(state: State, value: LuaValue, key: LuaValue) -> LuaError:
    """``attempt to index a <type> value (<variable>)``, from Lua code or from a host function."""
    frame = state.frame
    described = None
    if frame.__class__ is Frame and frame.calling is None:
        pc = frame.pc - 2
        described = describe_indexed(frame.proto, pc)
        if described is not None and not _is_operand(frame, pc, value):
            described = None
    text = f"attempt to index a {state.type_name(value)} value{_variable(described)}"
    return state.runtime_error(text)


def _is_operand(frame: Frame, pc: int, value: LuaValue) -> bool:
    """Whether ``value`` is what the instruction indexes itself, not one met on the way."""
    word = frame.proto.code[pc]
    name = OPCODES[opcode_of(word)].name
    if name.endswith("TABUP"):
        upvalue = get_b(word) if name == "GETTABUP" else get_a(word)
        return frame.cells[upvalue + 1].cell_contents is value
    register = get_a(word) if name.startswith("SET") else get_b(word)
    return frame.register_value(register) is value


def arithmetic_error(
    frame: Frame,
    event: str,
    x: LuaValue,
    y: LuaValue,
    x_register: int | None,
    y_register: int | None,
) -> LuaError:
    """The error of a binary or unary operation without a metamethod for its operands."""
    if event == "__concat":
        culprit, register = x, x_register
        if x.__class__ is str or x.__class__ is int or x.__class__ is float:
            culprit = y
            register = x_register + 1 if x_register is not None else None
        return operand_error(frame, culprit, register, "concatenate")
    if event in _BITWISE:
        if is_number(x) and is_number(y):
            return integer_error(frame, x, y, x_register, y_register)
        culprit, register = (x, x_register) if not is_number(x) else (y, y_register)
        return operand_error(frame, culprit, register, "perform bitwise operation on")
    culprit, register = (y, y_register) if is_number(x) else (x, x_register)
    return operand_error(frame, culprit, register, "perform arithmetic on")


def integer_error(
    frame: Frame, x: LuaValue, y: LuaValue, x_register: int | None, y_register: int | None
) -> LuaError:
    """``number<variable> has no integer representation``"""
    register = x_register if to_integer(x) is None else y_register
    described = None
    if register is not None:
        described = describe_register(frame.proto, frame.pc - 2, register)
    return frame.state.runtime_error(f"number{_variable(described)} has no integer representation")


def comparison_error(state: State, x: LuaValue, y: LuaValue) -> LuaError:
    """``attempt to compare two <type> values`` or ``attempt to compare <type> with <type>``"""
    first, second = state.type_name(x), state.type_name(y)
    if first == second:
        return state.runtime_error(f"attempt to compare two {first} values")
    return state.runtime_error(f"attempt to compare {first} with {second}")


def for_error(state: State, what: str, value: LuaValue) -> LuaError:
    """``bad 'for' <what> (number expected, got <type>)``"""
    return state.runtime_error(f"bad 'for' {what} (number expected, got {state.type_name(value)})")


def call_error(frame: AnyFrame, value: LuaValue) -> LuaError:
    """``attempt to call a <type> value (<variable>)``"""
    state = frame.state
    described = None
    if frame.__class__ is Frame:
        described = describe_call(frame.proto, frame.pc - 2)
    return state.runtime_error(f"attempt to call a {state.type_name(value)} value{_variable(described)}")
