"""How do Python's mappings and iterables become a Lua table?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from moonquakes.embedding.wrappers import LuaTable
from moonquakes.values import LuaValue
from moonquakes.vm.table import Table, new_table

if TYPE_CHECKING:
    from moonquakes.embedding.border import Border


def make_table(border: Border, items: tuple[object, ...], fields: Mapping[str, object]) -> LuaTable:
    """Return a new table with items as 1, 2, ... and fields by name."""
    table, to_lua = new_table(), border.to_lua
    for position, item in enumerate(items, 1):
        table.set(position, to_lua(item))
    for name, value in fields.items():
        table.set(border.encode_name(name), to_lua(value))
    return LuaTable(border, table)


def fill_table(border: Border, table: Table, sources: Iterable[Any], is_recursive: bool) -> None:
    """Store the entries of mappings, and the items of other iterables as 1, 2, ..., in a table.

    Args:
        is_recursive: whether what is inside becomes a table, too; the same object the same table.

    Raises:
        TypeError: a source is neither.
    """
    made: dict[int, Table] = {}
    position = 1
    # Not by recursion: how deep the sources are is nobody's promise.
    waiting: list[tuple[Table, Any]] = []

    def value_of(item: Any) -> LuaValue:
        if not is_recursive or not _has_parts(item):
            return border.to_lua(item)
        inner = made.get(id(item))
        if inner is None:
            inner = made[id(item)] = new_table()
            waiting.append((inner, item))
        return inner

    def store(target: Table, source: Any, position: int) -> int:
        if isinstance(source, (Mapping, LuaTable)):
            for key, item in source.items():
                target.set(border.key_to_lua(key), value_of(item))
            return position
        try:
            items = iter(source)
        except TypeError:
            raise TypeError(f"args must be mappings or iterables, not {type(source).__name__}") from None
        for item in items:
            target.set(position, value_of(item))
            position += 1
        return position

    sources = tuple(sources)
    for source in sources:
        if len(sources) == 1:
            made[id(source)] = table
        position = store(table, source, position)
    while waiting:
        store(*waiting.pop(), 1)


def _has_parts(item: object) -> bool:
    """Whether an object is taken apart: mappings and sequences are, text is not."""
    return isinstance(item, (Mapping, LuaTable)) or (
        hasattr(type(item), "__getitem__")
        and hasattr(type(item), "__iter__")
        and not isinstance(item, (str, bytes))
    )
