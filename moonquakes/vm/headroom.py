"""Is there room on Python's stack to go one level deeper?

Where a host function calls back into Lua, Python recurses.  Python's limit belongs
to the embedding program, is never raised for this, and may be near already when Lua
is called.  So each such call asks first, and keeps in reserve what the machine and
the library need for their own work: an error is then raised between two instructions,
never in the middle of what must not be left half done.
"""

from __future__ import annotations

import sys
from typing import Final

#: Python frames kept free: one level of the machine with the deepest library function above it.
_RESERVE: Final = 150

#: On PyPy only each so many levels look, since looking costs as much as all else.
_STRIDE: Final = 4


if sys.implementation.name == "cpython":

    def has_room(depth: int) -> bool:
        """Whether Python's stack has room for one more call into Lua, ``depth`` of which are under way."""
        try:
            sys._getframe(sys.getrecursionlimit() - _RESERVE)
        except ValueError:  # the stack is not so deep
            return True
        return False

else:
    # PyPy counts the bytes of its stack: trying is the only way to know.

    def has_room(depth: int) -> bool:
        """Whether Python's stack has room for one more call into Lua, ``depth`` of which are under way."""
        if depth % _STRIDE:
            return True
        try:
            _descend(_RESERVE)
        except RecursionError:
            return False
        return True

    def _descend(frames: int) -> None:
        if frames:
            _descend(frames - 1)
