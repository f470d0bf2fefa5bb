"""How does a command-line program run Lua?  One state, calls that report errors as ``lua`` does, interrupts.

Knows nothing of options (:mod:`moonquakes.cli.moonquakes`) or of prompts (:mod:`moonquakes.cli.repl`).
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType, FunctionType
from typing import TYPE_CHECKING

from moonquakes.cli.program import describe, write_error
from moonquakes.cli.pypy import untraced
from moonquakes.errors import LimitExceeded, LuaError, LuaSyntaxError, PendingError
from moonquakes.numbers import format_number
from moonquakes.stdlib import open_libraries
from moonquakes.stdlib.files import read_source
from moonquakes.values import TRUE, LuaResults, LuaValue, first, type_name
from moonquakes.vm.settle import is_host_error
from moonquakes.vm.state import State

if TYPE_CHECKING:
    from moonquakes.vm.limits import Limits

#: The environment variable that names a folder for compiled chunks.
CACHE_VARIABLE = "MOONQUAKES_CACHE"

#: What stands below every main chunk in a traceback: the host.
_HOST_LEVEL = "\n\t[C]: in ?"


class Session:
    """A Lua state with all libraries, as a program uses it.

    Attributes:
        state: the state.
        prefix: what stands before a message (``"moonquakes: "``; nothing in the REPL).
    """

    def __init__(
        self,
        program: str,
        ignore_environment: bool = False,
        engine: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.state = State(engine, limits)
        self.prefix = f"{program}: "
        if ignore_environment:
            self.state.registry.set("LUA_NOENV", TRUE)
        elif os.environ.get(CACHE_VARIABLE):
            self._use_cache(os.environ[CACHE_VARIABLE])
        open_libraries(self.state)

    def _use_cache(self, folder: str) -> None:
        from moonquakes.cache import FolderCache  # most programs start without it

        try:
            self.state.chunk_store = FolderCache(folder)
        except ValueError as error:
            self.report(f"{CACHE_VARIABLE} is not used: {error}")

    def close(self) -> None:
        """End the program: run the finalizers that are left."""
        with interruptible():
            self.state.close()

    def report(self, message: str) -> None:
        """Write an error message to standard error."""
        write_error(f"{self.prefix}{message}\n")

    def load(self, source: str, chunk_name: str) -> FunctionType | None:
        """Load a chunk; report what is wrong with it."""
        try:
            with untraced(len(source)):
                return self.state.load(source, chunk_name)
        except LuaSyntaxError as error:
            self.report(error.value)
            return None

    def load_file(self, name: str | None) -> FunctionType | None:
        """Load a file, standard input for None; as :meth:`load`."""
        try:
            source, chunk_name = read_source(self.state, name)
        except LuaError as error:
            self.report(error.value)
            return None
        return self.load(source, chunk_name)

    def execute(self, function: FunctionType | None, arguments: Sequence[LuaValue] = ()) -> bool:
        """Run what was loaded; report what goes wrong and return whether nothing did, not even in loading."""
        return function is not None and self.call(function, arguments)[0]

    def call(
        self, function: LuaValue, arguments: Sequence[LuaValue] = ()
    ) -> tuple[bool, tuple[LuaValue, ...]]:
        """Call a function and return whether it went well, and its results; report an error."""
        ok, values = self.protected_call(function, arguments, self.message_of)
        if not ok:
            message = first(values)
            self.report(message if type(message) is str else "(error message not a string)")
        return ok, values

    def protected_call(
        self,
        function: LuaValue,
        arguments: Sequence[LuaValue],
        handler: Callable[[LuaValue], LuaValue] | None = None,
    ) -> tuple[bool, tuple[LuaValue, ...]]:
        """Call a function; on an error return False and the error value, or what ``handler`` made of it.

        A limit that is reached counts as an error.

        Raises:
            BrokenPipeError: nobody reads standard output any more.
        """
        try:
            with interruptible():
                ok, values = self.state.protected_call(function, tuple(arguments), handler)
        except KeyboardInterrupt:
            return False, ("interrupted!",)
        except LimitExceeded as limit:
            return False, (str(limit),)
        if not ok and is_host_error(self.state, values[0]) and isinstance(values[0].value, BrokenPipeError):
            raise values[0].value
        return ok, values

    def message_of(self, value: LuaValue) -> LuaValue:
        """Turn an error value into the message to show: the counterpart of ``lua``'s message handler."""
        if type(value) is int or type(value) is float:
            message = format_number(value)
        elif type(value) is str:
            message = value
        elif is_host_error(self.state, value):
            if isinstance(value.value, BrokenPipeError):
                return value
            message = describe(value.value).encode("utf-8", "replace").decode("latin-1")
        else:
            text, message = self._own_words(value)
            if text is not None:
                return text
        traceback = self.state.traceback(message)
        return traceback if traceback.endswith(_HOST_LEVEL) else traceback + _HOST_LEVEL

    def _own_words(self, value: LuaValue) -> tuple[str | None, str]:
        """Return what an error object's ``__tostring`` says, or None and what to say instead."""
        message = f"(error object is a {type_name(value)} value)"
        to_string = self.state.metamethod(value, "__tostring")
        if to_string is None:
            return None, message

        def message_handler(value: LuaValue = None, *_: LuaValue) -> LuaResults:
            return self.state.call(to_string, value)

        try:
            # Called as a function of its own, so that the levels above the error are the reference's.
            text = first(self.state.call(message_handler, value))
        except LuaError as error:
            return None, error.value if type(error.value) is str else message
        return (text, "") if type(text) is str else (None, message)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let an interrupt raise the Lua error ``interrupted!``; a second one ends the program."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        raise PendingError("interrupted!")

    try:
        previous = signal.signal(signal.SIGINT, interrupt)
    except ValueError:  # not the main thread: signals are somebody else's
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
