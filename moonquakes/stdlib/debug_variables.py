"""The part of the debug library that reads and changes variables: locals, upvalues, user values (§6.10)."""

from __future__ import annotations

from types import CellType, FunctionType
from typing import TYPE_CHECKING

from moonquakes.bytecode.opcodes import OP, get_a, get_b, opcode_of
from moonquakes.errors import ArgumentError
from moonquakes.stdlib.arguments import check_any, check_integer
from moonquakes.values import TRUE, LightUserdata, LuaResults, LuaValue, Userdata
from moonquakes.vm.activations import Activation, global_function_name, level_at
from moonquakes.vm.coroutines import Coroutine
from moonquakes.vm.frames import Frame
from moonquakes.vm.functions import accepts, join_upvalue, proto_of, upvalue_cells

if TYPE_CHECKING:
    from moonquakes.vm.fast.stack import FrameView
    from moonquakes.vm.state import State


def split_thread(state: State, arguments: tuple[LuaValue, ...]) -> tuple[Coroutine, tuple[LuaValue, ...]]:
    """Tell an optional leading thread from the other arguments."""
    if arguments and type(arguments[0]) is Coroutine:
        return arguments[0], arguments[1:]
    return state.current, arguments


def local_functions(state: State) -> dict[str, LuaValue]:
    """Return ``getlocal`` and ``setlocal``."""

    def getlocal(*arguments: LuaValue) -> LuaResults:
        coroutine, rest = split_thread(state, arguments)
        shift = len(arguments) - len(rest)
        subject = rest[0] if rest else None
        number = check_integer(shift + 2, rest[1] if len(rest) > 1 else None)
        if type(subject) is FunctionType:
            proto = proto_of(subject)
            return proto.local_name(number - 1, 0) if proto is not None and number > 0 else None
        level = check_integer(shift + 1, subject)
        activation = level_at(state, coroutine, level)
        if activation is None or activation.code is None:
            raise ArgumentError(shift + 1, "level out of range")
        if activation.frame is None:
            values = host_values(state, activation)
            return ("(C temporary)", values[number - 1]) if 0 < number <= len(values) else None
        return get_local(activation.frame, number)

    def setlocal(*arguments: LuaValue) -> LuaResults:
        coroutine, rest = split_thread(state, arguments)
        shift = len(arguments) - len(rest)
        level = check_integer(shift + 1, rest[0] if rest else None)
        number = check_integer(shift + 2, rest[1] if len(rest) > 1 else None)
        value = check_any(3, rest)
        activation = level_at(state, coroutine, level)
        if activation is None or activation.code is None:
            raise ArgumentError(shift + 1, "level out of range")
        if activation.frame is None:
            return None
        return set_local(activation.frame, number, value)

    return {"getlocal": getlocal, "setlocal": setlocal}


def _local_name(frame: Frame | FrameView, number: int) -> str | None:
    """Return the name of local variable or temporary ``number`` of a level, None when it has none."""
    if number < 1:
        return None
    name = frame.proto.local_name(number - 1, frame.pc - 2)
    if name is not None:
        return name
    word = frame.proto.code[frame.pc - 2]
    limit = get_a(word) if opcode_of(word) in (OP["CALL"], OP["TAILCALL"]) else frame.proto.max_stack_size
    return "(temporary)" if number <= max(limit, frame.top if frame.state.hooking else 0) else None


def get_local(frame: Frame, number: int) -> LuaResults:
    if number < 0:
        varargs = frame.varargs or []
        return ("(vararg)", varargs[-number - 1]) if -number <= len(varargs) else None
    name = _local_name(frame, number)
    return None if name is None else (name, frame.register_value(number - 1))


def set_local(frame: Frame | FrameView, number: int, value: LuaValue) -> LuaResults:
    if number < 0:
        varargs = frame.varargs or []
        if -number > len(varargs):
            return None
        if not isinstance(frame, Frame):
            return "(vararg)" if frame.assign_vararg(-number - 1, value) else None
        varargs[-number - 1] = value
        return "(vararg)"
    name = _local_name(frame, number)
    if name is not None and not isinstance(frame, Frame):
        return name if frame.assign(number - 1, value) else None
    if name is not None:
        frame.R[number - 1] = value
        if frame.open and number - 1 in frame.open:
            frame.open[number - 1].cell_contents = value
    return name


def host_values(state: State, activation: Activation) -> list[LuaValue]:
    """Return what a host function's own stack would hold: its arguments, or its results in a hook."""
    transfer = state.transfer
    if transfer is not None and transfer.function is activation.function:
        return transfer.values
    caller = activation.caller
    if type(caller) is not Frame:
        return []
    word = caller.proto.code[caller.pc - 2]
    if opcode_of(word) not in (OP["CALL"], OP["TAILCALL"]):
        return []
    a, b = get_a(word), get_b(word)
    return caller.R[a + 1 : a + b] if b else caller.R[a + 1 : caller.top]


def upvalue_functions(state: State) -> dict[str, LuaValue]:
    """Return the functions on upvalues."""

    def getupvalue(f: LuaValue = None, up: LuaValue = None, *_: LuaValue) -> LuaResults:
        number = check_integer(2, up)
        function = _check_function(1, f)
        values = host_upvalues(function)
        if values is not None:
            return ("", values[number - 1]) if 1 <= number <= len(values) else ()
        if proto_of(function) is None:
            cells = host_cells(state, function)
            return ("", None) if 1 <= number <= len(cells) else ()
        found = _upvalue(function, number)
        return () if found is None else (found[0], found[1].cell_contents)

    def setupvalue(f: LuaValue = None, up: LuaValue = None, *rest: LuaValue) -> LuaResults:
        value = check_any(3, (f, up, *rest))
        number = check_integer(2, up)
        function = _check_function(1, f)
        values = host_upvalues(function)
        if values is not None and 1 <= number <= len(values):
            values[number - 1] = value
            return ""
        found = _upvalue(function, number)
        if found is None:
            return ()
        if not accepts(function, number - 1, value):
            return ()
        name, _ = found
        upvalue_cells(function)[number - 1].cell_contents = value
        return name

    def upvalueid(f: LuaValue = None, n: LuaValue = None, *_: LuaValue) -> LuaResults:
        number = check_integer(2, n)
        function = _check_function(1, f)
        closure = getattr(function, "mq_host", None)
        if closure is not None:
            return LightUserdata(closure.keys[number - 1]) if 1 <= number <= len(closure.keys) else None
        if proto_of(function) is None:
            cells = host_cells(state, function)
            return LightUserdata(cells[number - 1]) if 1 <= number <= len(cells) else None
        found = _upvalue(function, number)
        # The fast engine makes a cell to look at; what it is about is the box.
        return None if found is None else LightUserdata(getattr(found[1], "box", found[1]))

    def upvaluejoin(
        f1: LuaValue = None, n1: LuaValue = None, f2: LuaValue = None, n2: LuaValue = None, *_: LuaValue
    ) -> LuaResults:
        first, second = check_integer(2, n1), check_integer(4, n2)
        target, source = _check_function(1, f1), _check_function(3, f2)
        if _upvalue(target, first) is None and proto_of(target) is not None:
            raise ArgumentError(2, "invalid upvalue index")
        found = _upvalue(source, second)
        if found is None and proto_of(source) is not None:
            raise ArgumentError(4, "invalid upvalue index")
        if proto_of(target) is None:
            raise ArgumentError(1, "Lua function expected")
        if found is None:
            raise ArgumentError(3, "Lua function expected")
        if not accepts(source, second - 1):
            raise ArgumentError(4, "a function under way relies on the upvalue")
        join_upvalue(target, first - 1, upvalue_cells(source)[second - 1])
        return ()

    return {
        "getupvalue": getupvalue,
        "setupvalue": setupvalue,
        "upvalueid": upvalueid,
        "upvaluejoin": upvaluejoin,
    }


def host_cells(state: State, function: FunctionType) -> tuple[CellType, ...]:
    """Return the cells that count as a host function's upvalues: a library's own function has none."""
    if global_function_name(state, function) is not None:
        return ()
    return function.__closure__ or ()


def host_upvalue_count(state: State, function: FunctionType) -> int:
    """Return how many upvalues a function has that is not Lua's."""
    values = host_upvalues(function)
    return len(host_cells(state, function)) if values is None else len(values)


def host_upvalues(function: FunctionType) -> list[LuaValue] | None:
    """Return the upvalues of a function of the host's API, None for other functions."""
    closure = getattr(function, "mq_host", None)
    return None if closure is None else closure.upvalues


def _check_function(position: int, value: LuaValue) -> FunctionType:
    if type(value) is not FunctionType:
        raise ArgumentError.wrong_type(position, "function", value)
    return value


def _upvalue(function: FunctionType, number: int) -> tuple[str, LuaValue] | None:
    """Return name and cell of an upvalue of a Lua function, None when there is no such."""
    proto = proto_of(function)
    if proto is None or not 1 <= number <= len(proto.upvalues):
        return None
    name = proto.upvalues[number - 1].name
    return "(no name)" if name is None else name, upvalue_cells(function)[number - 1]


def user_value_functions() -> dict[str, LuaValue]:
    """Return ``getuservalue`` and ``setuservalue``."""

    def getuservalue(u: LuaValue = None, n: LuaValue = None, *_: LuaValue) -> LuaResults:
        index = 1 if n is None else check_integer(2, n)
        if type(u) is not Userdata:
            return None
        if not 1 <= index <= len(u.user_values):
            return None
        return u.user_values[index - 1], TRUE

    def setuservalue(
        u: LuaValue = None, value: LuaValue = None, n: LuaValue = None, *_: LuaValue
    ) -> LuaResults:
        index = 1 if n is None else check_integer(3, n)
        if type(u) is not Userdata:
            raise ArgumentError.wrong_type(1, "userdata", u)
        if not 1 <= index <= len(u.user_values):
            return None
        u.user_values[index - 1] = value
        return u

    return {"getuservalue": getuservalue, "setuservalue": setuservalue}
