"""Lua's operations with their metamethods (§2.4), as host functions use them.

The VM's handlers do the same on registers, where a metamethod may yield; here a
metamethod is called from Python.
"""

from __future__ import annotations

from moonquakes.errors import LuaError, PendingError
from moonquakes.numbers import ARITHMETIC, BITWISE, format_float, is_number, negate, to_integer
from moonquakes.values import (
    FALSE,
    TYPE_NAMES,
    LightUserdata,
    LuaBoolean,
    LuaResults,
    LuaValue,
    Userdata,
    first,
)
from moonquakes.vm.access import find_index, find_newindex
from moonquakes.vm.messages import comparison_error
from moonquakes.vm.table import Table

_BITWISE_EVENTS = frozenset({*BITWISE, "__bnot"})


class Operations:
    """What can be done with any Lua value; the base of ``State``, which adds calls and errors."""

    #: Metatables of the types whose values have none of their own, by Python class (``str``, ``int``...).
    type_metatables: dict[type, Table]

    def runtime_error(self, message: str) -> LuaError:
        raise NotImplementedError

    def call(self, callee: LuaValue, *arguments: LuaValue) -> LuaResults:
        raise NotImplementedError

    # Metatables

    def metatable_of(self, value: LuaValue) -> Table | None:
        """Return the metatable of any value, None when it has none."""
        if value.__class__ is Table or value.__class__ is Userdata:
            return value.metatable
        return self.type_metatables.get(value.__class__)

    def metamethod(self, value: LuaValue, event: str) -> LuaValue:
        """Return the field ``event`` of the value's metatable, None when there is none."""
        metatable = value.metatable if value.__class__ is Table else self.metatable_of(value)
        return metatable.hash.get(event) if metatable is not None else None

    def binary_metamethod(self, x: LuaValue, y: LuaValue, event: str) -> LuaValue:
        """Return the metamethod of a binary operation: the first operand's, else the second's (§2.4)."""
        handler = self.metamethod(x, event)
        return handler if handler is not None else self.metamethod(y, event)

    def type_name(self, value: LuaValue) -> str:
        """Return the type's name as messages show it: the metatable's ``__name`` when it is a string."""
        if value.__class__ is Table or value.__class__ is Userdata:
            name = self.metamethod(value, "__name")
            if name.__class__ is str:
                return name.partition("\0")[0]  # a C string in the reference
        elif value.__class__ is LightUserdata:
            return "light userdata"
        return TYPE_NAMES[value.__class__]

    # Indexing

    def index(self, value: LuaValue, key: LuaValue) -> LuaValue:
        """Return ``value[key]``."""
        result, handler, receiver = find_index(self, value, key)  # type: ignore[arg-type]  # the State
        if handler is None:
            return result
        return first(self.call(handler, receiver, key))

    def set_index(self, value: LuaValue, key: LuaValue, new: LuaValue) -> None:
        """Do ``value[key] = new``."""
        handler, receiver = find_newindex(self, value, key, new)  # type: ignore[arg-type]  # the State
        if handler is not None:
            self.call(handler, receiver, key, new)

    def length(self, value: LuaValue) -> LuaValue:
        """Return ``#value``: any value, when a metamethod gives it."""
        if value.__class__ is str:
            return len(value)
        handler = self.metamethod(value, "__len")
        if handler is not None:
            return first(self.call(handler, value, value))
        if value.__class__ is Table:
            return value.length()
        raise self.runtime_error(f"attempt to get length of a {self.type_name(value)} value")

    # Arithmetic and concatenation

    def arithmetic(self, event: str, x: LuaValue, y: LuaValue) -> LuaValue:
        """Apply the operation of ``event`` (``"__add"``, ...); a unary one gets its operand twice."""
        result = self._raw_arithmetic(event, x, y)
        if result is not None:
            return result
        handler = self.binary_metamethod(x, y, event)
        if handler is not None:
            return first(self.call(handler, x, y))
        if is_number(x) and is_number(y):  # a bitwise operation: any other has a result for two numbers
            raise self.runtime_error("number has no integer representation")
        culprit = y if is_number(x) else x
        verb = "perform bitwise operation on" if event in _BITWISE_EVENTS else "perform arithmetic on"
        raise self.runtime_error(f"attempt to {verb} a {self.type_name(culprit)} value")

    def _raw_arithmetic(self, event: str, x: LuaValue, y: LuaValue) -> LuaValue:
        if not (is_number(x) and is_number(y)):
            return None
        if event in ARITHMETIC:
            try:
                return ARITHMETIC[event](x, y)
            except ZeroDivisionError:
                text = "perform 'n%0'" if event == "__mod" else "divide by zero"
                raise self.runtime_error(f"attempt to {text}") from None
        if event == "__unm":
            return negate(x)
        i, j = to_integer(x), to_integer(y)
        if i is None or j is None:
            return None
        return ~i if event == "__bnot" else BITWISE[event](i, j)

    def concat(self, x: LuaValue, y: LuaValue) -> LuaValue:
        """Return ``x .. y``."""
        left, right = self.string_or_none(x), self.string_or_none(y)
        if left is not None and right is not None:
            return left + right
        handler = self.binary_metamethod(x, y, "__concat")
        if handler is not None:
            return first(self.call(handler, x, y))
        culprit = y if left is not None else x
        raise self.runtime_error(f"attempt to concatenate a {self.type_name(culprit)} value")

    # Comparison

    def equals(self, x: LuaValue, y: LuaValue) -> bool:
        """Return ``x == y``."""
        if x == y:
            return True
        if x.__class__ is not y.__class__ or not (x.__class__ is Table or x.__class__ is Userdata):
            return False
        handler = self.binary_metamethod(x, y, "__eq")
        return handler is not None and truthy(first(self.call(handler, x, y)))

    def less_than(self, x: LuaValue, y: LuaValue) -> bool:
        """Return ``x < y``."""
        try:
            return x < y  # type: ignore[no-any-return]  # numbers or strings
        except TypeError:
            return self._compare("__lt", x, y)

    def less_equal(self, x: LuaValue, y: LuaValue) -> bool:
        """Return ``x <= y``."""
        try:
            return x <= y  # type: ignore[no-any-return]  # numbers or strings
        except TypeError:
            return self._compare("__le", x, y)

    def _compare(self, event: str, x: LuaValue, y: LuaValue) -> bool:
        handler = self.binary_metamethod(x, y, event)
        if handler is None:
            raise comparison_error(self, x, y)  # type: ignore[arg-type]  # the State
        return truthy(first(self.call(handler, x, y)))

    # Conversion to strings

    def string_or_none(self, value: LuaValue) -> str | None:
        """Return a string as it is, a number converted, None for any other value."""
        if value.__class__ is str:
            return value
        if value.__class__ is int:
            return str(value)
        if value.__class__ is float:
            return format_float(value)
        return None

    def tostring(self, value: LuaValue) -> str:
        """Convert any value to a string in a human-readable form (``luaL_tolstring``)."""
        if value.__class__ is str:
            return value
        if value.__class__ is int:
            return str(value)
        if value.__class__ is float:
            return format_float(value)
        metatable = self.metatable_of(value)
        if metatable is not None:
            handler = metatable.hash.get("__tostring")
            if handler is not None:
                text = first(self.call(handler, value))
                if text.__class__ is str:
                    return text
                if is_number(text):
                    return self.tostring(text)
                raise PendingError("'__tostring' must return a string")
        if value is None:
            return "nil"
        if value.__class__ is LuaBoolean:
            return value.name
        name = self.metamethod(value, "__name")
        kind = name.partition("\0")[0] if name.__class__ is str else TYPE_NAMES[value.__class__]
        return f"{kind}: {address(value)}"


def truthy(value: LuaValue) -> bool:
    """Whether a condition holds for ``value``: all but nil and false do."""
    return value is not None and value is not FALSE


def address(value: LuaValue) -> str:
    """Return the identity of a table, function, thread or userdata as ``%p`` shows it."""
    return f"0x{id(value.value if value.__class__ is LightUserdata else value):014x}"
