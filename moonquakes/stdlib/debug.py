"""The debug library (§6.10): looking at the stack and at functions."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

from moonquakes.bytecode.opcodes import OP, opcode_of
from moonquakes.bytecode.proto import Proto, chunk_id
from moonquakes.errors import ArgumentError
from moonquakes.stdlib.arguments import check_any, check_integer, check_string, optional_integer
from moonquakes.values import FALSE, TRUE, LightUserdata, LuaResults, LuaValue, Userdata
from moonquakes.vm.activations import Activation, activations, traceback
from moonquakes.vm.coroutines import Coroutine, top_frame
from moonquakes.vm.functions import proto_of, upvalue_cells
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

_OPTIONS = frozenset("SlnrutLf")


def open_debug(state: State) -> Table:
    """Return the library's table."""

    def traceback_(*arguments: LuaValue) -> LuaResults:
        coroutine, rest = _split_thread(state, arguments)
        message = rest[0] if rest else None
        if message is not None and type(message) not in (str, int, float):
            return message
        other = coroutine is not state.current
        shift = len(arguments) - len(rest)
        level = optional_integer(shift + 2, rest[1] if len(rest) > 1 else None, 0 if other else 1)
        text = state.string_or_none(message)
        return traceback(state, top_frame(state, coroutine), text, level)

    def getinfo(*arguments: LuaValue) -> LuaResults:
        coroutine, rest = _split_thread(state, arguments)
        shift = len(arguments) - len(rest)
        subject = rest[0] if rest else None
        what = check_string(shift + 2, rest[1]) if len(rest) > 1 and rest[1] is not None else "flnSrtu"
        if what[:1] == ">" or not _OPTIONS.issuperset(what):
            raise ArgumentError(shift + 2, "invalid option")
        if type(subject) is FunctionType:
            return _describe(Activation(subject, None, None), what, active=False)
        level = check_integer(shift + 1, subject)
        if level < 0:
            return None
        for number, activation in enumerate(activations(top_frame(state, coroutine))):
            if number == level:
                return _describe(activation, what, active=True) if activation.function else None
        return None

    def getmetatable(*arguments: LuaValue) -> LuaResults:
        return state.metatable_of(check_any(1, arguments))

    def setmetatable(value: LuaValue = None, metatable: LuaValue = None, *_: LuaValue) -> LuaResults:
        if metatable is not None and type(metatable) is not Table:
            raise ArgumentError.wrong_type(2, "nil or table", metatable)
        if type(value) is Table or type(value) is Userdata:
            value.metatable = metatable
        elif metatable is None:
            for kind in _basic_types(value):
                state.type_metatables.pop(kind, None)
        else:
            for kind in _basic_types(value):
                state.type_metatables[kind] = metatable
        return value

    def getregistry(*_: LuaValue) -> LuaResults:
        return state.registry

    def getupvalue(f: LuaValue = None, up: LuaValue = None, *_: LuaValue) -> LuaResults:
        found = _upvalue(f, check_integer(2, up))
        if found is None:
            return ()
        name, cell = found
        return name, cell.cell_contents

    def setupvalue(f: LuaValue = None, up: LuaValue = None, *rest: LuaValue) -> LuaResults:
        value = check_any(3, (f, up, *rest))
        found = _upvalue(f, check_integer(2, up))
        if found is None:
            return ()
        name, cell = found
        cell.cell_contents = value
        return name

    def upvalueid(f: LuaValue = None, n: LuaValue = None, *_: LuaValue) -> LuaResults:
        found = _upvalue(f, check_integer(2, n))
        return None if found is None else LightUserdata(found[1])

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

    def getlocal(*arguments: LuaValue) -> LuaResults:
        coroutine, rest = _split_thread(state, arguments)
        shift = len(arguments) - len(rest)
        subject = rest[0] if rest else None
        number = check_integer(shift + 2, rest[1] if len(rest) > 1 else None)
        if type(subject) is FunctionType:
            proto = proto_of(subject)
            return proto.local_name(number - 1, 0) if proto is not None and number > 0 else None
        level = check_integer(shift + 1, subject)
        for index, activation in enumerate(activations(top_frame(state, coroutine))):
            if index == level:
                return _local(activation, number)
        raise ArgumentError(shift + 1, "level out of range")

    functions = {
        "traceback": traceback_,
        "getinfo": getinfo,
        "getmetatable": getmetatable,
        "setmetatable": setmetatable,
        "getregistry": getregistry,
        "getupvalue": getupvalue,
        "setupvalue": setupvalue,
        "upvalueid": upvalueid,
        "getuservalue": getuservalue,
        "setuservalue": setuservalue,
        "getlocal": getlocal,
    }
    return Table.from_fields(functions)


def _split_thread(state: State, arguments: tuple[LuaValue, ...]) -> tuple[Coroutine, tuple[LuaValue, ...]]:
    """Tell an optional leading thread from the other arguments."""
    if arguments and type(arguments[0]) is Coroutine:
        return arguments[0], arguments[1:]
    return state.current, arguments


def _basic_types(value: LuaValue) -> tuple[type, ...]:
    """Return the Python classes that share a basic type's metatable with ``value``."""
    return (int, float) if type(value) in (int, float) else (type(value),)


def _upvalue(function: LuaValue, number: int) -> tuple[str, LuaValue] | None:
    if type(function) is not FunctionType:
        raise ArgumentError.wrong_type(1, "function", function)
    proto = proto_of(function)
    if proto is None or not 1 <= number <= len(proto.upvalues):
        return None
    name = proto.upvalues[number - 1].name
    return "(no name)" if name is None else name, upvalue_cells(function)[number - 1]


def _local(activation: Activation, number: int) -> LuaResults:
    """Return name and value of a local variable of a level; negative numbers are varargs."""
    frame = activation.frame
    if frame is None:
        return None
    if number < 0:
        varargs = frame.varargs or []
        return ("(vararg)", varargs[-number - 1]) if -number <= len(varargs) else None
    name = frame.proto.local_name(number - 1, frame.pc - 2)
    if number < 1 or name is None:
        return None
    return name, frame.register_value(number - 1)


def _describe(activation: Activation, what: str, active: bool) -> Table:
    """Return the table of ``debug.getinfo`` for a level, or for a function that need not be active."""
    function = activation.function
    assert function is not None
    proto = proto_of(function)
    info: dict[str, LuaValue] = {}
    if "S" in what:
        info.update(_source_fields(proto))
    if "l" in what:
        info["currentline"] = activation.current_line
    if "u" in what:
        info["nups"] = len(proto.upvalues) if proto is not None else len(function.__closure__ or ())
        info["nparams"] = proto.num_params if proto is not None else 0
        info["isvararg"] = TRUE if proto is None or proto.is_vararg else FALSE
    if "n" in what:
        described = activation.name if active else None
        info["namewhat"] = described[0] if described else ""
        if described:
            info["name"] = described[1]
    if "t" in what:
        info["istailcall"] = TRUE if activation.frame is not None and activation.frame.is_tail else FALSE
    if "r" in what:
        info["ftransfer"] = 0
        info["ntransfer"] = 0
    if "L" in what and proto is not None:
        info["activelines"] = _active_lines(proto)
    if "f" in what:
        info["func"] = function
    return Table.from_fields(info)


def _source_fields(proto: Proto | None) -> dict[str, LuaValue]:
    if proto is None:
        return {"source": "=[C]", "short_src": "[C]", "what": "C", "linedefined": -1, "lastlinedefined": -1}
    return {
        "source": proto.source,
        "short_src": chunk_id(proto.source),
        "what": "main" if proto.line_defined == 0 else "Lua",
        "linedefined": proto.line_defined,
        "lastlinedefined": proto.last_line_defined,
    }


def _active_lines(proto: Proto) -> Table:
    """Return the set of lines that have code; VARARGPREP is not something a line says."""
    table = Table()
    skip = 1 if proto.code and opcode_of(proto.code[0]) == OP["VARARGPREP"] else 0
    for line in proto.lines[skip:]:
        table.set(line, TRUE)
    return table
