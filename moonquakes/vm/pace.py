"""How often does Python's own collector look while Lua runs?

A Lua table is three objects for CPython's collector.  At its own pace it walks a growing
program's tables again and again (`binary_trees` spends four fifths of its time there).  So while
Lua code runs its thresholds are raised, and the host's come back afterwards.  How far is a
matter of memory too: cyclic garbage waits for it (docs/performance.md has the figures).
"""

from __future__ import annotations

import gc
import sys
from threading import RLock
from typing import Final

#: Objects made between two looks at the young ones, and how many looks a look at older ones waits for.
THRESHOLDS: Final = (50_000, 5, 2)

_HAS_THRESHOLDS: Final = sys.implementation.name == "cpython"


class _Pace:
    """The thresholds of the process; states may run in several threads."""

    __slots__ = ("_before", "_lock", "_running")

    def __init__(self) -> None:
        # A finalizer of Python's may run Lua while the lock is held.
        self._lock = RLock()
        self._running = 0
        self._before: tuple[int, int, int] | None = None

    def begin(self) -> None:
        """Note that Lua code begins to run, called from a host that ran none in this state."""
        with self._lock:
            self._running += 1
            if self._running == 1 and _HAS_THRESHOLDS:
                found = gc.get_threshold()
                if 0 < found[0] < THRESHOLDS[0]:  # 0: the host collects by itself
                    self._before = found
                    gc.set_threshold(*THRESHOLDS)

    def end(self) -> None:
        """Note that such a run ended."""
        with self._lock:
            self._running -= 1
            if not self._running and self._before is not None:
                if gc.get_threshold() == THRESHOLDS:  # else the host chose others meanwhile
                    gc.set_threshold(*self._before)
                self._before = None


PACE: Final = _Pace()
