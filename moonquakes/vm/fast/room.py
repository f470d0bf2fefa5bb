"""What does a call from outside need while it runs?  Room to recurse, and a collector that looks less often.

The collector of Python's is slowed down when it is seen to work: most calls end before.
"""

from __future__ import annotations

import gc
import sys
from typing import Final

from moonquakes.recursion import ROOM
from moonquakes.vm.fresh import least_limit
from moonquakes.vm.pace import PACE

_IS_CPYTHON: Final = sys.implementation.name == "cpython"


def begin_call(most: int) -> None:
    """Make room for ``most`` frames; :meth:`Room.end` must follow."""
    if _IS_CPYTHON:
        ROOM.begin(most)
    else:
        ROOM.begin(0, least_limit())


def _see_collection(phase: str, _: dict[str, int]) -> None:
    """Python's collector works: slow it down if Lua code runs."""
    if phase == "start" and ROOM.way and ROOM.after is None:
        ROOM.after = PACE.end
        PACE.begin()


if _IS_CPYTHON:
    gc.callbacks.append(_see_collection)
