"""Handlers of arithmetic and bitwise instructions (§3.4.1, §3.4.2).

An arithmetic instruction is followed by the MMBIN* that calls its metamethod.
On two numbers a handler stores the result and returns ``n``, past the MMBIN*;
otherwise it returns ``n - 1`` and the MMBIN* decides.  Python's operators also
work on strings, hence the tests of the result's type.  Each operation has a
variant for a constant operand, which is then the value itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moonquakes.bytecode.opcodes import EVENTS, get_a, get_b, get_c, get_k, get_sb, get_sc
from moonquakes.bytecode.proto import Proto
from moonquakes.numbers import (
    bit_and,
    bit_or,
    bit_xor,
    divide,
    floor_divide,
    modulo,
    power,
    shift_left,
    shift_right,
    to_integer,
    wrap,
)
from moonquakes.values import LuaValue
from moonquakes.vm.calls import call_nested
from moonquakes.vm.frames import FINISH, Frame
from moonquakes.vm.handlers.loads import Prepared, Preparer
from moonquakes.vm.messages import arithmetic_error

_MIN, _MAX = -0x8000000000000000, 0x7FFFFFFFFFFFFFFF


def op_add(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A] := R[B] + R[C]"""
    try:
        value = R[b] + R[c]
    except TypeError:
        return n - 1
    if type(value) is int:
        R[a] = value if _MIN <= value <= _MAX else wrap(value)
        return n
    if type(value) is float:
        R[a] = value
        return n
    return n - 1


def op_add_k(frame: Frame, R: list[LuaValue], a: int, b: int, c: Any, n: int) -> int:
    """R[A] := R[B] + constant"""
    try:
        value = R[b] + c
    except TypeError:
        return n - 1
    if type(value) is int:
        R[a] = value if _MIN <= value <= _MAX else wrap(value)
        return n
    R[a] = value
    return n


def op_sub(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A] := R[B] - R[C]"""
    try:
        value = R[b] - R[c]
    except TypeError:
        return n - 1
    if type(value) is int and not _MIN <= value <= _MAX:
        value = wrap(value)
    R[a] = value
    return n


def op_sub_k(frame: Frame, R: list[LuaValue], a: int, b: int, c: Any, n: int) -> int:
    """R[A] := R[B] - constant"""
    try:
        value = R[b] - c
    except TypeError:
        return n - 1
    if type(value) is int and not _MIN <= value <= _MAX:
        value = wrap(value)
    R[a] = value
    return n


def _multiply(R: list[LuaValue], a: int, x: LuaValue, y: LuaValue, n: int) -> int:
    try:
        value = x * y
    except TypeError:
        return n - 1
    if type(value) is int:
        R[a] = value if _MIN <= value <= _MAX else wrap(value)
        return n
    if type(value) is float:
        R[a] = value
        return n
    return n - 1


def _is_number_pair(x: LuaValue, y: LuaValue) -> bool:
    s, t = type(x), type(y)
    return (s is int or s is float) and (t is int or t is float)


def op_mul(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A] := R[B] * R[C]"""
    x, y = R[b], R[c]
    # "ab" * 2 and 2 * "ab" are strings in Python, possibly huge ones.
    if type(x) is str or type(y) is str:
        return n - 1
    return _multiply(R, a, x, y, n)


def op_mul_k(frame: Frame, R: list[LuaValue], a: int, b: int, c: Any, n: int) -> int:
    """R[A] := R[B] * constant"""
    x = R[b]
    return n - 1 if type(x) is str else _multiply(R, a, x, c, n)


def op_div(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A] := R[B] / R[C]"""
    x, y = R[b], R[c]
    if type(x) is float and type(y) is float and y:
        R[a] = x / y
        return n
    if _is_number_pair(x, y):
        R[a] = divide(x, y)
        return n
    return n - 1


def op_div_k(frame: Frame, R: list[LuaValue], a: int, b: int, c: Any, n: int) -> int:
    """R[A] := R[B] / constant"""
    x = R[b]
    if type(x) is float or type(x) is int:
        R[a] = divide(x, c)
        return n
    return n - 1


def op_mod(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A] := R[B] % R[C]"""
    x, y = R[b], R[c]
    if type(x) is int and type(y) is int:
        if y == 0:
            return _by_zero(frame, n, "attempt to perform 'n%0'")
        R[a] = x % y
        return n
    if _is_number_pair(x, y):
        R[a] = modulo(x, y)
        return n
    return n - 1


def op_mod_k(frame: Frame, R: list[LuaValue], a: int, b: int, c: Any, n: int) -> int:
    """R[A] := R[B] % constant"""
    x = R[b]
    if type(x) is int or type(x) is float:
        if c == 0 and type(x) is int and type(c) is int:
            return _by_zero(frame, n, "attempt to perform 'n%0'")
        R[a] = modulo(x, c)
        return n
    return n - 1


def op_idiv(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A] := R[B] // R[C]"""
    x, y = R[b], R[c]
    if _is_number_pair(x, y):
        if y == 0 and type(x) is int and type(y) is int:
            return _by_zero(frame, n, "attempt to divide by zero")
        R[a] = floor_divide(x, y)
        return n
    return n - 1


def op_idiv_k(frame: Frame, R: list[LuaValue], a: int, b: int, c: Any, n: int) -> int:
    """R[A] := R[B] // constant"""
    x = R[b]
    if type(x) is int or type(x) is float:
        if c == 0 and type(x) is int and type(c) is int:
            return _by_zero(frame, n, "attempt to divide by zero")
        R[a] = floor_divide(x, c)
        return n
    return n - 1


def _by_zero(frame: Frame, n: int, message: str) -> int:
    frame.pc = n - 1
    raise frame.state.runtime_error(message)


def op_pow(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A] := R[B] ^ R[C]"""
    x, y = R[b], R[c]
    if _is_number_pair(x, y):
        R[a] = power(x, y)
        return n
    return n - 1


def op_pow_k(frame: Frame, R: list[LuaValue], a: int, b: int, c: Any, n: int) -> int:
    """R[A] := R[B] ^ constant"""
    x = R[b]
    if type(x) is int or type(x) is float:
        R[a] = power(x, c)
        return n
    return n - 1


def _bitwise(operation: Callable[[int, int], int]) -> tuple[Callable[..., int], Callable[..., int]]:
    """Return the handlers of a bitwise operation for a register and for a constant operand."""

    def op_bitwise(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
        x, y = R[b], R[c]
        if type(x) is int and type(y) is int:
            R[a] = operation(x, y)
            return n
        if _is_number_pair(x, y):
            i, j = to_integer(x), to_integer(y)
            if i is not None and j is not None:
                R[a] = operation(i, j)
                return n
        return n - 1

    def op_bitwise_k(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
        x = R[b]
        if type(x) is float:
            x = to_integer(x)
        if type(x) is int:
            R[a] = operation(x, c)
            return n
        return n - 1

    return op_bitwise, op_bitwise_k


op_band, op_band_k = _bitwise(bit_and)
op_bor, op_bor_k = _bitwise(bit_or)
op_bxor, op_bxor_k = _bitwise(bit_xor)
op_shl, _ = _bitwise(shift_left)
op_shr, op_shr_k = _bitwise(shift_right)
_, op_shl_from_k = _bitwise(lambda x, constant: shift_left(constant, x))


def op_unm(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """R[A] := -R[B]"""
    x = R[b]
    if type(x) is int:
        R[a] = -x if x != _MIN else x
        return n
    if type(x) is float:
        R[a] = -x
        return n
    return _metamethod(frame, "__unm", x, x, a, n, b, b)


def op_bnot(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """R[A] := ~R[B]"""
    x = R[b]
    if type(x) is float:
        x = to_integer(x)
    if type(x) is int:
        R[a] = ~x
        return n
    x = R[b]
    return _metamethod(frame, "__bnot", x, x, a, n, b, b)


def op_mmbin(frame: Frame, R: list[LuaValue], a: int, b: int, c: tuple[str, int], n: int) -> int:
    """call metamethod C over R[A] and R[B]"""
    event, dest = c
    return _metamethod(frame, event, R[a], R[b], dest, n, a, b)


def op_mmbink(
    frame: Frame,
    R: list[LuaValue],
    a: int,
    b: LuaValue,
    c: tuple[str, int, bool],
    n: int,
) -> int:
    """call metamethod C over R[A] and a constant, in the other order when flipped"""
    event, dest, flip = c
    if flip:
        return _metamethod(frame, event, b, R[a], dest, n, None, a)
    return _metamethod(frame, event, R[a], b, dest, n, a, None)


def _metamethod(
    frame: Frame,
    event: str,
    x: LuaValue,
    y: LuaValue,
    dest: int,
    n: int,
    x_register: int | None,
    y_register: int | None,
) -> int:
    """Call the metamethod of ``event`` on x or y with its result to R[dest], or raise."""
    state = frame.state
    handler = state.binary_metamethod(x, y, event)
    frame.pc = n
    if handler is None:
        raise arithmetic_error(frame, event, x, y, x_register, y_register)
    frame.dest = dest
    frame.wanted = 1
    call_nested(state, frame, handler, [x, y])
    return 0


def op_concat(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """R[A] := R[A] .. ... .. R[B-1]"""
    if frame.state.counts_allocations:
        frame.pc = n
        frame.state.collector.allocated(b - 1)
    pieces = R[a:b]
    try:
        limits = frame.state.limits
        R[a] = "".join(pieces) if limits is None else limits.join(pieces)
        return n
    except TypeError:
        frame.pc = n
        return _concatenate(frame, a, pieces)


def _concatenate(frame: Frame, a: int, pieces: list[LuaValue]) -> int:
    """Concatenate from the right, as `..` associates, calling metamethods as they come."""
    state = frame.state
    right = pieces.pop()
    while pieces:
        text = state.string_or_none(right)
        run = []
        if text is not None:
            run.append(text)
            while pieces and (left := state.string_or_none(pieces[-1])) is not None:
                run.append(left)
                pieces.pop()
            if len(run) > 1:
                run.reverse()
                right = "".join(run) if state.limits is None else state.limits.join(run)
            if not pieces:
                break
        left_value = pieces.pop()
        handler = state.binary_metamethod(left_value, right, "__concat")
        if handler is None:
            raise arithmetic_error(frame, "__concat", left_value, right, a + len(pieces), None)

        def go_on(frame: Frame, values: list[LuaValue], rest: list[LuaValue] = pieces) -> None:
            rest.append(values[0] if values else None)
            _concatenate(frame, a, rest)

        frame.wanted = FINISH
        frame.finish = go_on
        call_nested(state, frame, handler, [left_value, right])
        return 0
    if state.limits is not None:
        state.limits.joined(right)
    frame.dest = a
    frame.wanted = 1
    frame.receive([right])
    return 0


def _with_register(handler: Callable[..., int]) -> Preparer:
    return lambda p, w, i: (handler, get_a(w), get_b(w), get_c(w), i + 2)


def _with_constant(handler: Callable[..., int]) -> Preparer:
    return lambda p, w, i: (handler, get_a(w), get_b(w), p.constants[get_c(w)], i + 2)


def _bits_with_constant(handler: Callable[..., int]) -> Preparer:
    return lambda p, w, i: (handler, get_a(w), get_b(w), to_integer(p.constants[get_c(w)]), i + 2)


def _with_immediate(handler: Callable[..., int]) -> Preparer:
    return lambda p, w, i: (handler, get_a(w), get_b(w), get_sc(w), i + 2)


def _prepare_mmbin(proto: Proto, word: int, index: int) -> Prepared:
    """The result goes where the instruction before, whose metamethod this is, would put it."""
    dest = get_a(proto.code[index - 2])
    return op_mmbin, get_a(word), get_b(word), (EVENTS[get_c(word)], dest), index + 1


def _prepare_mmbini(proto: Proto, word: int, index: int) -> Prepared:
    operation = EVENTS[get_c(word)], get_a(proto.code[index - 2]), bool(get_k(word))
    return op_mmbink, get_a(word), get_sb(word), operation, index + 1


def _prepare_mmbink(proto: Proto, word: int, index: int) -> Prepared:
    operation = EVENTS[get_c(word)], get_a(proto.code[index - 2]), bool(get_k(word))
    return op_mmbink, get_a(word), proto.constants[get_b(word)], operation, index + 1


PREPARERS: dict[str, Preparer] = {
    "ADDI": _with_immediate(op_add_k),
    "ADDK": _with_constant(op_add_k),
    "SUBK": _with_constant(op_sub_k),
    "MULK": _with_constant(op_mul_k),
    "MODK": _with_constant(op_mod_k),
    "POWK": _with_constant(op_pow_k),
    "DIVK": _with_constant(op_div_k),
    "IDIVK": _with_constant(op_idiv_k),
    "BANDK": _bits_with_constant(op_band_k),
    "BORK": _bits_with_constant(op_bor_k),
    "BXORK": _bits_with_constant(op_bxor_k),
    "SHRI": _with_immediate(op_shr_k),
    "SHLI": _with_immediate(op_shl_from_k),
    "ADD": _with_register(op_add),
    "SUB": _with_register(op_sub),
    "MUL": _with_register(op_mul),
    "MOD": _with_register(op_mod),
    "POW": _with_register(op_pow),
    "DIV": _with_register(op_div),
    "IDIV": _with_register(op_idiv),
    "BAND": _with_register(op_band),
    "BOR": _with_register(op_bor),
    "BXOR": _with_register(op_bxor),
    "SHL": _with_register(op_shl),
    "SHR": _with_register(op_shr),
    "MMBIN": _prepare_mmbin,
    "MMBINI": _prepare_mmbini,
    "MMBINK": _prepare_mmbink,
    "UNM": lambda p, w, i: (op_unm, get_a(w), get_b(w), None, i + 1),
    "BNOT": lambda p, w, i: (op_bnot, get_a(w), get_b(w), None, i + 1),
    "CONCAT": lambda p, w, i: (op_concat, get_a(w), get_a(w) + get_b(w), None, i + 1),
}
