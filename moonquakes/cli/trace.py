"""``moonquakes --trace``: writes what a program's instructions do while it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from moonquakes.errors import LuaError
from moonquakes.inspect.tracer import Tracer

if TYPE_CHECKING:
    from moonquakes.vm.state import State


@contextmanager
def tracing(state: State, name: str) -> Iterator[None]:
    """Trace a state to the file ``name``, to standard error when the name is empty.

    Raises:
        LuaError: the file cannot be opened.
    """
    if not name:
        with _watching(state, _standard_error_writer(state)):
            yield
        return
    try:
        file: BinaryIO = open(os.fsencode(name.encode("latin-1")), "wb")  # noqa: SIM115  # closed below
    except OSError as error:
        raise LuaError(f"cannot open {name}: {os.strerror(error.errno or 0)}") from None

    def write(line: str) -> None:
        file.write(line.encode("latin-1"))

    with file, _watching(state, write):
        yield


@contextmanager
def _watching(state: State, write: Callable[[str], None]) -> Iterator[None]:
    tracer = Tracer(state, write)
    tracer.start()
    try:
        yield
    finally:
        tracer.stop()


def _standard_error_writer(state: State) -> Callable[[str], None]:
    """Return what writes a line; on a terminal it appears in its place among the program's output."""
    stream = sys.stderr.buffer
    is_terminal = stream.isatty()

    def write(line: str) -> None:
        if is_terminal:
            state.stdout.flush()
        stream.write(line.encode("latin-1"))
        if is_terminal:
            stream.flush()

    return write
