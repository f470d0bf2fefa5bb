"""What generated code calls in the likely case: it looks, and leaves the fast path for anything odd.

Nothing here has a side effect, so that an expression with it may be computed again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from moonquakes.numbers import wrap
from moonquakes.values import LuaValue, Userdata
from moonquakes.values import (
    SlowPath as SlowPath,  # what generated code's helpers raise, from here
)
from moonquakes.vm.fresh import HAS_FRESH, StackFull
from moonquakes.vm.records import Record
from moonquakes.vm.table import Table

#: What the likely case raises when it does not hold.
E: Final = (
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
    ZeroDivisionError,
    OverflowError,
    MemoryError,
    ValueError,
    SlowPath,
    *((StackFull,) if HAS_FRESH else ()),
)


def odd() -> Any:
    """Leave the fast path."""
    raise SlowPath


def wrap_result(value: Any) -> Any:
    """Return an integer within its 64 bits, anything else as it is."""
    return wrap(value) if value.__class__ is int else value


def of_numbers(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return an operation that leaves the fast path for anything but two numbers."""

    def perform(x: Any, y: Any) -> Any:
        s, t = x.__class__, y.__class__
        if (s is int or s is float) and (t is int or t is float):
            try:
                return operation(x, y)
            except ZeroDivisionError:
                pass
        raise SlowPath

    return perform


def of_integers(operation: Callable[[int, int], int]) -> Callable[[Any, Any], Any]:
    def perform(x: Any, y: Any) -> Any:
        if x.__class__ is int and y.__class__ is int:
            return operation(x, y)
        raise SlowPath

    return perform


def word_names() -> dict[str, Any]:
    """Return what computes with integers of 64 bits, which PyPy has; anything else raises."""
    if sys.implementation.name != "pypy":
        return {}
    words = import_module("__pypy__").intop
    return {
        "WADD": words.int_add,
        "WSUB": words.int_sub,
        "WMUL": words.int_mul,
        "WSHL": words.int_lshift,
        "WSHR": words.uint_rshift,
    }


def looking_names() -> dict[str, Any]:
    def missing(o: Any, key: LuaValue) -> LuaValue:
        """Return what a table has for a key that a raw read found nil, unless a metamethod must be called."""
        metatable = o.metatable
        if metatable is None:
            return None
        try:
            return metatable.methods[key]
        except (AttributeError, KeyError, TypeError):
            pass
        handler = metatable.hash.get("__index")
        if handler is None:
            return None
        # Names are left to the slow path, which keeps what it finds in ``methods``.
        if handler.__class__ is Table and key.__class__ is not str:
            value = handler.get(key)
            if value is not None or handler.metatable is None:
                return value
        raise SlowPath

    def missing_key(o: Any, key: LuaValue) -> LuaValue:
        """The same for a key of any type, which was looked for as it is."""
        if key.__class__ is float:
            raise SlowPath
        return missing(o, key)

    def get(o: Any, key: LuaValue) -> LuaValue:
        if o.__class__ is not Table:
            raise SlowPath
        return o.get(key)

    def find(o: Any, key: LuaValue) -> LuaValue:
        if o.__class__ is not Table:
            raise SlowPath
        value = o.get(key)
        return missing(o, key) if value is None else value

    def same_objects(x: Any, y: Any) -> bool:
        """Whether two different values, the first a table or userdata, are equal without a metamethod."""
        if y.__class__ is not x.__class__:
            return False
        metatable = x.metatable
        if metatable is not None and metatable.hash.get("__eq") is not None:
            raise SlowPath
        metatable = y.metatable
        if metatable is not None and metatable.hash.get("__eq") is not None:
            raise SlowPath
        return False

    def same(x: Any, y: Any) -> bool:
        if x == y:
            return True
        return (x.__class__ is Table or x.__class__ is Userdata) and same_objects(x, y)

    def size(o: Any) -> int:
        if o.__class__ is str:
            return len(o)
        if o.__class__ is not Table or (
            o.metatable is not None and o.metatable.hash.get("__len") is not None
        ):
            raise SlowPath
        return len(o.arr) - 1

    def add(o: Table, key: LuaValue, value: LuaValue) -> None:
        """Store where a metamethod for new keys has no say."""
        if o.__class__ is not Table or key is None or (key.__class__ is float and key != key):
            raise SlowPath
        metatable = o.metatable
        if metatable is not None and metatable.hash.get("__newindex") is not None:
            raise SlowPath
        o.set(key, value)

    def add_field(o: Any, name: str, value: LuaValue) -> bool:
        """Store a field whose name stands in the program, unless a metamethod may have a say."""
        if o.__class__ is not Table or value is None:
            return False
        metatable = o.metatable
        if metatable is not None and metatable.hash.get("__newindex") is not None:
            return False
        o.set_field(name, value)
        return True

    return word_names() | {
        "N": missing, "NK": missing_key, "GET": get, "FIND": find, "EQ": same_objects, "SAME": same,
        "SIZE": size,
        "ADD": add, "FIELD": add_field, "Record": Record,
    }  # fmt: skip
