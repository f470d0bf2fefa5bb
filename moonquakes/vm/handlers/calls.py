"""Handlers of calls and returns (§3.4.10, §3.3.4).

A handler that changes the running frame returns 0: the interpreter then goes on
with ``state.frame``.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

from moonquakes.bytecode.opcodes import get_a, get_b, get_c, get_k
from moonquakes.bytecode.proto import Proto
from moonquakes.values import LuaValue
from moonquakes.vm.calls import call_value, push_frame, push_translated, resolve_call, runs_directly
from moonquakes.vm.closing import close_variables
from moonquakes.vm.frames import MULTIPLE, Frame
from moonquakes.vm.functions import Intrinsic, JoinedProto, TranslatedFunction, TranslatedLink
from moonquakes.vm.handlers.loads import Prepared, Preparer
from moonquakes.vm.hooks import returning


def op_call(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A], ..., R[A+C-1] := R[A](R[A+1], ..., R[B-1]); B 0: up to the top, C -1: all results"""
    function = R[a]
    arguments = R[a + 1 : b] if b else R[a + 1 : frame.top]
    frame.pc = n
    frame.dest = a
    frame.wanted = c
    if type(function) is not FunctionType:
        call_value(frame.state, frame, function, arguments)
        return 0
    constants = function.__code__.co_consts
    target: Any = constants[-1] if constants else None
    kind = type(target)
    if kind is Proto:
        push_frame(frame.state, frame, function, target, arguments)
        return 0
    if kind is Intrinsic:
        target.begin(frame.state, frame, function, arguments)
        return 0
    if kind is JoinedProto or kind is TranslatedLink or isinstance(target, TranslatedFunction):
        call_value(frame.state, frame, function, arguments)
        return 0 if frame.state.frame is not frame else n
    frame.calling = function
    results = function(*arguments)
    frame.calling = None
    if c == 1 and not frame.open:
        if type(results) is tuple:
            results = results[0] if results else None
        R[a] = results
    elif c:
        frame.receive(list(results) if type(results) is tuple else [results])
    return n


def op_tailcall(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """return R[A](R[A+1], ..., R[B-1]); what is run by frames is called, and the next RETURN returns"""
    arguments = R[a + 1 : b] if b else R[a + 1 : frame.top]
    state = frame.state
    function = R[a]
    frame.pc = n
    if type(function) is not FunctionType:
        function = resolve_call(state, frame, function, arguments)
    constants = function.__code__.co_consts
    target: Any = constants[-1] if constants else None
    kind = type(target)
    if kind is Proto:
        push_frame(state, frame.previous, function, target, arguments).is_tail = True
        return 0
    if kind is TranslatedLink:
        target = target()
    if isinstance(target, TranslatedFunction) and not runs_directly(state):
        push_translated(state, frame.previous, function, target, arguments).is_tail = True
        return 0
    if kind is Intrinsic or kind is JoinedProto or isinstance(target, TranslatedFunction) or state.watchers:
        frame.dest = a
        frame.wanted = MULTIPLE
        call_value(state, frame, function, arguments)
        return 0
    frame.calling = function
    results = function(*arguments)
    frame.calling = None
    caller = frame.previous
    state.frame = caller
    if type(results) is tuple:
        caller.receive(list(results))
    elif caller.wanted == 1 and not caller.open:  # type: ignore[union-attr]  # only a Frame wants 1
        caller.R[caller.dest] = results  # type: ignore[union-attr]
    else:
        caller.receive([results])
    return 0


def op_return(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """return R[A], ..., R[B-1] (up to the top when B is negative)"""
    values = R[a:b] if b >= 0 else R[a : frame.top]
    if frame.tbc:
        frame.pc = n

        def leave(frame: Frame) -> None:
            _return(frame, a, values)

        close_variables(frame, 0, leave)
    else:
        frame.pc = n
        _return(frame, a, values)
    return 0


def _return(frame: Frame, first: int, values: list[LuaValue]) -> None:
    state = frame.state
    if state.watchers:
        returning(state, frame, first, len(values))
    caller = frame.previous
    state.frame = caller
    caller.receive(values)


def op_return0(frame: Frame, R: list[LuaValue], a: None, b: None, c: None, n: int) -> int:
    """return"""
    caller = frame.previous
    frame.state.frame = caller
    if caller.wanted:
        caller.receive([])
    return 0


def op_return1(frame: Frame, R: list[LuaValue], a: int, b: None, c: None, n: int) -> int:
    """return R[A]"""
    caller = frame.previous
    frame.state.frame = caller
    if caller.wanted == 1 and not caller.open:  # type: ignore[union-attr]  # only a Frame wants 1
        caller.R[caller.dest] = R[a]  # type: ignore[union-attr]
    else:
        caller.receive([R[a]])
    return 0


def _end(word: int) -> int:
    """Return the end of the operands from R[A], 0 when it is the top."""
    return get_a(word) + get_b(word) if get_b(word) else 0


def _prepare_call(proto: Proto, word: int, index: int) -> Prepared:
    return op_call, get_a(word), _end(word), get_c(word) - 1, index + 1


def _prepare_return(proto: Proto, word: int, index: int) -> Prepared:
    end = get_a(word) + get_b(word) - 1 if get_b(word) else -1
    return op_return, get_a(word), end, bool(get_k(word)), index + 1


PREPARERS: dict[str, Preparer] = {
    "CALL": _prepare_call,
    "TAILCALL": lambda p, w, i: (op_tailcall, get_a(w), _end(w), None, i + 1),
    "RETURN": _prepare_return,
    "RETURN0": lambda p, w, i: (op_return0, None, None, None, i + 1),
    "RETURN1": lambda p, w, i: (op_return1, get_a(w), None, None, i + 1),
}
