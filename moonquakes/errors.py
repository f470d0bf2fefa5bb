"""The exceptions that carry Lua errors through Python.

A *pending* error is what a library function raises: its text still lacks the
position, and for a bad argument the function's name, of the caller.  Only the
engine knows those; it settles a pending error into a :class:`LuaError`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from moonquakes.values import LuaValue, type_name


class LuaError(Exception):
    """An error raised by Lua code or by the interpreter (§2.3).

    Attributes:
        value: the error object, any Lua value (a message is a latin-1 ``str``).
        traceback: the Lua stack at the point of the error, in the format of
            ``debug.traceback``, or None when nobody asked for it.
        handled: whether a message handler (``xpcall``) has already seen it.
        is_outside: whether it has left a runtime: then ``value`` is Python's, and ``args`` hold the message.
        inside: the border of the runtime that it left, and the Lua value it had there.
        outside: the error that a host function raised, for which this one stands inside.
    """

    is_outside = False
    inside: tuple[Any, LuaValue] | None = None
    outside: LuaError | None = None

    def __init__(self, value: LuaValue, traceback: str | None = None) -> None:
        super().__init__(value)
        self.value = value
        self.traceback = traceback
        self.handled = False

    def __str__(self) -> str:
        if self.is_outside:
            return str(self.args[0])
        if isinstance(self.value, str):
            try:
                return self.value.encode("latin-1").decode("utf-8", "replace")
            except UnicodeEncodeError:  # a text of the host's
                return self.value
        return f"(error object is {self.value!r})"


class LuaSyntaxError(LuaError):
    """A chunk does not conform to the grammar (§9); ``value`` is Lua's own message.

    Attributes:
        chunk_name: the name of the chunk, without the mark of its kind; None when it did not matter.
        line: where it was found to be wrong, None when it is no text.
    """

    chunk_name: str | None = None
    line: int | None = None


class LuaMemoryError(LuaError, MemoryError):
    """The Lua code of a runtime with ``max_memory`` needs more."""


class LimitExceeded(Exception):  # noqa: N818  # a limit's name reads better than an error's
    """A limit of the sandbox was reached: the run is over, and no Lua code saw it end.

    The runtime stays usable, with what is left of its budget or a new one.
    """


class FuelExceeded(LimitExceeded):
    """The run used up its instructions."""


class DeadlineExceeded(LimitExceeded):
    """The run took longer than it may."""


class MemoryExceeded(LimitExceeded):
    """More memory would be alive than may be."""


class OutputExceeded(LimitExceeded):
    """More would be written than may be."""


class DepthExceeded(LimitExceeded):
    """More calls would be under way at once than may be."""


class Stop(BaseException):
    """Ends a run whose limit is reached, inside the engine; the host gets :class:`LimitExceeded` instead.

    Lua code catches errors, which are ``Exception``; this is none, so nothing of Lua's runs on the way.

    Attributes:
        reason: what the host gets.
    """

    def __init__(self, reason: LimitExceeded) -> None:
        super().__init__(reason)
        self.reason = reason


class LuaExit(SystemExit):
    """``os.exit`` was called: the host program should end with status ``code``.

    No Lua code can catch it.  It ends a Python program like any ``SystemExit``; a
    host that wants to go on catches it.

    Attributes:
        code: the exit status.
        close: whether the state was closed before (the second argument of ``os.exit``).
    """

    def __init__(self, code: int, close: bool = False) -> None:
        super().__init__(code)
        self.close = close


class PendingError(LuaError):
    """An error whose message still needs the position of the calling Lua function.

    The counterpart of ``luaL_error``: the engine puts ``chunk:line:`` of the
    function that called the raising host function before the message.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)


class ArgumentError(PendingError):
    """A bad argument of a host function: the counterpart of ``luaL_argerror``.

    Args:
        position: number of the argument, from 1.
        message: what is wrong with it, such as ``"table expected, got nil"``.

    The engine settles it as ``bad argument #1 to 'name' (message)``, with the
    name by which the function was called.
    """

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position
        self.message = message
        self.expected: str | None = None
        self.actual: LuaValue = None

    @classmethod
    def wrong_type(cls, position: int, expected: str, actual: LuaValue) -> ArgumentError:
        """Return the error ``expected expected, got <type of actual>`` (``luaL_typeerror``).

        The engine words the type: ``no value`` when the argument was not passed,
        the metatable's ``__name`` when it has one.
        """
        error = cls(position, "")
        error.expected = expected
        error.actual = actual
        error.message = f"{expected} expected, got {type_name(actual)}"
        return error


def bare_name(chunk_name: str) -> str:
    """Return a chunk's name without the mark of its kind."""
    return chunk_name[1:] if chunk_name[:1] in ("@", "=") else chunk_name


@lru_cache(maxsize=8)
def chunk_id(source: str) -> str:
    """Return the short form of a chunk name that messages show (at most 59 bytes).

    ``"=name"`` shows ``name``, ``"@file"`` shows ``file`` (its end, after ``...``,
    when long), anything else ``[string "first line..."]``.
    """
    limit = 60
    source = source.partition("\0")[0]  # the reference formats a C string
    if source[:1] == "=":
        return source[1:limit]
    if source[:1] == "@":
        name = source[1:]
        return name if len(name) < limit else "..." + name[len(name) - (limit - 4) :]
    first, newline, _ = source.partition("\n")
    room = limit - len('[string "') - len("...") - len('"]') - 1
    if not newline and len(source) < room:
        return f'[string "{source}"]'
    return f'[string "{first[:room]}..."]'
