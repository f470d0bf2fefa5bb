"""What do all libraries that touch files share?  Names, failures as results, source texts.

Below here nothing opens a file: only io, os, package, ``loadfile``/``dofile`` and the command line do.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any, BinaryIO, Final, Protocol

from moonquakes.errors import LuaError
from moonquakes.values import TRUE, LuaResults


class Host(Protocol):
    """What reading a chunk needs of a state; a compiler without one can stand in for it."""

    stdin: BinaryIO | Any
    open_file: Callable[[bytes, str], Any] | None


_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def file_name(name: str) -> bytes:
    """Return a Lua string as a file's name; like a C string it ends at a zero byte."""
    return name.partition("\0")[0].encode("latin-1")


def error_number(error: OSError) -> int:
    """Return the system's number of an error; Python has none for reading a file that was opened to write."""
    return errno.EBADF if error.errno is None else error.errno


def error_text(error: OSError) -> str:
    """Return the system's description of an error (``strerror``)."""
    return os.strerror(error_number(error))


def failure(error: OSError, name: str | None = None) -> LuaResults:
    """Return what a function gives that failed: nil, a message and the error number (``luaL_fileresult``)."""
    text = error_text(error)
    return None, text if name is None else f"{name}: {text}", error_number(error)


def exit_results(status: int) -> LuaResults:
    """Return true or nil, ``"exit"`` or ``"signal"``, and the number (``luaL_execresult``).

    ``status`` tells how a process ended; it is negative for a signal, as in
    ``subprocess``.
    """
    if status < 0:
        return None, "signal", -status
    return TRUE if status == 0 else None, "exit", status


def read_source(host: Host, name: str | None) -> tuple[str, str]:
    """Return the text of a chunk's file and its chunk name; None names standard input.

    A byte order mark and a first line that starts with ``#`` are skipped; the
    line's end stays, so that line numbers are right (``luaL_loadfilex``).

    Raises:
        LuaError: the file cannot be opened or read.
    """
    if name is None:
        data, chunk_name = host.stdin.read(), "=stdin"
    else:
        chunk_name = "@" + name
        try:
            if host.open_file is None:
                with open(file_name(name), "rb") as file:
                    data = file.read()
            else:
                source = host.open_file(file_name(name), "r")
                data = source.read_all().encode("latin-1")
                source.close()
        except OSError as error:
            verb = "read" if isinstance(error, IsADirectoryError) else "open"
            raise LuaError(f"cannot {verb} {name}: {error_text(error)}") from None
    data = data.removeprefix(_BYTE_ORDER_MARK)
    if data.startswith(b"#"):
        rest = data[data.find(b"\n") :] if b"\n" in data else b""
        data = rest[1:] if rest.startswith(b"\n\x1b") else rest
    return data.decode("latin-1"), chunk_name
