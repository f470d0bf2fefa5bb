"""How are the string fields of a table kept, where the interpreter offers more than one kind of dictionary?

On PyPy the dictionary of an object is a *map*, which objects with the same keys share, and a list of
values: its compiler makes a constant key a place in that list.  It is a ``dict`` like any other to
everything else.  Fields whose names stand in the program go there (:func:`add_field`, and what the fast
engine writes for a table constructor); names that are computed do not (:func:`plain`), since a map is kept
for each new combination of keys.  Elsewhere there is one kind.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, Final

from moonquakes.values import LuaValue

#: Whether there are such dictionaries.
HAS_RECORDS: Final = sys.implementation.name == "pypy"

#: How many globals with computed names there may be: each is a reason to compile anew.
_MOST_GLOBALS: Final = 256

_kind: Callable[[Any], str] = import_module("__pypy__").strategy if HAS_RECORDS else lambda fields: ""


class Record:
    """The object that a map belongs to."""


def new_record() -> dict[LuaValue, LuaValue]:
    """Return an empty dictionary for names that stand in the program."""
    fields: dict[LuaValue, LuaValue] = Record().__dict__ if HAS_RECORDS else {}
    return fields


def record_of(fields: Mapping[LuaValue, LuaValue]) -> dict[LuaValue, LuaValue]:
    """Return a copy of such fields."""
    record = new_record()
    record.update(fields)
    return record


def is_special(fields: dict[LuaValue, LuaValue]) -> bool:
    """Whether a dictionary should become a plain one before it gets a key that is computed."""
    if not HAS_RECORDS or fields.__class__ is not dict:
        return False
    kind = _kind(fields)
    return kind == "MapDictStrategy" or (kind == "ModuleDictStrategy" and len(fields) >= _MOST_GLOBALS)


def global_fields() -> dict[LuaValue, LuaValue]:
    """Return an empty dictionary for the globals: PyPy compiles them as constants until they are changed."""
    if not HAS_RECORDS:
        return {}
    fields: dict[LuaValue, LuaValue] = ModuleType("globals").__dict__
    fields.clear()
    return fields
