"""The code of operators (§3.4.1-§3.4.6): immediate and constant operands, metamethod fallbacks.

A binary operator is compiled in two steps: :func:`prepare_left` when the
operator is read, so that the left operand is evaluated before the right one,
and :func:`binary_operation` when both operands are known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from moonquakes.bytecode.opcodes import EVENT, MAX_C, OFFSET_SC, OP
from moonquakes.compiler.discharge import (
    free_operand,
    free_operands,
    go_if_false,
    go_if_true,
    negate,
    settle,
    to_any_register,
    to_constant,
    to_next_register,
    to_register_or_constant,
)
from moonquakes.compiler.folding import fold_binary, fold_unary
from moonquakes.compiler.function import FunctionState
from moonquakes.compiler.operands import (
    FLOAT,
    INTEGER,
    JUMP,
    LOCAL,
    REGISTER,
    RELOCATABLE,
    Operand,
    has_jumps,
    is_integer,
    is_numeral,
    joined,
)
from moonquakes.numbers import float_to_integer

_ADDI: Final = OP["ADDI"]
_CONCAT: Final = OP["CONCAT"]
_EQ: Final = OP["EQ"]
_EQI: Final = OP["EQI"]
_EQK: Final = OP["EQK"]
_MMBIN: Final = OP["MMBIN"]
_MMBINI: Final = OP["MMBINI"]
_MMBINK: Final = OP["MMBINK"]
_SHLI: Final = OP["SHLI"]
_SHRI: Final = OP["SHRI"]

#: Operator: its opcode on two registers and the number of its metamethod.
_REGISTER_FORM: Final = {
    "+": (OP["ADD"], EVENT["__add"]),
    "-": (OP["SUB"], EVENT["__sub"]),
    "*": (OP["MUL"], EVENT["__mul"]),
    "%": (OP["MOD"], EVENT["__mod"]),
    "^": (OP["POW"], EVENT["__pow"]),
    "/": (OP["DIV"], EVENT["__div"]),
    "//": (OP["IDIV"], EVENT["__idiv"]),
    "&": (OP["BAND"], EVENT["__band"]),
    "|": (OP["BOR"], EVENT["__bor"]),
    "~": (OP["BXOR"], EVENT["__bxor"]),
    "<<": (OP["SHL"], EVENT["__shl"]),
    ">>": (OP["SHR"], EVENT["__shr"]),
}
#: Operator: its opcode on a register and a constant.
_CONSTANT_FORM: Final = {
    "+": OP["ADDK"],
    "-": OP["SUBK"],
    "*": OP["MULK"],
    "%": OP["MODK"],
    "^": OP["POWK"],
    "/": OP["DIVK"],
    "//": OP["IDIVK"],
    "&": OP["BANDK"],
    "|": OP["BORK"],
    "~": OP["BXORK"],
}
#: Comparison: its opcode on two registers, with the right and with the left operand immediate.
_ORDER_FORM: Final = {
    "<": (OP["LT"], OP["LTI"], OP["GTI"]),
    "<=": (OP["LE"], OP["LEI"], OP["GEI"]),
}
_UNARY_FORM: Final = {"-": OP["UNM"], "~": OP["BNOT"], "#": OP["LEN"]}


# Unary operators


def unary_operation(f: FunctionState, operator: str, operand: Operand, line: int) -> None:
    settle(f, operand)
    if operator == "not":
        negate(f, operand)
        return
    if operator != "#" and is_numeral(operand):
        result = fold_unary(operator, operand.value)
        if result is not None:
            operand.settle(INTEGER if type(result) is int else FLOAT, result)
            return
    register = to_any_register(f, operand)
    free_operand(f, operand)
    operand.settle(RELOCATABLE, f.emit_abc(_UNARY_FORM[operator], 0, register, 0))
    f.lines[-1] = line


# The left operand


def _left_of_arithmetic(f: FunctionState, left: Operand) -> None:
    if not is_numeral(left):
        to_any_register(f, left)


def _left_of_equality(f: FunctionState, left: Operand) -> None:
    if not is_numeral(left):
        to_register_or_constant(f, left)


def _left_of_order(f: FunctionState, left: Operand) -> None:
    if _immediate(left) is None:
        to_any_register(f, left)


def prepare_left(f: FunctionState, operator: str, left: Operand) -> None:
    """Evaluate the left operand as far as ``operator`` requires before the right one."""
    if left.kind >= LOCAL:
        settle(f, left)
    _LEFT[operator](f, left)


# Binary operators: each takes both operands and returns that of the result


def binary_operation(f: FunctionState, operator: str, left: Operand, right: Operand, line: int) -> Operand:
    """Emit ``left operator right``; ``line`` is the operator's."""
    if right.kind >= LOCAL:
        settle(f, right)
    if operator in _REGISTER_FORM and is_numeral(left) and is_numeral(right):
        result = fold_binary(operator, left.value, right.value)
        if result is not None:
            left.settle(INTEGER if type(result) is int else FLOAT, result)
            return left
    return _BINARY[operator](f, operator, left, right, line)


def _and(f: FunctionState, operator: str, left: Operand, right: Operand, line: int) -> Operand:
    right.false_jumps = joined(right.false_jumps, left.false_jumps)
    return right


def _or(f: FunctionState, operator: str, left: Operand, right: Operand, line: int) -> Operand:
    right.true_jumps = joined(right.true_jumps, left.true_jumps)
    return right


def _concat(f: FunctionState, operator: str, left: Operand, right: Operand, line: int) -> Operand:
    """``a .. (b .. c)`` is one instruction over three registers."""
    to_next_register(f, right)
    code = f.code
    if len(code) > f.last_target and code[-1] & 0x7F == _CONCAT:
        count = code[-1] >> 16 & 0xFF
        f.set_a(len(code) - 1, left.value)
        f.set_b(len(code) - 1, count + 1)
    else:
        f.emit_abc(_CONCAT, left.value, 2, 0)
        f.lines[-1] = line
    free_operand(f, right)
    return left


def _finish(
    f: FunctionState,
    left: Operand,
    right: Operand,
    op: int,
    second: int,
    line: int,
    fallback: int,
    event: int,
    flip: int = 0,
) -> Operand:
    """Emit ``op left second`` and the metamethod call that follows it.

    Args:
        second: the encoded right operand.
        fallback: MMBIN, MMBINI or MMBINK.
        flip: 1 when the operands are exchanged.
    """
    first = to_any_register(f, left)
    pc = f.emit_abc(op, 0, first, second)
    free_operands(f, left, right)
    left.settle(RELOCATABLE, pc)
    f.lines[-1] = line
    f.emit_abc(fallback, first, second, event, flip)
    f.lines[-1] = line
    return left


def _on_registers(
    f: FunctionState, operator: str, left: Operand, right: Operand, line: int, flip: int = 0
) -> Operand:
    if flip:
        left, right = right, left
    op, event = _REGISTER_FORM[operator]
    second = to_any_register(f, right)
    return _finish(f, left, right, op, second, line, _MMBIN, event)


def _with_constant(
    f: FunctionState, operator: str, left: Operand, right: Operand, line: int, flip: int = 0
) -> Operand:
    event = _REGISTER_FORM[operator][1]
    return _finish(f, left, right, _CONSTANT_FORM[operator], right.value, line, _MMBINK, event, flip)


def _with_immediate(
    f: FunctionState, op: int, event: int, left: Operand, right: Operand, line: int, flip: int = 0
) -> Operand:
    return _finish(f, left, right, op, right.value + OFFSET_SC, line, _MMBINI, event, flip)


def _with_negated(
    f: FunctionState, op: int, event: int, left: Operand, right: Operand, line: int
) -> Operand | None:
    """Emit ``left op -right`` when right is a small integer; its metamethod gets ``right``."""
    if not is_integer(right):
        return None
    value = right.value
    if not (_fits(value) and _fits(-value)):
        return None
    result = _finish(f, left, right, op, OFFSET_SC - value, line, _MMBINI, event)
    f.set_b(len(f.code) - 1, value + OFFSET_SC)
    return result


def _arithmetic(
    f: FunctionState, operator: str, left: Operand, right: Operand, line: int, flip: int = 0
) -> Operand:
    if is_numeral(right) and to_constant(f, right):
        return _with_constant(f, operator, left, right, line, flip)
    return _on_registers(f, operator, left, right, line, flip)


def _commutative(f: FunctionState, operator: str, left: Operand, right: Operand, line: int) -> Operand:
    flip = 0
    if is_numeral(left):
        left, right = right, left
        flip = 1
    if operator == "+" and is_integer(right) and _fits(right.value):
        return _with_immediate(f, _ADDI, EVENT["__add"], left, right, line, flip)
    return _arithmetic(f, operator, left, right, line, flip)


def _subtract(f: FunctionState, operator: str, left: Operand, right: Operand, line: int) -> Operand:
    result = _with_negated(f, _ADDI, EVENT["__sub"], left, right, line)
    return result or _arithmetic(f, operator, left, right, line)


def _bitwise(f: FunctionState, operator: str, left: Operand, right: Operand, line: int) -> Operand:
    flip = 0
    if left.kind == INTEGER:
        left, right = right, left
        flip = 1
    if right.kind == INTEGER and to_constant(f, right):
        return _with_constant(f, operator, left, right, line, flip)
    return _on_registers(f, operator, left, right, line, flip)


def _shift_left(f: FunctionState, operator: str, left: Operand, right: Operand, line: int) -> Operand:
    if is_integer(left) and _fits(left.value):
        return _with_immediate(f, _SHLI, EVENT["__shl"], right, left, line, 1)
    result = _with_negated(f, _SHRI, EVENT["__shl"], left, right, line)
    return result or _on_registers(f, operator, left, right, line)


def _shift_right(f: FunctionState, operator: str, left: Operand, right: Operand, line: int) -> Operand:
    if is_integer(right) and _fits(right.value):
        return _with_immediate(f, _SHRI, EVENT["__shr"], left, right, line)
    return _on_registers(f, operator, left, right, line)


def _order(f: FunctionState, operator: str, left: Operand, right: Operand, line: int) -> Operand:
    on_registers, right_immediate, left_immediate = _ORDER_FORM[operator]
    is_float = _is_integral_float(right)
    immediate = _immediate(right)
    if immediate is not None:
        op, first, second = right_immediate, to_any_register(f, left), immediate
    else:
        is_float = is_float or _is_integral_float(left)
        immediate = _immediate(left)
        if immediate is not None:
            op, first, second = left_immediate, to_any_register(f, right), immediate
        else:
            first = to_any_register(f, left)
            op, second = on_registers, to_any_register(f, right)
    free_operands(f, left, right)
    return Operand(JUMP, f.conditional_jump(op, first, second, is_float, 1))


def _reversed_order(f: FunctionState, operator: str, left: Operand, right: Operand, line: int) -> Operand:
    """``a > b`` is ``b < a``."""
    return _order(f, "<" if operator == ">" else "<=", right, left, line)


def _equality(f: FunctionState, operator: str, left: Operand, right: Operand, line: int) -> Operand:
    if left.kind != REGISTER:
        left, right = right, left
    first = to_any_register(f, left)
    is_float = _is_integral_float(right)
    immediate = _immediate(right)
    if immediate is not None:
        op, second = _EQI, immediate
    elif to_register_or_constant(f, right):
        op, second = _EQK, right.value
    else:
        op, second = _EQ, right.value
    free_operands(f, left, right)
    return Operand(JUMP, f.conditional_jump(op, first, second, is_float, 1 if operator == "==" else 0))


def _fits(value: int) -> bool:
    """Return whether an integer fits a signed 8-bit operand."""
    return -OFFSET_SC <= value <= MAX_C - OFFSET_SC


def _immediate(operand: Operand) -> int | None:
    """Return a number as the encoded signed 8-bit operand of a comparison, or None."""
    value = operand.value
    if operand.kind == FLOAT:
        value = float_to_integer(value)
        if value is None:
            return None
    elif operand.kind != INTEGER:
        return None
    if not -OFFSET_SC <= value <= MAX_C - OFFSET_SC or has_jumps(operand):
        return None
    return int(value) + OFFSET_SC


def _is_integral_float(operand: Operand) -> int:
    """Return operand C of a comparison, which tells EQI and its kin that the immediate was a float.

    Comparisons without an immediate have it too, without a meaning.
    """
    return 1 if operand.kind == FLOAT and float_to_integer(operand.value) is not None else 0


_LEFT: Final[dict[str, Callable[[FunctionState, Operand], None]]] = {
    **dict.fromkeys(_REGISTER_FORM, _left_of_arithmetic),
    **dict.fromkeys(("==", "~="), _left_of_equality),
    **dict.fromkeys(("<", "<=", ">", ">="), _left_of_order),
    "and": go_if_true,
    "or": go_if_false,
    "..": to_next_register,
}

_BINARY: Final[dict[str, Callable[[FunctionState, str, Operand, Operand, int], Operand]]] = {
    "+": _commutative,
    "*": _commutative,
    "-": _subtract,
    **dict.fromkeys(("/", "//", "%", "^"), _arithmetic),
    **dict.fromkeys(("&", "|", "~"), _bitwise),
    "<<": _shift_left,
    ">>": _shift_right,
    **dict.fromkeys(("<", "<="), _order),
    **dict.fromkeys((">", ">="), _reversed_order),
    **dict.fromkeys(("==", "~="), _equality),
    "and": _and,
    "or": _or,
    "..": _concat,
}
