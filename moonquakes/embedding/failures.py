"""What does the host get when a call into Lua fails, and Lua when a host function does?

A Python exception passes through Lua as it is.  A Lua error has one shape inside, where its value is
Lua's, and one outside, where it is Python's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moonquakes.errors import LuaError, LuaMemoryError, LuaSyntaxError, MemoryExceeded, PendingError
from moonquakes.values import LuaValue
from moonquakes.vm.operations import truthy
from moonquakes.vm.settle import is_host_error, settle

if TYPE_CHECKING:
    from moonquakes.embedding.border import Border


class Failures:
    """How errors cross one border.

    Attributes:
        traced: whether the text of a Lua error ends with the Lua stack, as lupa's does.
        has_memory_error: whether the limit of memory is ``max_memory``, which raises :class:`LuaMemoryError`.
    """

    def __init__(self, border: Border) -> None:
        self._border = border
        self.traced = False
        self.has_memory_error = False

    # Out of Lua

    def of(self, exception: Exception) -> Exception:
        """Return what the host gets for what a call into Lua raised."""
        state = self._border.state
        original = exception
        if isinstance(exception, (PendingError, RecursionError)):
            exception = settle(state, exception)
        if isinstance(exception, LuaError):
            if exception.is_outside:
                return exception
            if exception.outside is not None:
                return exception.outside  # a host function raised it, and nothing of Lua's caught it
            if is_host_error(state, exception.value):
                return exception.value.value  # type: ignore[no-any-return]  # an Exception
            return self._outside(exception, original)
        if isinstance(exception, MemoryExceeded) and self.has_memory_error:
            return LuaMemoryError("not enough memory")
        return exception

    def _outside(self, error: LuaError, original: Exception) -> LuaError:
        """Give an error its shape for Python."""
        border = self._border
        raw = error.value
        text = self._text(raw)
        if self.traced and isinstance(error, LuaSyntaxError):
            text = f"error loading code: {text}"
        elif self.traced:
            traceback = self._traceback(error, original)
            if traceback is not None:
                error.traceback = traceback
                text = f"{text}\n{traceback}" if text else traceback
        error.is_outside = True
        error.inside = (border, raw)
        error.value = border.decode(raw) if type(raw) is str else border.to_python(raw)
        error.args = (text,)
        return error

    def _text(self, value: LuaValue) -> str:
        state = self._border.state
        if state.metamethod(value, "__tostring") is not None or type(value) in (str, int, float):
            try:
                return self._border.decode(state.tostring(value))
            except Exception:  # the error that is reported is the first one
                pass
        return f"(error object is a {state.type_name(value)} value)"

    def _traceback(self, error: LuaError, original: Exception) -> str | None:
        """Return the Lua stack at an error, the innermost call last; None where debug.traceback is gone."""
        border = self._border
        state = border.state
        library = state.globals.get("debug")
        if library is None or not truthy(state.index(library, "traceback")):
            return None
        if state.engine != "fast":
            return border.note.take()
        from moonquakes.vm.fast.errors import run_handler

        run_handler(state, border.note.handler, LuaError(error.value), original)
        return border.note.take()

    # Into Lua

    def entering(self, error: LuaError) -> LuaError:
        """Return what Lua gets for a Lua error that a host function raised."""
        if isinstance(error, PendingError):
            return error  # the conversion of its arguments failed
        border, raw = error.inside or (None, None)
        if border is not self._border:
            raw = self._border.encode(str(error)) if border is not None else self._value_of(error)
        error.is_outside = True
        inside = LuaError(raw)
        inside.outside = error
        return inside.with_traceback(error.__traceback__)

    def _value_of(self, error: LuaError) -> LuaValue:
        """Return the Lua value of an error that the host made."""
        value: Any = error.value
        return self._border.encode(value) if isinstance(value, str) else self._border.to_lua(value)


class StackNote:
    """A message handler that notes where the error was."""

    def __init__(self, border: Border) -> None:
        self._text: str | None = None

        def handler(value: LuaValue = None, *_: LuaValue) -> LuaValue:
            # On the fast engine this function is a level, too.
            level = 1 if border.state.engine == "fast" else 0
            levels = border.state.traceback(None, level).split("\n")[1:]
            while levels and levels[-1].strip() == "[C]: in ?":
                levels.pop()
            self._text = "\n".join(["stack traceback:", *map(border.decode, reversed(levels))])
            return value

        self.handler = handler

    def take(self) -> str | None:
        """Return the stack that was noted last, and forget it."""
        text, self._text = self._text, None
        return text
