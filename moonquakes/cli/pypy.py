"""What does the command line ask of PyPy's tracing compiler?  Its programs run once, from a cold start.

An embedding process chooses for itself: nothing here happens on import.  Options of ``pypy --jit`` stay as
they are given.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, Final

#: PyPy's own thresholds of loops and functions.
_THRESHOLDS: Final = "threshold=1039,function_threshold=1619"
#: Texts that are longer are worth compiling the compiler for.
_LONG: Final = 60_000


class _Compiler:
    """PyPy's compiler, once the command line has it; ``set_param`` is None before, and elsewhere."""

    set_param: Any = None


def tune() -> None:
    """Let the command line tell PyPy's compiler when to rest; on other Pythons nothing happens."""
    if sys.implementation.name == "pypy" and "--jit" not in sys.orig_argv:
        with suppress(ImportError):  # a PyPy may be built without
            _Compiler.set_param = import_module("pypyjit").set_param


@contextmanager
def untraced(length: int = 0) -> Iterator[None]:
    """Compile nothing while what runs once is run: the start, or the loading of a text of some ``length``."""
    set_param = _Compiler.set_param
    if set_param is None or length > _LONG:
        yield
        return
    set_param("off")
    try:
        yield
    finally:
        set_param(_THRESHOLDS)
