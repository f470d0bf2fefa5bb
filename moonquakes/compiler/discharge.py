"""Bringing an operand where it is used: a register, a constant operand or a jump.

This writes the instructions that :mod:`moonquakes.compiler.operands` left open.
"""

from __future__ import annotations

from typing import Final

from moonquakes.bytecode.opcodes import MAX_B, MAX_C, OP
from moonquakes.compiler.function import FunctionState
from moonquakes.compiler.operands import (
    CALL,
    COMPILE_TIME,
    CONSTANT,
    FALSE,
    FLOAT,
    INDEXED,
    INDEXED_INTEGER,
    INDEXED_STRING,
    INDEXED_UPVALUE,
    INTEGER,
    JUMP,
    LOCAL,
    NIL,
    REGISTER,
    RELOCATABLE,
    STRING,
    TRUE,
    UPVALUE,
    Operand,
    has_jumps,
    is_multiple,
    joined,
)
from moonquakes.values import FALSE as LUA_FALSE
from moonquakes.values import TRUE as LUA_TRUE
from moonquakes.values import LuaValue

_GETFIELD: Final = OP["GETFIELD"]
_GETI: Final = OP["GETI"]
_GETTABLE: Final = OP["GETTABLE"]
_GETTABUP: Final = OP["GETTABUP"]
_GETUPVAL: Final = OP["GETUPVAL"]
_LFALSESKIP: Final = OP["LFALSESKIP"]
_LOADFALSE: Final = OP["LOADFALSE"]
_LOADTRUE: Final = OP["LOADTRUE"]
_MOVE: Final = OP["MOVE"]
_NOT: Final = OP["NOT"]
_SELF: Final = OP["SELF"]
_SETFIELD: Final = OP["SETFIELD"]
_SETI: Final = OP["SETI"]
_SETTABLE: Final = OP["SETTABLE"]
_SETTABUP: Final = OP["SETTABUP"]
_SETUPVAL: Final = OP["SETUPVAL"]
_TEST: Final = OP["TEST"]
_TESTSET: Final = OP["TESTSET"]

#: Operand A of a TESTSET whose destination is still open.
_NO_REGISTER: Final = 255
#: Longer strings cannot be keys of GETFIELD and its kin, which rely on interned ones.
_LONGEST_FIELD: Final = 40


def settle(f: FunctionState, operand: Operand) -> None:
    """Emit the read of a variable, field, call or ``...``, adjusted to one value."""
    kind = operand.kind
    if kind < LOCAL:
        return
    if kind == LOCAL:
        operand.kind = REGISTER
    elif kind == INDEXED_UPVALUE:
        operand.settle(RELOCATABLE, f.emit_abc(_GETTABUP, 0, operand.value, operand.key))
    elif kind == INDEXED_STRING:
        if operand.value >= f.active_registers:
            f.free_register -= 1
        operand.settle(RELOCATABLE, f.emit_abc(_GETFIELD, 0, operand.value, operand.key))
    elif kind == CALL:
        operand.settle(REGISTER, f.code[operand.value] >> 7 & 0xFF)
    elif kind == UPVALUE:
        operand.settle(RELOCATABLE, f.emit_abc(_GETUPVAL, 0, operand.value, 0))
    elif kind == INDEXED_INTEGER:
        f.free(operand.value)
        operand.settle(RELOCATABLE, f.emit_abc(_GETI, 0, operand.value, operand.key))
    elif kind == INDEXED:
        _free_two(f, operand.value, operand.key)
        operand.settle(RELOCATABLE, f.emit_abc(_GETTABLE, 0, operand.value, operand.key))
    elif kind == COMPILE_TIME:
        operand.settle(*constant_kind(operand.value))
    else:
        f.set_c(operand.value, 2)
        operand.kind = RELOCATABLE


def constant_kind(value: LuaValue) -> tuple[int, LuaValue]:
    """Return kind and value of the operand for a constant known at compile time."""
    if value is None:
        return NIL, None
    if value is LUA_TRUE:
        return TRUE, None
    if value is LUA_FALSE:
        return FALSE, None
    if type(value) is str:
        return STRING, value
    return (INTEGER if type(value) is int else FLOAT), value


def compile_time_value(operand: Operand) -> tuple[LuaValue] | None:
    """Return the value of a constant expression in a tuple, or None when it is not constant."""
    kind = operand.kind
    if has_jumps(operand):
        return None
    if kind in (STRING, INTEGER, FLOAT, COMPILE_TIME):
        return (operand.value,)
    if kind == NIL:
        return (None,)
    if kind == TRUE:
        return (LUA_TRUE,)
    if kind == FALSE:
        return (LUA_FALSE,)
    return None


def _free_two(f: FunctionState, first: int, second: int) -> None:
    """Free two registers in the order in which they were taken."""
    f.free(max(first, second))
    f.free(min(first, second))


def free_operand(f: FunctionState, operand: Operand) -> None:
    if operand.kind == REGISTER and operand.value >= f.active_registers:
        f.free_register -= 1


def free_operands(f: FunctionState, first: Operand, second: Operand) -> None:
    a = first.value if first.kind == REGISTER else -1
    b = second.value if second.kind == REGISTER else -1
    if a < b:
        a, b = b, a
    active = f.active_registers
    if a >= active:
        f.free_register -= 1
        if b >= active:
            f.free_register -= 1


# Registers


def _load(f: FunctionState, operand: Operand, register: int) -> None:
    """Bring a settled operand into ``register``, but for a comparison's jump."""
    kind = operand.kind
    if kind == REGISTER:
        if operand.value != register:
            f.emit_abc(_MOVE, register, operand.value, 0)
    elif kind == RELOCATABLE:
        f.set_a(operand.value, register)
    elif kind == STRING:
        f.load_constant(register, f.constant(operand.value, operand.value))
    elif kind == INTEGER:
        f.load_integer(register, operand.value)
    elif kind == NIL:
        f.load_nil(register, 1)
    elif kind == TRUE:
        f.emit_abc(_LOADTRUE, register, 0, 0)
    elif kind == FALSE:
        f.emit_abc(_LOADFALSE, register, 0, 0)
    elif kind == FLOAT:
        f.load_float(register, operand.value)
    elif kind == CONSTANT:
        f.load_constant(register, operand.value)
    else:
        return
    operand.kind = REGISTER
    operand.value = register


def to_register(f: FunctionState, operand: Operand, register: int) -> None:
    """Bring the final value of an operand into ``register``."""
    if operand.kind >= LOCAL:
        settle(f, operand)
    _load(f, operand, register)
    if operand.kind == JUMP:
        operand.true_jumps = joined(operand.true_jumps, [operand.value])
    if operand.true_jumps is not None or operand.false_jumps is not None:
        _collect_jumps(f, operand, register)
    operand.kind = REGISTER
    operand.value = register


def _collect_jumps(f: FunctionState, operand: Operand, register: int) -> None:
    """Let all ways out of an expression arrive here with its value in ``register``."""
    load_false = load_true = -1
    if any(
        not f.carries_value(pc)
        for jumps in (operand.true_jumps, operand.false_jumps)
        if jumps is not None
        for pc in jumps
    ):
        skip = None if operand.kind == JUMP else [f.jump()]
        load_false = f.here()
        f.emit_abc(_LFALSESKIP, register, 0, 0)
        load_true = f.here()
        f.emit_abc(_LOADTRUE, register, 0, 0)
        f.patch_here(skip)
    end = f.here()
    f.patch_values(operand.false_jumps, end, register, load_false)
    f.patch_values(operand.true_jumps, end, register, load_true)
    operand.true_jumps = operand.false_jumps = None


def to_next_register(f: FunctionState, operand: Operand) -> None:
    if operand.kind >= LOCAL:
        settle(f, operand)
    if operand.kind == REGISTER and operand.value >= f.active_registers:
        f.free_register -= 1
    register = f.free_register
    f.reserve(1)
    to_register(f, operand, register)


def to_any_register(f: FunctionState, operand: Operand) -> int:
    """Bring an operand into some register, leaving it in the one it has, and return that."""
    if operand.kind >= LOCAL:
        settle(f, operand)
    if operand.kind == REGISTER:
        register: int = operand.value
        if operand.true_jumps is None and operand.false_jumps is None:
            return register
        if register >= f.active_registers:
            to_register(f, operand, register)
            return register
    to_next_register(f, operand)
    return operand.value  # type: ignore[no-any-return]  # a register now


def to_any_register_or_upvalue(f: FunctionState, operand: Operand) -> None:
    if operand.kind != UPVALUE or has_jumps(operand):
        to_any_register(f, operand)


def to_value(f: FunctionState, operand: Operand) -> None:
    """Bring an operand into a register or leave it a constant."""
    if operand.kind == JUMP or has_jumps(operand):
        to_any_register(f, operand)
    else:
        settle(f, operand)


# Constants


def to_constant(f: FunctionState, operand: Operand) -> bool:
    """Make an operand a constant that fits an 8-bit field; return False when it is none."""
    kind = operand.kind
    if kind > CONSTANT or has_jumps(operand):
        return False
    value = operand.value
    if kind == CONSTANT:
        number = value
    elif kind == FLOAT:
        number = f.float_constant(value)
    else:
        if kind == TRUE:
            value = LUA_TRUE
        elif kind == FALSE:
            value = LUA_FALSE
        number = f.constant(value, value)
    if number > MAX_B:
        return False
    operand.settle(CONSTANT, number)
    return True


def to_register_or_constant(f: FunctionState, operand: Operand) -> bool:
    """Return whether the operand became a constant."""
    if to_constant(f, operand):
        return True
    to_any_register(f, operand)
    return False


def _emit_store(f: FunctionState, op: int, a: int, b: int, operand: Operand) -> None:
    k = 1 if to_register_or_constant(f, operand) else 0
    f.emit_abc(op, a, b, operand.value, k)


# Variables and fields


def store(f: FunctionState, target: Operand, operand: Operand) -> None:
    """Assign an operand to a variable or field."""
    kind = target.kind
    if kind == LOCAL:
        free_operand(f, operand)
        to_register(f, operand, target.value)
        return
    if kind == INDEXED_STRING:
        _emit_store(f, _SETFIELD, target.value, target.key, operand)
    elif kind == INDEXED_UPVALUE:
        _emit_store(f, _SETTABUP, target.value, target.key, operand)
    elif kind == UPVALUE:
        f.emit_abc(_SETUPVAL, to_any_register(f, operand), target.value, 0)
    elif kind == INDEXED_INTEGER:
        _emit_store(f, _SETI, target.value, target.key, operand)
    else:
        _emit_store(f, _SETTABLE, target.value, target.key, operand)
    free_operand(f, operand)


def index(f: FunctionState, table: Operand, key: Operand) -> Operand:
    """Return the operand ``table[key]``.

    Args:
        table: in a register or an upvalue.
        key: in a register or a constant, without pending jumps (see :func:`to_value`).
    """
    if key.kind == STRING:
        short = len(key.value) <= _LONGEST_FIELD
        key.settle(CONSTANT, f.constant(key.value, key.value))
        if short and key.value <= MAX_B:
            if table.kind == UPVALUE:
                return Operand(INDEXED_UPVALUE, table.value, key.value)
            return Operand(INDEXED_STRING, table.value, key.value)
    if table.kind == UPVALUE:
        to_any_register(f, table)
    if key.kind == INTEGER and 0 <= key.value <= MAX_C:
        return Operand(INDEXED_INTEGER, table.value, key.value)
    return Operand(INDEXED, table.value, to_any_register(f, key))


def method(f: FunctionState, receiver: Operand, name: str) -> None:
    """Put the method and its receiver into the next two registers."""
    register = to_any_register(f, receiver)
    free_operand(f, receiver)
    base = f.free_register
    receiver.settle(REGISTER, base)
    f.reserve(2)
    key = Operand(STRING, name)
    _emit_store(f, _SELF, base, register, key)
    free_operand(f, key)


# Lists of values (§3.4.12)


def set_result_count(f: FunctionState, operand: Operand, count: int) -> None:
    """Ask a call or ``...`` for ``count`` values, -1 for all."""
    pc = operand.value
    f.set_c(pc, count + 1)
    if operand.kind != CALL:
        f.set_a(pc, f.free_register)
        f.reserve(1)


def to_one_result(f: FunctionState, operand: Operand) -> None:
    if is_multiple(operand):
        settle(f, operand)


def adjust(f: FunctionState, wanted: int, given: int, last: Operand | None) -> None:
    """Adjust ``given`` values, all but the ``last`` in registers, to ``wanted`` ones."""
    missing = wanted - given
    if last is not None and is_multiple(last):
        set_result_count(f, last, max(missing + 1, 0))
    else:
        if last is not None:
            to_next_register(f, last)
        if missing > 0:
            f.load_nil(f.free_register, missing)
    if missing > 0:
        f.reserve(missing)
    else:
        f.free_register += missing


# Conditions


def _jump_on_condition(f: FunctionState, operand: Operand, condition: int) -> list[int]:
    """Emit a jump taken when the operand's truth is ``condition`` (0 or 1)."""
    if operand.kind == RELOCATABLE:
        instruction = f.code[operand.value]
        if instruction & 0x7F == _NOT:
            f.drop_last()
            return [f.conditional_jump(_TEST, instruction >> 16 & 0xFF, 0, 0, 1 - condition)]
    _to_plain_register(f, operand)
    free_operand(f, operand)
    return [f.conditional_jump(_TESTSET, _NO_REGISTER, operand.value, 0, condition)]


def _to_plain_register(f: FunctionState, operand: Operand) -> None:
    """Bring the operand's value, leaving its pending jumps, into some register."""
    if operand.kind != REGISTER:
        register = f.free_register
        f.reserve(1)
        _load(f, operand, register)


def go_if_true(f: FunctionState, operand: Operand) -> None:
    """Go on when the operand is true; ``false_jumps`` leave otherwise."""
    settle(f, operand)
    kind = operand.kind
    if kind == JUMP:
        f.negate(operand.value)
        leave: list[int] | None = [operand.value]
    elif TRUE <= kind <= CONSTANT:
        leave = None
    else:
        leave = _jump_on_condition(f, operand, 0)
    operand.false_jumps = joined(operand.false_jumps, leave)
    f.patch_here(operand.true_jumps)
    operand.true_jumps = None


def go_if_false(f: FunctionState, operand: Operand) -> None:
    """Go on when the operand is false; ``true_jumps`` leave otherwise."""
    settle(f, operand)
    kind = operand.kind
    if kind == JUMP:
        leave: list[int] | None = [operand.value]
    elif kind <= FALSE:
        leave = None
    else:
        leave = _jump_on_condition(f, operand, 1)
    operand.true_jumps = joined(operand.true_jumps, leave)
    f.patch_here(operand.false_jumps)
    operand.false_jumps = None


def negate(f: FunctionState, operand: Operand) -> None:
    """Apply ``not``: at compile time, by inverting a comparison, or with an instruction."""
    kind = operand.kind
    if kind <= FALSE:
        operand.kind = TRUE
    elif kind <= CONSTANT:
        operand.kind = FALSE
    elif kind == JUMP:
        f.negate(operand.value)
    else:
        _to_plain_register(f, operand)
        free_operand(f, operand)
        operand.settle(RELOCATABLE, f.emit_abc(_NOT, 0, operand.value, 0))
    operand.true_jumps, operand.false_jumps = operand.false_jumps, operand.true_jumps
    for jumps in (operand.true_jumps, operand.false_jumps):
        for pc in jumps or ():
            f.drop_value(pc)
