"""What a Lua value is in Python: the representation every other module relies on.

| Lua              | Python                                                         |
|------------------|----------------------------------------------------------------|
| nil              | ``None``                                                       |
| boolean          | :data:`TRUE`, :data:`FALSE` (never ``True``/``False``)         |
| integer          | ``int`` in -2**63 .. 2**63-1                                   |
| float            | ``float``                                                      |
| string           | ``str`` with one code point 0-255 per byte ("latin-1 ``str``") |
| table            | :class:`moonquakes.vm.table.Table`                             |
| function         | a plain Python function (``types.FunctionType``)               |
| userdata, thread | :class:`Userdata`, ``moonquakes.vm.coroutines.Coroutine``      |

This module must not import anything else of the package.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, Final, TypeAlias

#: Any Lua value as the table above describes it.  Python's type system cannot
#: tell a latin-1 ``str`` from another, so the alias documents and does not check.
LuaValue: TypeAlias = Any

#: What a function returns: one bare value, or a tuple when it has none or several results.
LuaResults: TypeAlias = Any

MAX_INTEGER: Final = 0x7FFFFFFFFFFFFFFF
MIN_INTEGER: Final = -0x8000000000000000
#: Equal strings up to this length are one object in the reference (``%p`` shows it).
LONGEST_SHORT_STRING: Final = 40


class LuaBoolean:
    """A Lua boolean; only the two singletons ``TRUE`` and ``FALSE`` exist.

    Python's own booleans are integers (``True == 1``), so they would make
    ``t[true]`` and ``t[1]`` the same key and ``true + 1`` a number.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str:
        return self.name.upper()

    def __bool__(self) -> bool:
        return self is TRUE


TRUE: Final = LuaBoolean("true")
FALSE: Final = LuaBoolean("false")


class SlowPath(Exception):  # noqa: N818  # control flow, no error
    """The likely case does not hold; what was computed has no effect and is computed again."""


def not_direct(*_: LuaValue) -> LuaResults:
    """Leave a call of a userdata to its metatable's ``__call``."""
    raise SlowPath


class Userdata:
    """A full userdata: a host value with a metatable and user values (§2.1).

    ``value`` is the host's own Python object; Lua code never reaches it but
    through what the host puts into ``metatable``.

    A host whose ``__call`` does the same for every call sets ``function`` as well: generated code
    calls that without a look at the metatable.
    """

    __slots__ = ("__weakref__", "function", "metatable", "user_values", "value")

    def __init__(self, value: object = None, metatable: Any = None, user_values: int = 0) -> None:
        self.value = value
        self.metatable = metatable
        self.user_values: list[LuaValue] = [None] * user_values
        self.function: Callable[..., LuaResults] = not_direct

    def __call__(self, *arguments: LuaValue) -> LuaResults:
        return self.function(*arguments)


class LightUserdata:
    """A light userdata: equal to another one of the same host object (§2.1)."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return other.__class__ is LightUserdata and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


#: Lua's type name by exact Python class.  ``vm.table`` and ``vm.coroutines`` add theirs.
TYPE_NAMES: Final[dict[type, str]] = {
    type(None): "nil",
    LuaBoolean: "boolean",
    int: "number",
    float: "number",
    str: "string",
    FunctionType: "function",
    Userdata: "userdata",
    LightUserdata: "userdata",
}


def type_name(value: LuaValue) -> str:
    """Return Lua's name for the type of ``value`` (``"nil"``, ``"number"``, ...)."""
    return TYPE_NAMES[value.__class__]


class TailCall:
    """A tail call that remains to be made: what a function returned, as a tuple of it alone.

    A function that finds the stack deep returns one instead of calling; whoever takes
    the results calls.  No function returns any other tuple of one.
    """

    __slots__ = ("arguments", "function")

    def __init__(self, function: Any, arguments: tuple[LuaValue, ...]) -> None:
        self.function = function
        self.arguments = arguments


def settle_tail(results: Any) -> LuaResults:
    """Make the tail calls that a function's results may leave, and return the last one's results."""
    while results.__class__ is tuple and len(results) == 1:
        call = results[0]
        if call.__class__ is not TailCall:
            return call
        results = call.function(*call.arguments)
    return results


def first(results: LuaResults) -> LuaValue:
    """Return the first of a function's results, nil when there is none."""
    if results.__class__ is tuple:
        if len(results) == 1:
            return first(settle_tail(results))
        return results[0] if results else None
    return results


def as_tuple(results: LuaResults) -> tuple[LuaValue, ...]:
    """Return a function's results as a tuple, however many there are."""
    if results.__class__ is not tuple:
        return (results,)
    if len(results) == 1:
        results = settle_tail(results)
        return results if results.__class__ is tuple else (results,)
    return results


def pack_results(values: tuple[LuaValue, ...]) -> LuaResults:
    """Return ``values`` in the form a function returns them."""
    return values[0] if len(values) == 1 else values
