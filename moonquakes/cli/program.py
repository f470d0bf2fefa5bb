"""What do the command-line programs do alike?  Arguments and messages as bytes, the way out.

A Lua string holds bytes, so what comes from the shell and goes to the terminal
passes here between bytes and latin-1 text.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from moonquakes.errors import LuaError


def version_line() -> str:
    from moonquakes import __version__

    return f"Moonquakes {__version__}  Lua 5.4 of Lua.org, PUC-Rio"


def called_name(program: str) -> str:
    """Return the name by which this process was started, for messages and ``arg``.

    Python gets the path of a program that the shell found by its name: that is the name again here.
    A module that Python runs has the name of its ``program``.
    """
    path = sys.argv[0]
    name = os.path.basename(path)
    if not name or name.endswith(".py"):
        return program
    for folder in os.get_exec_path():
        found = os.path.join(folder, name)
        if os.access(found, os.X_OK):
            path = name if found == path else path
            break
    return os.fsencode(path).decode("latin-1")


def lua_arguments(arguments: Sequence[str] | None) -> list[str]:
    """Return the arguments of the process, or the given ones, as Lua strings."""
    given = sys.argv[1:] if arguments is None else arguments
    return [os.fsencode(argument).decode("latin-1") for argument in given]


def write_error(text: str) -> None:
    """Write a Lua string to standard error, after what standard output still holds."""
    with suppress(OSError):  # nobody is left to be told
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stderr.buffer.write(text.encode("latin-1", "replace"))
        sys.stderr.buffer.flush()


def write_output(text: str) -> None:
    """Write a Lua string to standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("latin-1", "replace"))
    sys.stdout.buffer.flush()


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
    _open_closed_streams()
    status = 1
    try:
        status = body()
    except SystemExit as leave:  # os.exit
        status = leave.code if isinstance(leave.code, int) else 0 if leave.code is None else 1
    except BrokenPipeError:
        pass  # whoever read the output has gone, and knows it
    except KeyboardInterrupt:
        write_error(f"{program}: interrupted!\n")
    except Exception as error:
        write_error(f"{program}: {describe(error)}\n")
    try:
        sys.stdout.flush()
    except OSError as error:
        # What is still buffered must not complain once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            write_error(f"{program}: cannot write standard output: {os.strerror(error.errno or 0)}\n")
        return 1
    return status


def _open_closed_streams() -> None:
    """Put the null device where the program was started with a standard stream closed."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  # open until the end
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # open until the end
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # open until the end
