"""How does translated code go on where Python's stack ends, and where does it look whether it does?

On CPython a Python function takes no C stack, and its recursion limit is what ends a recursion.  Two
interpreters need more, a line at the start of each translated function that calls others:

- PyPy's stack is one of C, whose room ends after some thousand calls.  When little is left the
  function raises :class:`StackFull` before it does anything, and who called it calls it again on a fresh
  stack: a continulet begun where the stack was short, while what lies on the stack goes to the heap.
- CPython 3.13.0 to 3.13.3 do not look at the limit where a function has ``*`` parameters.  A call of a
  function that has none looks.
"""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from functools import partial
from importlib import import_module
from types import FunctionType
from typing import Any, Final

from moonquakes.values import LuaValue

stack_almost_full: Any = None
continulet: Any = None
if sys.implementation.name == "pypy":
    with suppress(ImportError):  # a PyPy may be built without
        stack_almost_full = import_module("__pypy__").stack_almost_full
        continulet = import_module("_continuation").continulet

#: Whether there are fresh stacks.
HAS_FRESH: Final = continulet is not None

#: How many Python frames Lua may have.
MAX_FRAMES: Final = 400_000
#: What a frame takes, in bytes, with its traceback; and how many any limit of memory has room for.
_FRAME_SIZE: Final = 400 if sys.implementation.name == "cpython" else 1600
_LEAST_MOST: Final = 2000

#: A stack that is full after so few frames was full when it began.
_LEAST_FRAMES: Final = 30

#: PyPy's recursion limit (in 768 bytes of stack) while Lua runs, and the stack that a thread needs for it:
#: a sixteenth of it is what remains for host functions where Lua functions turn to a fresh stack.
_PYPY_LIMIT: Final = 4000
_PYPY_STACK: Final = 8 << 20

#: What translated functions that call others begin with; empty for nothing.
ENTRY: Final = (
    "if FULL(): raise StackFull"
    if HAS_FRESH
    else "LOOK()"
    if sys.implementation.name == "cpython" and (3, 13) <= sys.version_info < (3, 13, 4)
    else ""
)


class StackFull(Exception):  # noqa: N818  # control flow, no error
    """A translated function has not begun: Python's stack is nearly full."""


def look() -> None:
    """Let Python look at its recursion limit."""


def most_frames(memory: int | None) -> int:
    """Return how many Python frames Lua may have under a limit of memory in bytes."""
    return MAX_FRAMES if memory is None else min(MAX_FRAMES, max(_LEAST_MOST, memory // _FRAME_SIZE))


def least_limit() -> int:
    """Return the least recursion limit to run Lua with on PyPy, 0 for the host's."""
    return _PYPY_LIMIT if HAS_FRESH and _is_stack_large() else 0


def _is_stack_large() -> bool:
    """Whether the thread's stack has the room that the raised limit needs, as far as one can tell."""
    if _thread.is_large is None:
        _thread.is_large = False
        if sys.platform == "linux":
            with suppress(ImportError, OSError, AttributeError):
                _thread.is_large = _stack_size() >= _PYPY_STACK
    return _thread.is_large


def _stack_size() -> int:
    """Return the bytes of the running thread's stack."""
    if threading.current_thread() is threading.main_thread():
        import resource

        size = resource.getrlimit(resource.RLIMIT_STACK)[0]
        return _PYPY_STACK if size == resource.RLIM_INFINITY else size
    # What a thread was started with only the C library knows.
    import ctypes

    library = ctypes.CDLL(None)
    library.pthread_self.restype = ctypes.c_ulong
    attributes = ctypes.create_string_buffer(256)
    found = ctypes.c_size_t(0)
    if library.pthread_getattr_np(ctypes.c_ulong(library.pthread_self()), attributes) == 0:
        library.pthread_attr_getstacksize(attributes, ctypes.byref(found))
        library.pthread_attr_destroy(attributes)
    return found.value


class _Thread(threading.local):
    """What a thread has.

    Attributes:
        base: the continulet that begins others, where the stack was short; None before it is needed.
        frames: Python frames on the stacks that were left.
        most: Python frames that there may be.
        is_large: whether its stack is large enough to raise PyPy's limit; None before it is known.
    """

    base: Any = None
    frames = 0
    most = MAX_FRAMES
    is_large: bool | None = None


_thread: Final = _Thread()


def prepare(most: int) -> None:
    """Make fresh stacks possible, with ``most`` frames in all.

    Called where Lua is entered, and the stack is short.
    """
    _thread.most = most
    if _thread.base is None:
        _thread.base = continulet(_begin_others)
        _thread.base.switch()


def _begin_others(base: Any) -> None:
    work = base.switch()
    while True:
        work = base.switch(to=continulet(partial(_run, work)))


def _run(work: Any, _: Any) -> Any:
    return work()


def call_afresh(function: Any, arguments: tuple[Any, ...]) -> Any:
    """Call on a fresh stack.

    Raises:
        RecursionError: Lua has as many frames as it may have, or a stack began full.
    """
    before = _thread.frames
    here = _frames_here()
    if here < _LEAST_FRAMES or before + here > _thread.most or _thread.base is None:
        raise RecursionError
    _thread.frames = before + here
    try:
        return _thread.base.switch(partial(function, *arguments))
    finally:
        _thread.frames = before


def on_any_stack(function: Any) -> Any:
    """Return what calls a translated function, on a fresh stack when it finds its own full."""

    def call(*arguments: LuaValue) -> Any:
        try:
            if len(arguments) == 2:  # PyPy traces this in a third of the operations
                return function(arguments[0], arguments[1])
            return function(*arguments)
        except StackFull as exception:
            full = exception
        return call_again(full, function, arguments)

    return call


def _frames_here() -> int:
    count = 0
    frame: Any = sys._getframe()
    code = _run.__code__
    while frame is not None and frame.f_code is not code:
        count += 1
        frame = frame.f_back
    return count


def call_again(exception: StackFull, function: FunctionType, arguments: tuple[LuaValue, ...]) -> Any:
    """Call a function on a fresh stack that raised :class:`StackFull` when it was called where that was
    caught.

    Raises:
        RecursionError: it was not this function, which has begun.
    """
    inner = exception.__traceback__.tb_next  # type: ignore[union-attr]  # it was raised
    if inner is None or inner.tb_next is not None or inner.tb_frame.f_code is not function.__code__:
        raise RecursionError
    return call_afresh(function, arguments)
