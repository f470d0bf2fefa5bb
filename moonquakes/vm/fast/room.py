"""How deep may Python recurse while Lua runs, and how often may its collector look?

Python's recursion limit is the process's, and the host's when no Lua code runs.  The calls into Lua that
are under way in any thread and state share one raised limit: the first raises it, and the last puts the
host's back.  The collector is slowed down when it is seen to work: most calls end before.
"""

from __future__ import annotations

import gc
import sys
from threading import RLock
from typing import Final

from moonquakes.vm.fresh import recursion_limit
from moonquakes.vm.pace import PACE

#: The most that Python takes for its limit.
_MAX_LIMIT: Final = 0x7FFFFFFF

_get_limit, _set_limit = sys.getrecursionlimit, sys.setrecursionlimit


class Room:
    """What the calls under way share.

    CPython switches threads at calls and loops only, so there what has none of these needs no lock.

    Attributes:
        way: how many calls are under way.
        host_limit: the recursion limit of the host.
        raised_limit: what it is while calls are under way.
        most: how many frames that is above the host's.
        is_paced: whether the collector was slowed down.
    """

    __slots__ = ("_lock", "host_limit", "is_paced", "most", "raised_limit", "way")

    def __init__(self) -> None:
        self.way = 0
        self.host_limit = _get_limit()
        self.raised_limit = -1
        self.most = -1
        self.is_paced = False
        # A finalizer of Python's may run Lua while the lock is held.
        self._lock = RLock()

    def begin(self, most: int) -> None:
        """A call from outside begins, with room for ``most`` frames; :meth:`end` must follow."""
        with self._lock:
            self.way += 1
            self.raise_limit(_get_limit(), most)

    def raise_limit(self, limit: int, most: int) -> None:
        """Raise the limit, which is ``limit``, unless another call did so already."""
        is_raised = self.way > 1 and limit == self.raised_limit
        if not is_raised:
            self.host_limit = limit
        wanted = min(recursion_limit(self.host_limit, most), _MAX_LIMIT)
        if not is_raised or wanted > limit:
            self.most = most
            self.raised_limit = wanted
            _set_limit(wanted)

    def end(self) -> None:
        """A call from outside ended."""
        with self._lock:
            self.way -= 1
            if not self.way:
                _set_limit(self.host_limit)
                if self.is_paced:
                    self.end_pace()

    def end_pace(self) -> None:
        """Let Python's collector look as often as the host has it."""
        self.is_paced = False
        PACE.end()

    def see_collection(self, phase: str, _: dict[str, int]) -> None:
        """Python's collector works: slow it down if Lua code runs."""
        if phase == "start" and self.way and not self.is_paced:
            self.is_paced = True
            PACE.begin()


ROOM: Final = Room()

if sys.implementation.name == "cpython":
    gc.callbacks.append(ROOM.see_collection)
