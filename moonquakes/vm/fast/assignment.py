"""How does a variable of a Python function under way change from outside?  The debug library asks (§6.10).

Python 3.13 writes through; PyPy and earlier CPythons have a function for it, CPython's behind ctypes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from types import FrameType
from typing import Any

from moonquakes.values import LuaValue


def assign_variable(frame: FrameType, name: str, value: LuaValue) -> bool:
    """Give a variable of a frame a value; False where this Python has no way to do so."""
    write_back = _writer()
    if write_back is None:
        return False
    values = frame.f_locals
    if name not in values:
        return False
    values[name] = value
    write_back(frame)
    return True


@cache
def _writer() -> Callable[[FrameType], Any] | None:
    """Return what takes a frame's ``f_locals`` over into its variables, None when there is nothing."""
    if sys.implementation.name == "pypy":
        from __pypy__ import locals_to_fast  # type: ignore[import-not-found]  # only there

        return locals_to_fast  # type: ignore[no-any-return]  # it is one
    if sys.version_info >= (3, 13):
        return lambda frame: None
    try:
        import ctypes
    except ImportError:  # a Python without compiled extensions
        return None
    api = ctypes.pythonapi.PyFrame_LocalsToFast
    return lambda frame: api(ctypes.py_object(frame), ctypes.c_int(0))
