"""When must PyPy's collector look, so that a limit of memory also holds for what it has not collected yet?

CPython frees what nothing refers to at once.  PyPy waits until its heap, that of the whole process, has
grown by four fifths: by more than a small limit, several times.  So where memory is limited its size is
looked at now and then, and it is collected whenever it has grown by the limit.
"""

from __future__ import annotations

import gc
import sys
from typing import Any, Final

from moonquakes.bytecode.charges import UNIT

#: PyPy's own sizes as numbers; ``gc.get_stats`` makes texts of them, which takes ten times as long.
_stats: Final[Any] = getattr(gc, "_get_stats", None)
#: Whether garbage waits for a collector that can be looked at.
WAITS: Final = sys.implementation.name == "pypy" and _stats is not None
#: Slices of fuel between two looks, and how many of them a slice of memory counts for.
_BETWEEN: Final = 32
_MEMORY_WEIGHT: Final = 4


def _heap_size() -> int:
    return _stats(False).total_gc_memory  # type: ignore[no-any-return]  # an int


class HeapWatch:
    """Looks at the heap of the process for one state, on PyPy.

    Args:
        slice_units: units of a slice of memory.
    """

    __slots__ = ("_left", "_most", "_slice_units")

    def __init__(self, slice_units: int) -> None:
        self._slice_units = slice_units
        self._left = 0
        self._most = 0

    def fuel_spent(self, limit: int) -> None:
        """Note that a slice of fuel was spent."""
        self._left -= 1
        if self._left < 0:
            self._look(limit, 0)

    def memory_spent(self, limit: int, amount: int) -> None:
        """Note that a slice of memory was spent, and that ``amount`` units are about to be allocated."""
        self._left -= _MEMORY_WEIGHT * (1 + amount // self._slice_units)
        if self._left < 0:
            self._look(limit, amount * UNIT)

    def _look(self, limit: int, size: int) -> None:
        """Collect if the heap, with ``size`` bytes more, has grown by the limit since it was last small."""
        self._left = _BETWEEN
        heap = _heap_size()
        if not self._most:
            self._most = heap + limit
        elif heap + size > self._most:
            gc.collect()
            self._most = _heap_size() + limit
