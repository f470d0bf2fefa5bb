"""The standard libraries as host functions that open them (§6), for ``mqL_requiref``."""

from __future__ import annotations

from moonquakes.api.contracts import contract
from moonquakes.api.state import mq_State
from moonquakes.stdlib import make_library


def _open(L: mq_State, name: str) -> int:
    L.stack.append(make_library(L.engine, name))
    return 1


@contract(0, 1, "e")
def mqopen_base(L: mq_State) -> int:
    """Open the basic functions: set them in the global table, and push that."""
    return _open(L, "base")


@contract(0, 1, "e")
def mqopen_package(L: mq_State) -> int:
    """Push the library ``package``, and set the global ``require``."""
    return _open(L, "package")


@contract(0, 1, "e")
def mqopen_coroutine(L: mq_State) -> int:
    """Push the library ``coroutine``."""
    return _open(L, "coroutine")


@contract(0, 1, "e")
def mqopen_table(L: mq_State) -> int:
    """Push the library ``table``."""
    return _open(L, "table")


@contract(0, 1, "e")
def mqopen_io(L: mq_State) -> int:
    """Push the library ``io``, and put the metatable of files into the registry."""
    return _open(L, "io")


@contract(0, 1, "e")
def mqopen_os(L: mq_State) -> int:
    """Push the library ``os``."""
    return _open(L, "os")


@contract(0, 1, "e")
def mqopen_string(L: mq_State) -> int:
    """Push the library ``string``, and give strings their metatable."""
    return _open(L, "string")


@contract(0, 1, "e")
def mqopen_math(L: mq_State) -> int:
    """Push the library ``math``."""
    return _open(L, "math")


@contract(0, 1, "e")
def mqopen_utf8(L: mq_State) -> int:
    """Push the library ``utf8``."""
    return _open(L, "utf8")


@contract(0, 1, "e")
def mqopen_debug(L: mq_State) -> int:
    """Push the library ``debug``."""
    return _open(L, "debug")
