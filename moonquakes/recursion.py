"""How deep may Python recurse while Lua runs or is compiled?

Python's recursion limit is the process's, and the host's when nothing of this package is under way.
Whatever is, in any thread and state, shares one raised limit: the first raises it, and the last puts the
host's back.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from threading import RLock
from typing import Final

#: The most that Python takes for its limit.
_MAX_LIMIT: Final = 0x7FFFFFFF


class Room:
    """What those share that recurse.

    CPython switches threads at calls and loops only, so there what has none of these needs no lock.

    Attributes:
        way: how many there are under way.
        host_limit: the recursion limit of the host.
        raised_limit: what it is meanwhile.
        most: how many frames that is above the host's.
        after: what is to be done when the last one ends, None for nothing.
    """

    __slots__ = ("_lock", "after", "host_limit", "most", "raised_limit", "way")

    def __init__(self) -> None:
        self.way = 0
        self.host_limit = sys.getrecursionlimit()
        self.raised_limit = -1
        self.most = -1
        self.after: Callable[[], None] | None = None
        # A finalizer of Python's may run Lua while the lock is held.
        self._lock = RLock()

    def begin(self, most: int, least: int = 0) -> None:
        """Make room for ``most`` frames above the host's limit, and ``least`` in all.

        :meth:`end` must follow.
        """
        with self._lock:
            self.way += 1
            self.raise_limit(sys.getrecursionlimit(), most, least)

    def raise_limit(self, limit: int, most: int, least: int = 0) -> None:
        """Raise the limit, which is ``limit``, unless that was done already."""
        is_raised = self.way > 1 and limit == self.raised_limit
        if not is_raised:
            self.host_limit = limit
        wanted = min(max(self.host_limit + most, least), _MAX_LIMIT)
        if not is_raised or wanted > limit:
            self.most = most
            self.raised_limit = wanted
            sys.setrecursionlimit(wanted)

    def end(self) -> None:
        """One of them ended."""
        with self._lock:
            self.way -= 1
            if not self.way:
                # Python refuses a limit below the depth that there is: the host itself is beyond its limit.
                with suppress(RecursionError):
                    sys.setrecursionlimit(self.host_limit)
                if self.after is not None:
                    self.finish()

    def finish(self) -> None:
        """Do what is to be done when the last one ends."""
        after, self.after = self.after, None
        if after is not None:
            after()


ROOM: Final = Room()
