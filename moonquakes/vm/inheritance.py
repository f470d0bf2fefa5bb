"""Flattened inheritance: what a metatable's ``__index`` chain gives for a name, found once (§2.4).

``Table.methods`` of a metatable maps names to what a chain of plain tables has for them, nil
included.  The tables of the chain are watched: their hash part becomes a :class:`WatchedDict`,
which drops a name from those maps when it is stored.  A metatable gets its map when it was
asked some times, so that those of single objects cost nothing.
"""

from __future__ import annotations

import weakref
from typing import Any, Final

from moonquakes.values import LuaValue
from moonquakes.vm.records import new_record
from moonquakes.vm.sealed import is_sealed
from moonquakes.vm.table import Table

#: Lookups before a metatable gets its map.
_PATIENCE: Final = 3
#: Names that a map holds at most.
_MAX_NAMES: Final = 1000
_MAX_CHAIN: Final = 100


class WatchedDict(dict[LuaValue, LuaValue]):
    """The hash part of a table that metatables inherit from; ``watchers`` are those metatables."""

    __slots__ = ("watchers",)
    watchers: set[weakref.ref[Table]]

    def __setitem__(self, key: LuaValue, value: LuaValue) -> None:
        dict.__setitem__(self, key, value)
        for watcher in self.watchers:
            table = watcher()
            if table is not None:
                if key == "__index":
                    table.methods = new_record()
                else:
                    table.methods.pop(key, None)

    def changed(self) -> None:
        """Forget all that was found through this table."""
        for watcher in self.watchers:
            table = watcher()
            if table is not None:
                table.methods = new_record()

    def __delitem__(self, key: LuaValue) -> None:
        dict.__delitem__(self, key)
        self.changed()

    def pop(self, *arguments: Any) -> Any:
        self.changed()
        return dict.pop(self, *arguments)

    def clear(self) -> None:
        dict.clear(self)
        self.changed()

    def update(self, *arguments: Any, **fields: Any) -> None:
        dict.update(self, *arguments, **fields)
        self.changed()


def metatable_changed(table: Table) -> None:
    """Say that a table that may be inherited from has another metatable now."""
    fields = table.hash
    if fields.__class__ is WatchedDict:
        fields.changed()


def inherited(metatable: Table, name: str) -> tuple[LuaValue] | None:
    """Return what the ``__index`` chain of a metatable has for ``name``.

    None when the chain is not of plain tables only, or the metatable is not worth a map yet.
    """
    try:
        methods: Any = metatable.methods
    except AttributeError:
        methods = 0
    if methods.__class__ is int:
        if methods < _PATIENCE:
            metatable.methods = methods + 1  # type: ignore[assignment]  # counts until it is a map
            return None
        methods = metatable.methods = new_record()
    chain = [metatable]
    parent = metatable.hash.get("__index")
    value: LuaValue = None
    for _ in range(_MAX_CHAIN):
        if parent.__class__ is not Table:
            return None
        chain.append(parent)
        value = parent.hash.get(name)
        above = parent.metatable
        if value is not None or above is None:
            break
        chain.append(above)
        parent = above.hash.get("__index")
        if parent is None:
            break
    else:
        return None
    if len(methods) < _MAX_NAMES:
        for table in chain:
            _watch(table, metatable)
        metatable.methods[name] = value
    return (value,)


def _watch(table: Table, metatable: Table) -> None:
    fields = table.hash
    if fields.__class__ is not WatchedDict:
        if is_sealed(table):
            return
        watched = WatchedDict(fields)
        watched.watchers = set()
        table.hash = fields = watched
    watchers = fields.watchers
    reference = weakref.ref(metatable)
    if reference not in watchers:
        if len(watchers) >= 32:
            fields.watchers = watchers = {watcher for watcher in watchers if watcher() is not None}
        watchers.add(reference)
