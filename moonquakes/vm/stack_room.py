"""How is CPython kept from giving its stack back and taking it again, call by call?

Its frames lie in chunks of 16 KB.  A call that does not fit takes another chunk from the system, and
gives it back when it returns: a program whose loop calls just there makes two system calls and page
faults for each of its own (``bench/programs/interpreter``: 2.0 s instead of 0.62).  A frame that needs
much gets a chunk of a power of two that holds it, and the rest of that is the others'.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, TypeVar

_Result = TypeVar("_Result")

#: Words of the frame, just above a power of two: as many remain.  What is not touched takes no memory.
_WORDS: Final = (1 << 17) + 1


def with_stack_room(function: Callable[[], _Result]) -> _Result:
    """Return ``function()``, under which Python's stack has a megabyte in one piece.

    It takes some 30 µs: for programs, not for single calls.
    """
    return function()


if sys.implementation.name == "cpython":
    with_stack_room.__code__ = with_stack_room.__code__.replace(co_stacksize=_WORDS)
