"""How deep may the compiler recurse?

It descends once per nested construct, of which the parser admits 200.  That takes
at most 800 Python frames, and fewer than Python's default limit of 1000 leave little
to the embedding program.  So only when the limit is met it is raised, by a fixed amount,
and put back afterwards (:mod:`moonquakes.recursion`).  The frames in question are plain Python
calls, which take no C stack on CPython 3.11 and later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from moonquakes.recursion import ROOM

_HEADROOM: Final = 1000


@contextmanager
def deeper_recursion() -> Iterator[None]:
    """Allow ``_HEADROOM`` more frames than the host does, to all threads meanwhile."""
    ROOM.begin(_HEADROOM)
    try:
        yield
    finally:
        ROOM.end()
