"""How deep may the compiler recurse?

It descends once per nested construct, of which the parser admits 200.  That takes
at most 800 Python frames, and fewer than Python's default limit of 1000 leave little
to the embedding program.  So only when the limit is met it is raised, by a fixed amount,
and put back afterwards.  The frames in question are plain Python calls, which take
no C stack on CPython 3.11 and later.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

_HEADROOM: Final = 1000

_lock: Final = threading.Lock()
#: The limit found by the first of the threads at work here, once for each of them.
_found: Final[list[int]] = []


@contextmanager
def deeper_recursion() -> Iterator[None]:
    """Allow ``_HEADROOM`` more frames than Python's limit does, to all threads meanwhile."""
    with _lock:
        limit = _found[0] if _found else sys.getrecursionlimit()
        _found.append(limit)
        sys.setrecursionlimit(limit + _HEADROOM)
    try:
        yield
    finally:
        with _lock:
            _found.pop()
            if not _found and sys.getrecursionlimit() == limit + _HEADROOM:
                # Python refuses a limit below the depth reached here, which another
                # thread may have if it descended while the limit was raised.
                with suppress(RecursionError):
                    sys.setrecursionlimit(limit)
