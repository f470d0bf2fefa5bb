"""From any Python exception to the Lua error it is, with position and names filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from moonquakes.bytecode.opcodes import OP, get_a, get_b, opcode_of
from moonquakes.errors import ArgumentError, LuaError, PendingError
from moonquakes.values import LuaValue, Userdata
from moonquakes.vm.activations import function_name, global_function_name
from moonquakes.vm.frames import AnyFrame, Frame

if TYPE_CHECKING:
    from moonquakes.vm.state import State


def settle(state: State, exception: BaseException) -> LuaError:
    """Return the LuaError that ``exception``, raised under the running frame, amounts to.

    A Python exception of a host function becomes an error whose value is a
    userdata around it; the embedding program gets the exception back unchanged.
    """
    if exception.__class__ is LuaError:
        return exception
    if state.engine == "fast" and (
        isinstance(exception, (PendingError, RecursionError)) or exception.__class__ is TypeError
    ):
        from moonquakes.vm.fast.errors import settle_translated

        if not (exception.__class__ is TypeError and not isinstance(exception.__context__, RecursionError)):
            error = settle_translated(state, exception)
            if error is not None:
                return error
    if isinstance(exception, ArgumentError):
        return LuaError(state.position() + _argument_message(state, exception))
    if isinstance(exception, PendingError):
        return LuaError(state.position() + exception.value)
    if isinstance(exception, LuaError):
        return exception
    # PyPy raises a TypeError when the stack has no room for a RecursionError's context.
    if isinstance(exception, RecursionError) or (
        isinstance(exception, TypeError) and isinstance(exception.__context__, RecursionError)
    ):
        return LuaError("C stack overflow")
    if isinstance(exception, MemoryError):
        return LuaError("not enough memory")
    return LuaError(Userdata(exception, state.host_error_metatable))


def is_host_error(state: State, value: LuaValue) -> bool:
    """Whether an error value stands for a Python exception of a host function."""
    return value.__class__ is Userdata and value.metatable is state.host_error_metatable


def raise_as_it_was(exception: Exception) -> NoReturn:
    """Raise an exception that passed through Lua, with the cause and the context that it had."""
    context = exception.__context__
    try:
        raise exception
    except Exception:
        exception.__context__ = context
        raise
    finally:
        del exception, context  # they lead to this frame


def _argument_message(state: State, error: ArgumentError) -> str:
    """Word a bad argument as ``luaL_argerror`` does."""
    frame = state.frame
    position, message = error.position, error.message
    if error.expected is not None:
        if error.actual is None and position > _argument_count(frame):
            actual = "no value"
        else:
            actual = state.type_name(error.actual)
        message = f"{error.expected} expected, got {actual}"
    described = function_name(frame)
    if described is not None and described[0] == "method":
        position -= 1
        if position == 0:
            return f"calling '{described[1]}' on bad self ({message})"
    if described is not None:
        name = described[1]
    else:
        name = global_function_name(state, frame.calling) or "?"
    return f"bad argument #{position} to '{name}' ({message})"


def _argument_count(frame: AnyFrame) -> int:
    """Return how many arguments the host function called from ``frame`` was given."""
    if frame.__class__ is not Frame:
        return frame.nargs  # type: ignore[union-attr]  # a host frame
    word = frame.proto.code[frame.pc - 2]
    if opcode_of(word) in (OP["CALL"], OP["TAILCALL"]):
        return get_b(word) - 1 if get_b(word) else frame.top - get_a(word) - 1
    return 2
