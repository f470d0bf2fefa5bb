"""The interactive mode of ``lua``: reads a statement or an expression, runs it, prints its results."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from moonquakes.cli.program import write_output
from moonquakes.cli.session import Session
from moonquakes.errors import LuaSyntaxError
from moonquakes.values import LuaValue, type_name

CHUNK_NAME = "=stdin"
#: How an error message ends when a chunk could go on in the next line.
_INCOMPLETE = "<eof>"
_HISTORY_LENGTH = 1000


class EndOfInputError(Exception):
    """There is no further line."""


#: Shows a prompt and returns a line without its newline; raises EndOfInputError.
LineReader = Callable[[str], str]


class Repl:
    """One interactive session."""

    def __init__(self, session: Session, read_line: LineReader | None = None) -> None:
        self.session = session
        self.read_line = read_line

    def run(self) -> None:
        """Read and run until the input ends."""
        previous_prefix = self.session.prefix
        self.session.prefix = ""
        terminal = Terminal() if self.read_line is None and sys.stdin.isatty() else None
        if self.read_line is None:
            self.read_line = terminal.read_line if terminal else read_piped_line
        try:
            while self.turn():
                pass
            write_output("\n")
        finally:
            self.session.prefix = previous_prefix
            if terminal:
                terminal.close()

    def turn(self) -> bool:
        """Read one chunk and run it; return False when the input has ended."""
        try:
            function = self.read_chunk()
        except EndOfInputError:
            return False
        except KeyboardInterrupt:  # at the prompt: forget what was typed
            write_output("\n")
            return True
        except LuaSyntaxError as error:
            self.session.report(error.value)
            return True
        ok, values = self.session.call(function)
        if ok and values:
            self.print_values(values)
        return True

    def read_chunk(self) -> LuaValue:
        """Read lines until they are a whole chunk, an expression being one too; return it as a function.

        Raises:
            LuaSyntaxError: the lines are no chunk, and more would not help.
            EndOfInputError: the input ended before the first line.
        """
        load = self.session.state.load
        text = self.prompt_line("_PROMPT", "> ")
        if text[:1] == "=":  # what echoed an expression before Lua 5.3
            text = "return " + text[1:]
        try:
            return load("return " + text, CHUNK_NAME)
        except LuaSyntaxError:
            pass
        while True:
            try:
                return load(text, CHUNK_NAME)
            except LuaSyntaxError as error:
                if not error.value.endswith(_INCOMPLETE):
                    raise
                try:
                    text += "\n" + self.prompt_line("_PROMPT2", ">> ")
                except EndOfInputError:
                    raise error from None

    def prompt_line(self, variable: str, default: str) -> str:
        state = self.session.state
        prompt = state.globals.get(variable)
        assert self.read_line is not None
        return self.read_line(default if prompt is None else state.tostring(prompt))

    def print_values(self, values: tuple[LuaValue, ...]) -> None:
        """Show results through the global ``print``, which a program may have replaced."""
        function = self.session.state.globals.get("print")
        ok, raised = self.session.protected_call(function, values)
        if not ok:
            value = raised[0]
            message = value if type(value) is str else f"error object is a {type_name(value)} value"
            self.session.report(f"error calling 'print' ({message})")


def read_piped_line(prompt: str) -> str:
    """Read a line of standard input that is no terminal, and show it, as the reference with readline does."""
    write_output(prompt)
    line = sys.stdin.buffer.readline()
    if not line:
        raise EndOfInputError
    text = line.decode("latin-1").removesuffix("\n")
    write_output(text + "\n")
    return text


class Terminal:
    """Reads lines from a terminal, with line editing and a history where Python has ``readline``."""

    def __init__(self) -> None:
        self.readline: Any = None
        try:
            if sys.implementation.name == "pypy" and os.environ.get("TERM", "dumb") == "dumb":
                raise ImportError("PyPy's line editing needs a terminal that can move its cursor")
            import readline
        except ImportError:
            pass
        else:
            self.readline = readline
            self._load_history()
        reconfigure = getattr(sys.stdin, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="surrogateescape")  # bytes that are no UTF-8 must pass, too

    def read_line(self, prompt: str) -> str:
        sys.stdout.flush()
        encoding = sys.stdin.encoding
        try:
            line = input(prompt.encode("latin-1").decode(encoding, "replace"))
        except EOFError:
            raise EndOfInputError from None
        return line.encode(encoding, "surrogateescape").decode("latin-1")

    def close(self) -> None:
        """Keep the history for the next session."""
        if self.readline is None:
            return
        path = history_file()
        with suppress(OSError):  # a history that cannot be kept is no reason to complain
            path.parent.mkdir(parents=True, exist_ok=True)
            self.readline.set_history_length(_HISTORY_LENGTH)
            self.readline.write_history_file(path)

    def _load_history(self) -> None:
        with suppress(OSError):  # there may be none yet
            self.readline.read_history_file(history_file())


def history_file() -> Path:
    """Return where the history is kept: in the user's directory for state."""
    base = os.environ.get("XDG_STATE_HOME")
    directory = Path(base) if base else Path("~/.local/state").expanduser()
    return directory / "moonquakes" / "history"
