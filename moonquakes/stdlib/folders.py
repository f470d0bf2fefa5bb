"""How do files below given folders open, for reading and for nothing else?

A name leads below a folder by what it means in the end, with all symbolic links followed; relative names
are looked for in one folder after the other.  Only regular files open: a pipe could block the program.
"""

from __future__ import annotations

import errno
import gc
import os
import stat
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from moonquakes.stdlib.streams import LuaFile

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: Files that may be open at once: descriptors belong to the whole program.
_MOST_OPEN: Final = 16
#: Fuel of a run of Python's collector.
_COLLECTING: Final = 50_000
#: Bytes of a line that are read at a time.
_PIECE: Final = 1 << 16
_FLAGS: Final = sum(
    {getattr(os, name, 0) for name in ("O_RDONLY", "O_NONBLOCK", "O_CLOEXEC", "O_NOFOLLOW", "O_BINARY")}
)


class FolderReader:
    """Opens the files below some folders for one state.

    Args:
        folders: real paths.
    """

    def __init__(self, state: State, folders: tuple[str, ...]) -> None:
        self._state = state
        self._folders = [os.fsencode(folder) for folder in folders]
        self._files: WeakSet[LuaFile] = WeakSet()

    def open(self, name: bytes, mode: str) -> LuaFile:
        """Open a file.

        Raises:
            OSError: it is not below the folders, no file, or to be written.
        """
        if mode.rstrip("b") != "r":
            raise _error(errno.EACCES)
        if self._open_files() >= _MOST_OPEN:
            # What nothing refers to any more is closed when Python finds it.
            if self._state.limits is not None:
                self._state.limits.charge(_COLLECTING)
            gc.collect()
            if self._open_files() >= _MOST_OPEN:
                raise _error(errno.EMFILE)
        try:
            stream = _open_regular(self._find(name))
        except ValueError:  # a name that no system has
            raise _error(errno.ENOENT) from None
        file = ReadFile(stream, self._state)
        self._files.add(file)
        return file

    def _open_files(self) -> int:
        return sum(file.is_open for file in self._files)

    def _find(self, name: bytes) -> bytes:
        """Return the real path of a file that may be opened."""
        for folder in self._folders:
            path = os.path.realpath(os.path.join(folder, name))
            if os.path.commonpath([path, folder]) == folder and os.path.exists(path):
                return path
        raise _error(errno.ENOENT)


def _open_regular(path: bytes) -> Any:
    descriptor = os.open(path, _FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _error(errno.EACCES)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


class ReadFile(LuaFile):
    """A regular file that is read; in a state with limits what is read is paid for before."""

    __slots__ = ("_state",)

    def __init__(self, stream: Any, state: State) -> None:
        super().__init__(stream)
        self._state = state

    def _pay(self, size: int) -> None:
        limits = self._state.limits
        if limits is not None:
            limits.charge(1 + size // 64)
            limits.make(size)

    def _rest(self) -> int:
        return max(0, os.fstat(self.stream.fileno()).st_size - int(self.stream.tell()))

    def read_line(self, keep_end: bool) -> str | None:
        self._pay(0)
        pieces: list[bytes] = []
        limits, size = self._state.limits, 0
        while True:
            piece: bytes = self.stream.readline(_PIECE)
            pieces.append(piece)
            if len(piece) < _PIECE or piece.endswith(b"\n"):
                break
            size += len(piece)
            if limits is not None:
                limits.collect(len(piece), size)
        line = b"".join(pieces)
        if not line:
            return None
        self._pay(len(line))
        if not keep_end and line.endswith(b"\n"):
            line = line[:-1]
        return line.decode("latin-1")

    def read_all(self) -> str:
        rest = self._rest()
        self._pay(rest)
        data: bytes = self.stream.read(rest)
        return data.decode("latin-1")

    def read_characters(self, count: int) -> str | None:
        if count > _PIECE:
            count = min(count, max(1, self._rest()))
        self._pay(count)
        return super().read_characters(count)

    def read_number(self) -> int | float | None:
        self._pay(0)
        return super().read_number()
