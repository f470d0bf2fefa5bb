"""What is an open file of Lua's (§6.8)?  A binary stream, how it is closed, and when it is flushed."""

from __future__ import annotations

import contextlib
import errno
import io
import os
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet, finalize

from moonquakes.numbers import parse_number
from moonquakes.stdlib.files import exit_results, failure
from moonquakes.values import TRUE, LuaResults, Userdata

if TYPE_CHECKING:
    from subprocess import Popen

    from moonquakes.vm.state import State

_SPACE: Final = b" \f\n\r\t\v"
_DIGITS: Final = b"0123456789"
_HEX_DIGITS: Final = b"0123456789abcdefABCDEF"
#: The longest numeral that is read from a file.
_MAX_NUMERAL: Final = 200
#: Longer reads are done in pieces, so that no buffer is made for what is not there.
_PIECE: Final = 1 << 20


class LuaFile:
    """A file handle's own state; Lua holds it in a userdata.

    Attributes:
        stream: a binary file object of Python's.
        is_open: False after ``close``; nothing else may be done then.
        buffering: ``"full"``, ``"line"`` or ``"no"`` (``file:setvbuf``).
    """

    __slots__ = ("__weakref__", "_forget", "_stream", "buffering", "is_open")

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.is_open = True
        self.buffering = "full"
        # Not __del__: in a cycle Python might finalise the stream's parts before it, lose
        # what they hold and warn.  A file still open at exit is closed too.
        self._forget: finalize[..., LuaFile] = finalize(self, _close_in_silence, stream)
        _open_files.add(self)

    @property
    def stream(self) -> Any:
        return self._stream

    def close(self) -> LuaResults:
        """Close the file; return what ``file:close`` does."""
        self.is_open = False
        self._forget.detach()
        _open_files.discard(self)
        try:
            self._stream.close()
        except OSError as error:
            return failure(error)
        return TRUE

    def write(self, text: str) -> None:
        """Write a Lua string.

        Raises:
            OSError: as the stream does.
        """
        self.stream.write(text.encode("latin-1"))
        if self.buffering != "full" and (self.buffering == "no" or "\n" in text):
            self.stream.flush()

    # Reading: None at the end of the file

    def read_line(self, keep_end: bool) -> str | None:
        line: bytes = self.stream.readline()
        if not line:
            return None
        if not keep_end and line.endswith(b"\n"):
            line = line[:-1]
        return line.decode("latin-1")

    def read_all(self) -> str:
        data: bytes = self.stream.read()
        return data.decode("latin-1")

    def read_characters(self, count: int) -> str | None:
        if count == 0:
            return "" if self._peek() else None
        if count <= _PIECE:
            data: bytes = self.stream.read(count)
        else:
            pieces = []
            while count > 0 and (piece := self.stream.read(min(count, _PIECE))):
                pieces.append(piece)
                count -= len(piece)
            data = b"".join(pieces)
        return data.decode("latin-1") if data else None

    def read_number(self) -> int | float | None:
        """Read the longest prefix of a numeral, and convert it; None when it is none."""
        while (byte := self._peek()) and byte in _SPACE:
            self.stream.read(1)
        numeral = bytearray()
        self._take(numeral, b"+-")
        digits, exponent = _DIGITS, b"eE"
        count = 0
        if self._take(numeral, b"0"):
            if self._take(numeral, b"xX"):
                digits, exponent = _HEX_DIGITS, b"pP"
            else:
                count = 1
        count += self._take_all(numeral, digits)
        if self._take(numeral, b"."):
            count += self._take_all(numeral, digits)
        if count > 0 and self._take(numeral, exponent):
            self._take(numeral, b"+-")
            self._take_all(numeral, _DIGITS)
        return parse_number(numeral.decode("latin-1")) if len(numeral) <= _MAX_NUMERAL else None

    def _take(self, numeral: bytearray, allowed: bytes) -> bool:
        """Move the next byte to ``numeral`` when it is one of ``allowed``."""
        byte = self._peek()
        if not byte or byte not in allowed or len(numeral) > _MAX_NUMERAL:
            return False
        if len(numeral) == _MAX_NUMERAL:
            numeral += b"?"  # too long: no number, and nothing more is read
            return False
        numeral += self.stream.read(1)
        return True

    def _take_all(self, numeral: bytearray, allowed: bytes) -> int:
        start = len(numeral)
        while self._take(numeral, allowed):
            pass
        return len(numeral) - start

    def _peek(self) -> bytes:
        """Return the next byte without reading it, nothing at the end."""
        stream = self.stream
        peek = getattr(stream, "peek", None)
        if peek is not None:
            return bytes(peek(1)[:1])
        byte: bytes = stream.read(1)
        if byte:
            stream.seek(-1, io.SEEK_CUR)
        return byte


class StandardFile(LuaFile):
    """One of the state's standard streams, looked up at each use: the host may replace it.

    Attributes:
        chosen: whether the program has chosen the buffering.
        is_terminal: whether the stream is one, whose lines are to be seen at once.
    """

    __slots__ = ("_known", "_name", "_state", "chosen", "is_terminal")

    def __init__(self, state: State, name: str) -> None:
        self._state = state
        self._name = name
        self._known: object = None
        self.chosen = False
        self.is_terminal = False
        self.is_open = True
        self.buffering = "full"

    @property
    def stream(self) -> Any:
        stream = getattr(self._state, self._name)
        if stream is not self._known:
            self._known = stream
            isatty = getattr(stream, "isatty", None)
            self.is_terminal = isatty is not None and bool(isatty())
            if not self.chosen:
                self.buffering = "no" if self._name == "stderr" else "line" if self.is_terminal else "full"
        return stream

    def close(self) -> LuaResults:
        return None, "cannot close standard file"


class LimitedFile(StandardFile):
    """A standard stream of a state with limits: what is written counts."""

    __slots__ = ()

    def write(self, text: str) -> None:
        limits = self._state.limits
        assert limits is not None
        limits.write(len(text))
        super().write(text)


class ProcessFile(LuaFile):
    """One end of a pipe to a process (``io.popen``)."""

    __slots__ = ("_process",)

    def __init__(self, stream: Any, process: Popen[bytes]) -> None:
        super().__init__(stream)
        self._process = process
        self._forget.detach()
        self._forget = finalize(self, _end_in_silence, stream, process)

    def close(self) -> LuaResults:
        super().close()
        return exit_results(self._process.wait())


def _close_in_silence(stream: Any) -> None:
    with contextlib.suppress(OSError, ValueError):
        stream.close()


def _end_in_silence(stream: Any, process: Popen[bytes]) -> None:
    _close_in_silence(stream)
    process.wait()


class _Directory(io.RawIOBase):
    """A directory opened for reading: C opens it, and fails when it is read."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))


def open_file(name: bytes, mode: str) -> LuaFile:
    """Open a file in a mode of C's ``fopen``.

    Raises:
        OSError: it cannot be opened.
    """
    try:
        stream: Any = open(name, mode[0] + "b" + mode[1:2].strip("b"))  # noqa: SIM115  # Lua closes it
    except IsADirectoryError:
        if mode[0] != "r" or "+" in mode:
            raise
        stream = io.BufferedReader(_Directory())
    if mode.startswith("a+"):
        stream.seek(0)  # where C starts to read
    return LuaFile(stream)


_open_files: WeakSet[LuaFile] = WeakSet()


def standard_file(state: State, name: str) -> Userdata:
    """Return the state's ``stdin``, ``stdout`` or ``stderr``, always the same userdata.

    It gets its metatable when the io library is opened; ``print`` needs only its file.
    """
    key = f"_IO_{name}"
    handle = state.registry.get(key)
    if handle is None:
        kind = StandardFile if state.limits is None else LimitedFile
        handle = Userdata(kind(state, name))
        state.registry.set(key, handle)
    return handle  # type: ignore[no-any-return]  # nothing else is stored there


def show_prompt(state: State) -> None:
    """Write out what the terminal has not shown yet, before input is awaited."""
    output: StandardFile = standard_file(state, "stdout").value  # type: ignore[assignment]  # made so
    stream = output.stream
    if output.is_terminal:
        stream.flush()


def flush_all(state: State | None = None) -> None:
    """Write out what is buffered: the files Lua left open and the state's standard streams."""
    for file in list(_open_files):
        with contextlib.suppress(OSError, ValueError):
            file.stream.flush()
    if state is not None:
        for stream in (state.stdout, state.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
