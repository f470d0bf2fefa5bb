"""What do the command-line programs do alike?  Arguments and messages as bytes, source files, the way out.

A Lua string holds bytes, so what comes from the shell and goes to the terminal
passes here between bytes and latin-1 text.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

from moonquakes.errors import LuaError

VERSION_LINE_ENDING: Final = "  Lua 5.4"
_BYTE_ORDER_MARK: Final = "\xef\xbb\xbf"


class SourceError(Exception):
    """A source file cannot be had; the argument is Lua's message (latin-1)."""


def version_line() -> str:
    from moonquakes import __version__

    return f"Moonquakes {__version__}{VERSION_LINE_ENDING}"


def lua_arguments(arguments: Sequence[str] | None) -> list[str]:
    """Return the arguments of the process, or the given ones, as Lua strings."""
    given = sys.argv[1:] if arguments is None else arguments
    return [os.fsencode(argument).decode("latin-1") for argument in given]


def file_name(name: str) -> bytes:
    """Return a Lua string as the name of a file."""
    return name.encode("latin-1")


def write_error(text: str) -> None:
    """Write a Lua string to standard error."""
    sys.stdout.flush()
    if sys.stderr is not None:
        sys.stderr.flush()
        sys.stderr.buffer.write(text.encode("latin-1", "replace"))
        sys.stderr.buffer.flush()


def write_output(text: str) -> None:
    """Write a Lua string to standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("latin-1", "replace"))
    sys.stdout.buffer.flush()


def read_source(name: str | None) -> tuple[str, str]:
    """Return the text of a Lua source file (None: standard input) and its chunk name.

    A first line that begins with ``#`` is left out, as ``loadfile`` does.

    Raises:
        SourceError: the file cannot be opened or read.
    """
    if name is None:
        return _without_first_comment(sys.stdin.buffer.read().decode("latin-1")), "=stdin"
    try:
        with open(file_name(name), "rb") as file:
            text = file.read().decode("latin-1")
    except OSError as error:
        what = "read" if isinstance(error, IsADirectoryError) else "open"
        raise SourceError(f"cannot {what} {name}: {error.strerror}") from None
    except ValueError:  # a name with a zero byte
        raise SourceError(f"cannot open {name}: No such file or directory") from None
    return _without_first_comment(text), "@" + name


def _without_first_comment(text: str) -> str:
    text = text.removeprefix(_BYTE_ORDER_MARK)
    if text[:1] != "#":
        return text
    _, newline, rest = text.partition("\n")
    # A text keeps its line numbers; a binary chunk must begin with its signature.
    return rest if rest[:1] == "\x1b" else newline + rest


def describe(error: BaseException) -> str:
    """Word an exception that is no Lua error: the last line of defence before the user."""
    if isinstance(error, MemoryError):
        return "not enough memory"
    if isinstance(error, RecursionError):
        return "stack overflow"
    if isinstance(error, LuaError):
        return str(error)
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def run(program: str, body: Callable[[], int]) -> int:
    """Run a program's body and return its exit status; nothing it raises reaches the user as a traceback."""
    try:
        status = body()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has gone; what is still buffered must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        write_error(f"{program}: interrupted!\n")
        return 1
    except Exception as error:
        write_error(f"{program}: {describe(error)}\n")
        return 1
    return status
