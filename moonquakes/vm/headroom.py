"""Is there room on Python's stack to go one level deeper?

Where a host function calls back into Lua, Python recurses.  Python's limit belongs
to the embedding program, is never raised for this, and may be near already when Lua
is called.  So such calls ask first, and keep in reserve what the machine and the
library need for their own work: an error is then raised between two instructions,
never in the middle of what must not be left half done.
"""

from __future__ import annotations

import sys
from typing import Final

#: How deep host functions may call back into Lua: the reference's LUAI_MAXCCALLS, less its reserve.
MAX_HOST_DEPTH: Final = 195

#: Python frames kept free: for ``_STRIDE`` levels with their library functions, and for handling an error.
_RESERVE: Final = 150

#: The same in the small frames by which it is measured on PyPy, whose compiler makes them smaller.
_SMALL_RESERVE: Final = 400

#: Only one in so many levels looks: it costs as much as a tenth of a call.
_STRIDE: Final = 4


def has_room(depth: int) -> bool:
    """Whether Python's stack has room for one more call into Lua, ``depth`` of which are under way."""
    return depth % _STRIDE != 0 or _is_free()


if sys.implementation.name == "cpython":

    def _is_free() -> bool:
        try:
            sys._getframe(sys.getrecursionlimit() - _RESERVE)
        except ValueError:  # the stack is not so deep
            return True
        return False

else:

    def _is_free() -> bool:
        # PyPy counts the bytes of its stack: trying is the only way to know.
        try:
            _descend(_SMALL_RESERVE)
        except RecursionError:
            return False
        return True

    def _descend(frames: int) -> None:
        if frames:
            _descend(frames - 1)
