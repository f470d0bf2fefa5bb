"""Which chunks were compiled before?  A second load of the same text costs a look-up.

A Proto belongs to no state, so all states of a process share them, threads included; what the engines
make of a Proto stays with it.  Each load makes a new function of it.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections import OrderedDict
from typing import Final, Protocol

from moonquakes.bytecode.proto import Proto

#: How long all texts may be together; a Proto with its translation takes some 50 times as much memory.
_MOST: Final = 1_000_000
#: What a chunk counts at least.
_LEAST: Final = 100


class Store(Protocol):
    """Keeps chunks beyond the process; :class:`moonquakes.cache.FolderCache` is one."""

    def find(self, source: str, chunk_name: str, engine: str) -> Proto | None:
        """Return what was kept, None when there is nothing."""

    def keep(self, source: str, chunk_name: str, engine: str, proto: Proto) -> None:
        """Keep a chunk that was loaded, with what the engine made of it."""


class ChunkCache:
    """Compiled chunks by content, of a limited size in all; the one used longest ago goes first."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._protos: OrderedDict[tuple[str, str], Proto] = OrderedDict()
        self._size = 0
        self._lock = allocate_lock()

    def find(self, source: str, chunk_name: str) -> Proto | None:
        """Return the main function of a chunk, None when it is not kept."""
        key = source, chunk_name
        with self._lock:
            proto = self._protos.get(key)
            if proto is not None:
                self._protos.move_to_end(key)
            return proto

    def keep(self, source: str, chunk_name: str, proto: Proto) -> None:
        """Keep a chunk, unless it is so big that it would take the place of most others."""
        key = source, chunk_name
        if _size(key) > self._most // 4:
            return
        with self._lock:
            if key not in self._protos:
                self._size += _size(key)
            self._protos[key] = proto
            while self._size > self._most:
                oldest, _ = self._protos.popitem(last=False)
                self._size -= _size(oldest)

    def clear(self) -> None:
        """Forget all chunks."""
        with self._lock:
            self._protos.clear()
            self._size = 0


def _size(key: tuple[str, str]) -> int:
    return _LEAST + len(key[0]) + len(key[1])


#: The chunks of this process.
CHUNKS: Final = ChunkCache()
