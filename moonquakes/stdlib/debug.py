"""The debug library (§6.10): looking at the stack and at functions."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

from moonquakes.bytecode.opcodes import OP, opcode_of
from moonquakes.bytecode.proto import Proto, chunk_id
from moonquakes.errors import ArgumentError, LuaError
from moonquakes.stdlib.arguments import check_any, check_integer, check_string, optional_integer
from moonquakes.stdlib.debug_variables import (
    host_upvalue_count,
    local_functions,
    split_thread,
    upvalue_functions,
    user_value_functions,
)
from moonquakes.values import FALSE, TRUE, LuaResults, LuaValue, Userdata
from moonquakes.vm.activations import Activation, level_at, traceback
from moonquakes.vm.frames import AnyFrame
from moonquakes.vm.functions import Intrinsic, attach_intrinsic, proto_of
from moonquakes.vm.hooks import Hook, hook_of, set_hook
from moonquakes.vm.table import Table, new_table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

_OPTIONS = frozenset("SlnrutLf")
_C_STACK_LIMIT = 200


def open_debug(state: State) -> Table:
    """Return the library's table."""

    def traceback_(*arguments: LuaValue) -> LuaResults:
        coroutine, rest = split_thread(state, arguments)
        message = rest[0] if rest else None
        if message is not None and type(message) not in (str, int, float):
            return message
        other = coroutine is not state.current
        shift = len(arguments) - len(rest)
        level = optional_integer(shift + 2, rest[1] if len(rest) > 1 else None, 0 if other else 1)
        text = state.string_or_none(message)
        return traceback(state, coroutine, text, level)

    def getinfo(*arguments: LuaValue) -> LuaResults:
        coroutine, rest = split_thread(state, arguments)
        shift = len(arguments) - len(rest)
        subject = rest[0] if rest else None
        what = check_string(shift + 2, rest[1]) if len(rest) > 1 and rest[1] is not None else "flnSrtu"
        if what[:1] == ">" or not _OPTIONS.issuperset(what):
            raise ArgumentError(shift + 2, "invalid option")
        if type(subject) is FunctionType:
            return describe(state, Activation(subject, None, None), what, active=False)
        level = check_integer(shift + 1, subject)
        if level < 0:
            return None
        activation = level_at(state, coroutine, level)
        if activation is None or activation.code is None:
            return None
        return describe(state, activation, what, active=True)

    def getmetatable(*arguments: LuaValue) -> LuaResults:
        return state.metatable_of(check_any(1, arguments))

    def setmetatable(value: LuaValue = None, metatable: LuaValue = None, *_: LuaValue) -> LuaResults:
        if metatable is not None and type(metatable) is not Table:
            raise ArgumentError.wrong_type(2, "nil or table", metatable)
        if type(value) is Table or type(value) is Userdata:
            state.set_metatable(value, metatable)
        else:
            for kind in _basic_types(value):
                state.set_type_metatable(kind, metatable)
        return value

    def getregistry(*_: LuaValue) -> LuaResults:
        return state.registry

    def debug(*_: LuaValue) -> LuaResults:
        """Run the lines of standard input, each a chunk, until one says ``cont``."""
        state.stdout.flush()
        while True:
            state.stderr.write(b"lua_debug> ")
            state.stderr.flush()
            line = state.stdin.readline()
            if not line or line == b"cont\n":
                return ()
            try:
                state.call(state.load(line.decode("latin-1"), "=(debug command)"))
            except LuaError as error:
                state.stderr.write(f"{state.tostring(error.value)}\n".encode("latin-1"))

    def setcstacklimit(limit: LuaValue = None, *_: LuaValue) -> LuaResults:
        """Change nothing and return the limit, as the reference does since 5.4.3."""
        check_integer(1, limit)
        return _C_STACK_LIMIT

    functions: dict[str, LuaValue] = {
        "debug": debug,
        "setcstacklimit": setcstacklimit,
        "traceback": traceback_,
        "getinfo": getinfo,
        "getmetatable": getmetatable,
        "setmetatable": setmetatable,
        "getregistry": getregistry,
    }
    functions |= (
        local_functions(state) | upvalue_functions(state) | user_value_functions() | hook_functions(state)
    )
    return Table.from_fields(functions)


def hook_functions(state: State) -> dict[str, LuaValue]:
    """Return ``sethook`` and ``gethook``."""

    def sethook(*arguments: LuaValue) -> LuaResults:
        coroutine, rest = split_thread(state, arguments)
        coroutine = coroutine.stands_for or coroutine
        shift = len(arguments) - len(rest)
        function, mask, count = (*rest, None, None, None)[:3]
        if function is None:
            set_hook(coroutine, None)
            return ()
        text = check_string(shift + 2, mask)
        if type(function) is not FunctionType:
            raise ArgumentError.wrong_type(shift + 1, "function", function)
        instructions = optional_integer(shift + 3, count, 0)
        letters = "".join(letter for letter in "crl" if letter in text)
        hook = Hook(function, letters, max(instructions, 0)) if letters or instructions > 0 else None
        set_hook(coroutine, hook)
        _show_hook_table(state)
        return ()

    def gethook(*arguments: LuaValue) -> LuaResults:
        coroutine, _ = split_thread(state, arguments)
        hook = hook_of(coroutine)
        if hook is None:
            return None
        is_external = hasattr(hook.function, "mq_hook")  # the host's, which Lua code must not have
        return "external hook" if is_external else hook.function, hook.mask, hook.count

    def begin_sethook(
        state: State, frame: AnyFrame, function: FunctionType, arguments: list[LuaValue]
    ) -> None:
        frame.calling = function
        function(*arguments)
        frame.calling = None
        state.host_returning(frame, function, [])
        frame.receive([])

    # As an intrinsic it makes the interpreter look again at who watches.
    sethook.__code__ = attach_intrinsic(sethook.__code__, Intrinsic(begin_sethook))
    return {"sethook": sethook, "gethook": gethook}


def _show_hook_table(state: State) -> None:
    """Let the registry have the reference's table of hooks by thread, which has weak keys.

    It stays empty: a thread has its hook itself, and a key would keep it until a cycle.
    """
    if state.registry.get("_HOOKKEY") is None:
        table = new_table()
        table.metatable = Table.from_fields({"__mode": "k"})
        state.registry.set("_HOOKKEY", table)


def _basic_types(value: LuaValue) -> tuple[type, ...]:
    """Return the Python classes that share a basic type's metatable with ``value``."""
    return (int, float) if type(value) in (int, float) else (type(value),)


def describe(state: State, activation: Activation, what: str, active: bool) -> Table:
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
        info["nups"] = len(proto.upvalues) if proto is not None else host_upvalue_count(state, function)
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
        transfer = state.transfer if active else None
        if transfer is not None and activation.frame not in (transfer.frame, None):
            transfer = None
        info["ftransfer"] = transfer.first if transfer is not None else 0
        info["ntransfer"] = transfer.count if transfer is not None else 0
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
    table = new_table()
    skip = 1 if proto.code and opcode_of(proto.code[0]) == OP["VARARGPREP"] else 0
    for line in proto.lines[skip:]:
        table.set(line, TRUE)
    return table
