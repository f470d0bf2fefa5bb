"""Handlers of jumps and loops (§3.3.4, §3.3.5)."""

from __future__ import annotations

import math
from typing import Any

from moonquakes.bytecode.effects import jump_target
from moonquakes.bytecode.opcodes import get_a, get_c
from moonquakes.bytecode.proto import Proto
from moonquakes.numbers import to_number
from moonquakes.values import MAX_INTEGER, MIN_INTEGER, LuaValue
from moonquakes.vm.calls import call_nested
from moonquakes.vm.closing import mark_variable
from moonquakes.vm.frames import Frame
from moonquakes.vm.handlers.loads import Preparer
from moonquakes.vm.messages import for_error


def op_jmp(frame: Frame, R: list[LuaValue], a: int, b: None, c: None, n: int) -> int:
    """pc += sJ"""
    return a


def op_forprep(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """check values and prepare counters; goto B when the loop does not run

    R[A] is the internal index, R[A+1] the count of iterations left (the limit in
    a float loop), R[A+2] the step, R[A+3] the control variable.
    """
    start, limit, step = R[a], R[a + 1], R[a + 2]
    frame.pc = n
    if type(start) is int and type(step) is int:
        if step == 0:
            raise frame.state.runtime_error("'for' step is zero")
        bound = _integer_limit(frame, limit, step)
        if bound is None or (start > bound if step > 0 else start < bound):
            return b
        R[a + 1] = (bound - start) // step
    else:
        limit = _float(frame, limit, "limit")
        step = _float(frame, step, "step")
        start = _float(frame, start, "initial value")
        if step == 0:
            raise frame.state.runtime_error("'for' step is zero")
        if not (start <= limit if step > 0 else limit <= start):
            return b
        R[a : a + 3] = start, limit, step
    R[a + 3] = start
    return n


def _float(frame: Frame, value: LuaValue, what: str) -> float:
    number = to_number(value)
    if number is None:
        raise for_error(frame.state, what, value)
    return float(number)


def _integer_limit(frame: Frame, limit: LuaValue, step: int) -> int | None:
    """Clip a loop's limit to an integer; None when the loop cannot run."""
    if type(limit) is int:
        return limit
    number = to_number(limit)
    if number is None:
        raise for_error(frame.state, "limit", limit)
    if number != number:
        return None
    if number >= 9223372036854775808.0:
        return None if step < 0 else MAX_INTEGER
    if number < -1.0 * 2.0**63:
        return None if step > 0 else MIN_INTEGER
    return math.floor(number) if step > 0 else math.ceil(number)


def op_forloop(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """update counters; goto B when the loop continues"""
    left = R[a + 1]
    if type(left) is int:
        if left > 0:
            R[a + 1] = left - 1
            R[a] = R[a + 3] = R[a] + R[a + 2]
            return b
        return n
    step = R[a + 2]
    index = R[a] + step
    if index <= left if step > 0 else left <= index:
        R[a] = R[a + 3] = index
        return b
    return n


def op_tforprep(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """mark R[A+3] as to-be-closed; goto B"""
    frame.pc = n
    mark_variable(frame, a + 3)
    return b


def op_tforcall(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A+4], ..., R[A+3+C] := R[A](R[A+1], R[A+2])"""
    frame.pc = n
    frame.dest = b
    frame.wanted = c
    call_nested(frame.state, frame, R[a], [R[a + 1], R[a + 2]])
    return 0


def op_tforloop(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """if R[A+4] ~= nil then { R[A+2] := R[A+4]; goto B }"""
    control = R[a + 4]
    if control is None:
        return n
    R[a + 2] = control
    return b


def _target(proto: Proto, index: int) -> Any:
    target = jump_target(index - 1, proto.code[index - 1])
    assert target is not None
    return target + 1


PREPARERS: dict[str, Preparer] = {
    "JMP": lambda p, w, i: (op_jmp, _target(p, i), None, None, i + 1),
    "FORPREP": lambda p, w, i: (op_forprep, get_a(w), _target(p, i), None, i + 1),
    "FORLOOP": lambda p, w, i: (op_forloop, get_a(w), _target(p, i), None, i + 1),
    "TFORPREP": lambda p, w, i: (op_tforprep, get_a(w), _target(p, i), None, i + 1),
    "TFORCALL": lambda p, w, i: (op_tforcall, get_a(w), get_a(w) + 4, get_c(w), i + 1),
    "TFORLOOP": lambda p, w, i: (op_tforloop, get_a(w), _target(p, i), None, i + 1),
}
