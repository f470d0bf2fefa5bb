"""How does a Lua table become the arguments of a Python function, positional and by name?

``f{1, 2, name=3}`` is how Lua programs pass named arguments.  Python functions take them through the
decorators here, and Lua code passes them to any function as ``python.args{...}``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from moonquakes.embedding.wrappers import LuaTable


class Arguments:
    """Arguments that Lua code collected in a table."""

    __slots__ = ("named", "positional")

    def __init__(self, table: LuaTable) -> None:
        """Read a table: integer keys are positions, strings are names.

        Raises:
            IndexError: a position is not within the table's border.
            TypeError: a key is neither a position nor a name.
        """
        size = len(table)
        self.positional: list[Any] = [None] * size
        self.named: dict[str, Any] = {}
        for key, value in table.items():
            if type(key) is int:
                if not 1 <= key <= size:
                    raise IndexError("table index out of range")
                self.positional[key - 1] = value
            elif type(key) is str:
                self.named[key] = value
            elif type(key) is bytes:
                self.named[key.decode(table._border.source_encoding)] = value
            else:
                raise TypeError("table key is neither an integer nor a string")


def unpacks_lua_table(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function be called from Lua as ``f{a, name=b}`` too: a lone table holds its arguments."""

    @wraps(function, updated=())
    def unpacking(*args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and isinstance(args[0], LuaTable):
            arguments = Arguments(args[0])
            return function(*arguments.positional, **arguments.named)
        return function(*args, **kwargs)

    return unpacking


def unpacks_lua_table_method(method: Callable[..., Any]) -> Callable[..., Any]:
    """Do as :func:`unpacks_lua_table` does, for a method."""

    @wraps(method, updated=())
    def unpacking(self: Any, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and isinstance(args[0], LuaTable):
            arguments = Arguments(args[0])
            return method(self, *arguments.positional, **arguments.named)
        return method(self, *args, **kwargs)

    return unpacking
