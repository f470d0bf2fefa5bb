"""Handlers of comparisons and tests (§3.4.4, §3.4.5).

Each is followed by the jump it makes or skips, and does that jump itself: ``c``
is the jump's target with the expected outcome, ``n`` is past the jump.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moonquakes.bytecode.effects import jump_target
from moonquakes.bytecode.opcodes import get_a, get_b, get_c, get_k, get_sb
from moonquakes.bytecode.proto import Proto
from moonquakes.values import FALSE, TRUE, LuaValue, Userdata
from moonquakes.vm.calls import call_nested
from moonquakes.vm.frames import FINISH, Frame
from moonquakes.vm.handlers.loads import Prepared, Preparer
from moonquakes.vm.messages import comparison_error
from moonquakes.vm.table import Table

#: Operand c: the outcome on which to jump, and where to.
Jump = tuple[bool, int]


def op_eq(frame: Frame, R: list[LuaValue], a: int, b: int, c: Jump, n: int) -> int:
    """if ((R[A] == R[B]) ~= k) then pc++"""
    x, y = R[a], R[b]
    if x == y:
        return c[1] if c[0] else n
    if type(x) is type(y) and (type(x) is Table or type(x) is Userdata):
        handler = None
        if x.metatable is not None:
            handler = x.metatable.hash.get("__eq")
        if handler is None and y.metatable is not None:
            handler = y.metatable.hash.get("__eq")
        if handler is not None:
            return _call_test(frame, handler, x, y, c, n)
    return n if c[0] else c[1]


def op_eqk(frame: Frame, R: list[LuaValue], a: int, b: LuaValue, c: Jump, n: int) -> int:
    """if ((R[A] == constant) ~= k) then pc++"""
    return c[1] if (R[a] == b) is c[0] else n


def op_lt(frame: Frame, R: list[LuaValue], a: int, b: int, c: Jump, n: int) -> int:
    """if ((R[A] < R[B]) ~= k) then pc++"""
    try:
        return c[1] if (R[a] < R[b]) is c[0] else n
    except TypeError:
        return _compare(frame, "__lt", R[a], R[b], c, n)


def op_le(frame: Frame, R: list[LuaValue], a: int, b: int, c: Jump, n: int) -> int:
    """if ((R[A] <= R[B]) ~= k) then pc++"""
    try:
        return c[1] if (R[a] <= R[b]) is c[0] else n
    except TypeError:
        return _compare(frame, "__le", R[a], R[b], c, n)


def op_lti(frame: Frame, R: list[LuaValue], a: int, b: int, c: Jump, n: int) -> int:
    """if ((R[A] < sB) ~= k) then pc++"""
    try:
        return c[1] if (R[a] < b) is c[0] else n
    except TypeError:
        return _compare(frame, "__lt", R[a], b, c, n)


def op_lei(frame: Frame, R: list[LuaValue], a: int, b: int, c: Jump, n: int) -> int:
    """if ((R[A] <= sB) ~= k) then pc++"""
    try:
        return c[1] if (R[a] <= b) is c[0] else n
    except TypeError:
        return _compare(frame, "__le", R[a], b, c, n)


def op_gti(frame: Frame, R: list[LuaValue], a: int, b: int, c: Jump, n: int) -> int:
    """if ((R[A] > sB) ~= k) then pc++"""
    try:
        return c[1] if (R[a] > b) is c[0] else n
    except TypeError:
        return _compare(frame, "__lt", b, R[a], c, n)


def op_gei(frame: Frame, R: list[LuaValue], a: int, b: int, c: Jump, n: int) -> int:
    """if ((R[A] >= sB) ~= k) then pc++"""
    try:
        return c[1] if (R[a] >= b) is c[0] else n
    except TypeError:
        return _compare(frame, "__le", b, R[a], c, n)


def op_test(frame: Frame, R: list[LuaValue], a: int, b: int, c: Any, n: int) -> int:
    """if (not R[A]) then goto B"""
    value = R[a]
    return b if value is None or value is FALSE else n


def op_test_true(frame: Frame, R: list[LuaValue], a: int, b: int, c: Any, n: int) -> int:
    """if (R[A]) then goto B"""
    value = R[a]
    return n if value is None or value is FALSE else b


def op_testset(frame: Frame, R: list[LuaValue], a: int, b: int, c: Jump, n: int) -> int:
    """if (not R[B] == k) then pc++ else R[A] := R[B]"""
    value = R[b]
    if (value is None or value is FALSE) is c[0]:
        return n
    R[a] = value
    return c[1]


def op_not(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """R[A] := not R[B]"""
    value = R[b]
    R[a] = TRUE if value is None or value is FALSE else FALSE
    return n


def _compare(frame: Frame, event: str, x: LuaValue, y: LuaValue, jump: Jump, n: int) -> int:
    state = frame.state
    handler = state.binary_metamethod(x, y, event)
    if handler is None:
        frame.pc = n - 1
        raise comparison_error(state, x, y)
    return _call_test(frame, handler, x, y, jump, n)


def _call_test(frame: Frame, handler: LuaValue, x: LuaValue, y: LuaValue, jump: Jump, n: int) -> int:
    """Call a metamethod whose result, as a boolean, decides the jump."""

    def decide(frame: Frame, values: list[LuaValue]) -> None:
        outcome = bool(values) and values[0] is not None and values[0] is not FALSE
        frame.pc = jump[1] if outcome is jump[0] else n

    frame.pc = n - 1
    frame.wanted = FINISH
    frame.finish = decide
    call_nested(frame.state, frame, handler, [x, y])
    return 0


def _jump_after(proto: Proto, index: int) -> int:
    """Return the index that the jump instruction at ``index`` (0-based) goes to."""
    target = jump_target(index, proto.code[index])
    assert target is not None, "a test is followed by a jump"
    return target + 1


def _two_registers(handler: Callable[..., int]) -> Preparer:
    return lambda p, w, i: (handler, get_a(w), get_b(w), (bool(get_k(w)), _jump_after(p, i)), i + 2)


def _with_immediate(handler: Callable[..., int]) -> Preparer:
    def prepare(proto: Proto, word: int, index: int) -> Prepared:
        # C tells that the source had a float here: metamethods must see it so.
        operand = float(get_sb(word)) if get_c(word) else get_sb(word)
        return handler, get_a(word), operand, (bool(get_k(word)), _jump_after(proto, index)), index + 2

    return prepare


def _prepare_eqk(proto: Proto, word: int, index: int) -> Prepared:
    constant = proto.constants[get_b(word)]
    return op_eqk, get_a(word), constant, (bool(get_k(word)), _jump_after(proto, index)), index + 2


def _prepare_test(proto: Proto, word: int, index: int) -> Prepared:
    handler = op_test_true if get_k(word) else op_test
    return handler, get_a(word), _jump_after(proto, index), None, index + 2


PREPARERS: dict[str, Preparer] = {
    "EQ": _two_registers(op_eq),
    "LT": _two_registers(op_lt),
    "LE": _two_registers(op_le),
    "EQK": _prepare_eqk,
    "EQI": _with_immediate(op_eqk),
    "LTI": _with_immediate(op_lti),
    "LEI": _with_immediate(op_lei),
    "GTI": _with_immediate(op_gti),
    "GEI": _with_immediate(op_gei),
    "TEST": _prepare_test,
    "NOT": lambda p, w, i: (op_not, get_a(w), get_b(w), None, i + 1),
    "TESTSET": _two_registers(op_testset),
}
