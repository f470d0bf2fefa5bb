"""The basic functions (§6.1); ``pcall`` and ``xpcall`` come from the VM, which runs them as frames."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Final

from moonquakes.errors import ArgumentError, LuaError, PendingError
from moonquakes.numbers import format_float, parse_number, wrap
from moonquakes.stdlib.arguments import (
    check_integer,
    check_string,
    optional_integer,
    optional_string,
    type_error,
)
from moonquakes.stdlib.collector import make_collectgarbage
from moonquakes.stdlib.files import read_source
from moonquakes.stdlib.streams import StandardFile, standard_file
from moonquakes.stdlib.warnings import make_warn
from moonquakes.values import (
    FALSE,
    MAX_INTEGER,
    TRUE,
    TYPE_NAMES,
    LuaResults,
    LuaValue,
    as_tuple,
    first,
)
from moonquakes.vm.calls import call_nested
from moonquakes.vm.frames import AnyFrame, ForwardFrame
from moonquakes.vm.functions import Intrinsic, attach_intrinsic
from moonquakes.vm.inheritance import WatchedDict, metatable_changed
from moonquakes.vm.protected import make_pcall, make_xpcall
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.limits import Limits
    from moonquakes.vm.state import State

#: Stands for an argument that was not passed, where Lua tells that from nil.
_ABSENT: Final = object()

#: What the position of an error costs, and fields through which a look is free.
_POSITION_FUEL: Final = 16
_FEW_FIELDS: Final = 64
#: What a piece of a source takes besides its text, until all are there.
_PIECE_SIZE: Final = 16
_MASK: Final = 0xFFFFFFFFFFFFFFFF
_SPACE: Final = " \f\n\r\t\v"


def open_base(state: State) -> Table:
    """Put the basic functions into the globals, which are returned."""
    library = state.globals
    functions = _plain_functions() | _state_functions(state) | chunk_functions(state)
    functions["collectgarbage"] = make_collectgarbage(state)
    functions["warn"] = make_warn(state)
    functions["pcall"] = make_pcall(state)
    functions["xpcall"] = make_xpcall(state)
    for name, function in functions.items():
        library.set(name, function)
    library.set("_G", library)
    library.set("_VERSION", "Lua 5.4")
    return library


def _plain_functions() -> dict[str, LuaValue]:
    """Return the functions that need no state."""
    return {
        "rawequal": rawequal,
        "rawget": rawget,
        "rawlen": rawlen,
        "rawset": rawset,
        "select": select,
        "tonumber": tonumber,
        "type": lua_type,
    }


def lua_type(v: LuaValue = _ABSENT, *_: LuaValue) -> LuaResults:
    try:
        return TYPE_NAMES[v.__class__]
    except KeyError:
        raise ArgumentError(1, "value expected") from None


def lua_next(table: LuaValue = None, index: LuaValue = None, *_: LuaValue) -> LuaResults:
    if table.__class__ is not Table:
        type_error(1, "table", table)
    try:
        return table.next(index)
    except PendingError as error:
        raise LuaError(error.value) from None  # the reference gives no position


def _make_paid_next(limits: Limits) -> Callable[..., LuaResults]:
    """Return ``next`` that pays for a look over deleted fields at the beginning of the table."""

    def paid_next(table: LuaValue = None, index: LuaValue = None, *_: LuaValue) -> LuaResults:
        if table.__class__ is not Table:
            type_error(1, "table", table)
        if index is None and len(table.hash) > _FEW_FIELDS and table.begins_deleted():
            limits.charge(len(table.hash) // 16)
        try:
            return table.next(index)
        except PendingError as error:
            raise LuaError(error.value) from None  # the reference gives no position

    paid_next.__name__ = "lua_next"
    return paid_next


def select(n: LuaValue = None, *values: LuaValue) -> LuaResults:
    if n.__class__ is str and n[:1] == "#":
        return len(values)
    number = n if n.__class__ is int else check_integer(1, n)
    if number < 0:
        number += len(values) + 1
    if number < 1:
        raise ArgumentError(1, "index out of range")
    selected = values[number - 1 :]
    return selected[0] if len(selected) == 1 else selected


def rawequal(v1: LuaValue = _ABSENT, v2: LuaValue = _ABSENT, *_: LuaValue) -> LuaResults:
    if v2 is _ABSENT:
        _check_present(1, v1)
        _check_present(2, v2)
    return TRUE if v1 == v2 else FALSE


def rawget(table: LuaValue = None, index: LuaValue = _ABSENT, *_: LuaValue) -> LuaResults:
    if table.__class__ is not Table:
        type_error(1, "table", table)
    if index.__class__ is str:
        return table.hash.get(index)
    _check_present(2, index)
    return table.get(index)


def rawset(
    table: LuaValue = None, index: LuaValue = _ABSENT, value: LuaValue = _ABSENT, *_: LuaValue
) -> LuaResults:
    if table.__class__ is not Table:
        type_error(1, "table", table)
    _check_present(2, index)
    if value is _ABSENT:
        _check_present(3, value)
    if index.__class__ is str:
        table.set(index, value)
        return table
    if index is None:
        raise LuaError("table index is nil")
    if index != index:
        raise LuaError("table index is NaN")
    table.set(index, value)
    return table


def rawlen(v: LuaValue = None, *_: LuaValue) -> LuaResults:
    if v.__class__ is Table:
        return v.length()
    if v.__class__ is str:
        return len(v)
    raise ArgumentError.wrong_type(1, "table or string", v)


def tonumber(e: LuaValue = _ABSENT, base: LuaValue = None, *_: LuaValue) -> LuaResults:
    if base is None:
        kind = e.__class__
        if kind is str:
            return parse_number(e)
        if kind is int or kind is float:
            return e
        _check_present(1, e)
        return None
    number_base = check_integer(2, base)
    if e.__class__ is not str:
        type_error(1, "string", None if e is _ABSENT else e)
    if not 2 <= number_base <= 36:
        raise ArgumentError(2, "base out of range")
    return _parse_integer(e, number_base)


def _parse_integer(text: str, base: int) -> int | None:
    """Convert ``[-+]?[0-9a-z]+`` in a base; like all integers the result wraps around."""
    # No space, sign or underscore, which int() takes, nor a number of more than 64 bits.
    if len(text) < 11 and text.isascii() and text.isalnum():
        try:
            return int("00" + text, base)
        except ValueError:
            return None
    text = text.strip(_SPACE)
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not (digits.isascii() and digits.isalnum()):
        return None
    value = 0
    try:
        # In pieces, because Python limits the digits of one int(); the zeros keep
        # it from reading "0x" or "x" and their like as a prefix.
        for start in range(0, len(digits), 1000):
            piece = digits[start : start + 1000]
            value = (value * pow(base, len(piece), 1 << 64) + int("00" + piece, base)) & _MASK
    except ValueError:
        return None
    return wrap(-value if text[0] == "-" else value)


def _check_present(position: int, value: LuaValue) -> None:
    if value is _ABSENT:
        raise ArgumentError(position, "value expected")


def _state_functions(state: State) -> dict[str, LuaValue]:
    """Return the functions that look at metatables, raise errors or print."""
    state_index = state.index
    state_tostring = state.tostring

    def lua_assert(v: LuaValue = _ABSENT, *rest: LuaValue) -> LuaResults:
        if v is not None and v is not FALSE and v is not _ABSENT:
            return (v, *rest) if rest else v
        _check_present(1, v)
        message = rest[0] if rest else "assertion failed!"
        if message.__class__ is str:
            message = state.where(1) + message
        raise LuaError(message)

    def error(message: LuaValue = None, level: LuaValue = None, *_: LuaValue) -> LuaResults:
        depth = optional_integer(2, level, 1)
        if message.__class__ is str and depth > 0:
            if limits is not None:
                limits.charge(_POSITION_FUEL)
            message = state.where(depth) + message
        raise LuaError(message)

    def getmetatable(value: LuaValue = _ABSENT, *_: LuaValue) -> LuaResults:
        _check_present(1, value)
        metatable = state.metatable_of(value)
        if metatable is None:
            return None
        protected = metatable.hash.get("__metatable")
        return metatable if protected is None else protected

    def setmetatable(table: LuaValue = None, metatable: LuaValue = _ABSENT, *_: LuaValue) -> LuaResults:
        if metatable.__class__ is Table and table.__class__ is Table and table.metatable is None:
            # A new object, mostly.
            fields = metatable.hash
            if table.hash.__class__ is dict and "__gc" not in fields and "__mode" not in fields:
                table.metatable = metatable
                return table
        if table.__class__ is not Table:
            type_error(1, "table", table)
        if metatable.__class__ is not Table and metatable is not None:
            type_error(2, "nil or table", None if metatable is _ABSENT else metatable)
        old = table.metatable
        if old is not None and old.hash.get("__metatable") is not None:
            raise PendingError("cannot change a protected metatable")
        table.metatable = metatable
        if table.hash.__class__ is WatchedDict:
            metatable_changed(table)
        if metatable is not None and ("__gc" in metatable.hash or "__mode" in metatable.hash):
            state.collector.mark(table, metatable)
        return table

    def iterate(table: LuaValue = None, i: LuaValue = None, *_: LuaValue) -> LuaResults:
        i = i + 1 if i.__class__ is int and i < MAX_INTEGER else wrap(check_integer(2, i) + 1)
        if table.__class__ is Table:
            if 0 < i < len(table.arr):
                value = table.arr[i]
                if value is not None:
                    return i, value
            if table.metatable is None:
                value = table.hash.get(i)
                return None if value is None else (i, value)
        value = state_index(table, i)
        return None if value is None else (i, value)

    def ipairs(t: LuaValue = _ABSENT, *_: LuaValue) -> LuaResults:
        _check_present(1, t)
        return iterate, t, 0

    limits = state.limits
    next_function = lua_next if limits is None else _make_paid_next(limits)
    state.next_function = next_function
    state.ipairs_step = iterate
    state.library_functions |= {
        "ipairs": ipairs, "select": select, "setmetatable": setmetatable, "type": lua_type,
    }  # fmt: skip

    def pairs(t: LuaValue = _ABSENT, *_: LuaValue) -> LuaResults:
        if t.__class__ is Table and t.metatable is None:
            return next_function, t, None
        _check_present(1, t)
        handler = state.metamethod(t, "__pairs")
        if handler is None:
            return next_function, t, None
        return tuple(_three([*as_tuple(state.call(handler, t))]))

    if state.engine == "fast":
        from moonquakes.vm.fast.coroutines import make_forwarding_twin

        def begin_pairs(t: LuaValue = _ABSENT, *_: LuaValue) -> tuple[LuaValue, tuple[LuaValue, ...]]:
            _check_present(1, t)
            handler = state.metamethod(t, "__pairs")
            return handler, ((next_function, t, None) if handler is None else (t,))

        pairs.twin = make_forwarding_twin(  # type: ignore[attr-defined]  # for coroutines
            state, begin_pairs, lambda results: tuple(_three([*as_tuple(results)]))
        )
    pairs.__code__ = attach_intrinsic(pairs.__code__, Intrinsic(_begin_pairs))

    def tostring(v: LuaValue = _ABSENT, *_: LuaValue) -> LuaResults:
        kind = v.__class__
        if kind is str:
            return v
        if kind is int:
            return str(v)
        if kind is float:
            return format_float(v)
        _check_present(1, v)
        return state_tostring(v)

    output: StandardFile = standard_file(state, "stdout").value  # type: ignore[assignment]  # made so

    def lua_print(*values: LuaValue) -> LuaResults:
        output.write("\t".join([v if v.__class__ is str else state_tostring(v) for v in values]) + "\n")
        if output.buffering == "full":  # else it has just been flushed; C's print does so even into a pipe
            output.stream.flush()
        return ()

    return {
        "assert": lua_assert,
        "error": error,
        "getmetatable": getmetatable,
        "ipairs": ipairs,
        "next": next_function,
        "pairs": pairs,
        "print": lua_print,
        "setmetatable": setmetatable,
        "tostring": tostring,
    }


def chunk_functions(state: State, environment: LuaValue = ...) -> dict[str, LuaValue]:
    """Return the functions that compile chunks, for the globals unless ``environment`` is given."""

    def load_text(source: str, chunk_name: str, mode: str, env: LuaValue) -> LuaResults:
        try:
            if env is _ABSENT:
                env = environment
            return state.load(source, chunk_name, mode, env)
        except LuaError as error:
            return None, error.value

    def read_pieces(reader: FunctionType) -> str:
        pieces: list[str] = []
        size = 0
        while True:
            piece = first(state.call(reader))
            if piece is None or piece == "":
                return "".join(pieces)
            if piece.__class__ is int or piece.__class__ is float:
                piece = check_string(1, piece)
            if piece.__class__ is not str:
                raise LuaError(state.where(1) + "reader function must return a string")
            pieces.append(piece)
            if state.limits is not None:
                size += len(piece) + _PIECE_SIZE
                state.limits.collect(len(piece), size)

    def load(
        chunk: LuaValue = None,
        chunkname: LuaValue = None,
        mode: LuaValue = None,
        env: LuaValue = _ABSENT,
        *_: LuaValue,
    ) -> LuaResults:
        allowed = optional_string(3, mode, "bt")
        if chunk.__class__ is str or chunk.__class__ is int or chunk.__class__ is float:
            source = check_string(1, chunk)
            return load_text(source, optional_string(2, chunkname, source), allowed, env)
        name = optional_string(2, chunkname, "=(load)")
        if chunk.__class__ is not FunctionType:
            type_error(1, "function", chunk)
        try:
            source = read_pieces(chunk)
        except LuaError as error:
            return None, state.handled(error).value
        return load_text(source, name, allowed, env)

    def loadfile(
        filename: LuaValue = None, mode: LuaValue = None, env: LuaValue = _ABSENT, *_: LuaValue
    ) -> LuaResults:
        name = None if filename is None else check_string(1, filename)
        allowed = optional_string(2, mode, "bt")
        try:
            source, chunk_name = read_source(state, name)
        except LuaError as error:
            return None, error.value
        return load_text(source, chunk_name, allowed, env)

    def dofile(filename: LuaValue = None, *_: LuaValue) -> LuaResults:
        name = None if filename is None else check_string(1, filename)
        return state.call(state.load(*read_source(state, name), environment=environment))

    if state.engine == "fast":
        from moonquakes.vm.fast.coroutines import make_forwarding_twin

        def begin_dofile(filename: LuaValue = None, *_: LuaValue) -> tuple[LuaValue, tuple[LuaValue, ...]]:
            name = None if filename is None else check_string(1, filename)
            return state.load(*read_source(state, name), environment=environment), ()

        dofile.twin = make_forwarding_twin(  # type: ignore[attr-defined]  # for coroutines
            state, begin_dofile, lambda results: results
        )
    if environment is ...:
        dofile.__code__ = attach_intrinsic(dofile.__code__, Intrinsic(_begin_dofile))
    return {"load": load, "loadfile": loadfile, "dofile": dofile}


def _begin_dofile(state: State, frame: AnyFrame, function: FunctionType, arguments: list[LuaValue]) -> None:
    frame.calling = function
    name = check_string(1, arguments[0]) if arguments and arguments[0] is not None else None
    chunk = state.load(*read_source(state, name))
    frame.calling = None
    state.frame = ForwardFrame(state, frame, function)
    call_nested(state, state.frame, chunk, [])


def _begin_pairs(state: State, frame: AnyFrame, function: FunctionType, arguments: list[LuaValue]) -> None:
    handler = state.metamethod(arguments[0], "__pairs") if arguments else None
    if handler is None:
        frame.calling = function
        values = list(as_tuple(function(*arguments)))
        frame.calling = None
        state.host_returning(frame, function, values)
        frame.receive(values)
        return
    state.frame = ForwardFrame(state, frame, function, _three)
    call_nested(state, state.frame, handler, arguments[:1])


def _three(values: list[LuaValue]) -> list[LuaValue]:
    """What ``pairs`` returns of its metamethod's results."""
    return [*values[:3], None, None, None][:3]
