"""Tables: an array part and a hash part over Python's list and dict (§2.1, §6.1 ``next``).

``arr`` is a list with a dummy at index 0 and no nil at its end, so the border is
``len(arr) - 1``.  Key ``len(arr)`` is never in ``hash``: appending moves following
integer keys over.  ``hash`` keeps a deleted key with the value None until a new
key is stored, so that ``next`` may clear fields while it walks.

Raw access only: metamethods live in :mod:`moonquakes.vm.operations`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from moonquakes.errors import PendingError
from moonquakes.values import TYPE_NAMES, LuaValue

#: Size of the hash part from which deleted keys are swept before it grows.
_FIRST_SWEEP: Final = 8


class Table:
    """A Lua table; ``metatable`` is a :class:`Table` or None."""

    __slots__ = ("__weakref__", "_cursor", "_positions", "_sweep_at", "_trimmed", "arr", "hash", "metatable")

    def __init__(self) -> None:
        self.arr: list[LuaValue] = [None]
        self.hash: dict[LuaValue, LuaValue] = {}
        self.metatable: Table | None = None
        self._sweep_at = _FIRST_SWEEP
        self._trimmed = 0
        self._cursor: tuple[LuaValue, Iterator[LuaValue]] | None = None
        self._positions: tuple[list[LuaValue], dict[LuaValue, int]] | None = None

    @classmethod
    def from_list(cls, values: list[LuaValue]) -> Table:
        """Return a sequence of ``values`` (1..n); the list is copied."""
        table = cls()
        table.arr += values
        table._trim()
        return table

    @classmethod
    def from_fields(cls, fields: dict[str, LuaValue]) -> Table:
        """Return a table with string keys; no value may be None."""
        table = cls()
        table.hash.update(fields)
        table._sweep_at = max(_FIRST_SWEEP, 2 * len(fields))
        return table

    def restore(self, model: Table) -> None:
        """Give the table exactly the fields of ``model``, and no metatable; cheap when nothing differs."""
        self.metatable = None
        if self.hash == model.hash and self.arr == model.arr:
            return
        self.arr = list(model.arr)
        self.hash = {key: value for key, value in model.hash.items() if value is not None}
        self._sweep_at = max(_FIRST_SWEEP, 2 * len(self.hash))
        self._positions = None
        self._cursor = None

    def forget(self, keys: Iterable[LuaValue], emptied: Iterable[LuaValue]) -> None:
        """Remove the entries of a weak table whose keys or values died.

        Args:
            keys: keys of the hash part that died; nothing can ask for what follows one of them.
            emptied: keys whose value died; they keep their places for :meth:`next`.
        """
        for key in keys:
            del self.hash[key]
            self._cursor = self._positions = None
        trims = False
        for key in emptied:
            if type(key) is int and 0 < key < len(self.arr):
                self.arr[key] = None
                trims = True
            else:
                self.hash[key] = None
        if trims:
            self._trim()

    def get(self, key: LuaValue) -> LuaValue:
        """Return the value of ``key`` (``rawget``); None when there is none."""
        if type(key) is int:
            if 0 < key < len(self.arr):
                return self.arr[key]
        elif type(key) is float and key.is_integer():
            return self.get(int(key))
        return self.hash.get(key)

    def set(self, key: LuaValue, value: LuaValue) -> None:
        """Store ``value`` under ``key`` (``rawset``); None removes it.

        Raises:
            PendingError: the key is nil or NaN.
        """
        kind = type(key)
        if kind is int:
            arr = self.arr
            size = len(arr)
            if 0 < key < size:
                arr[key] = value
                if value is None and key == size - 1:
                    self._trim()
                return
            if key == size:
                if value is not None:
                    arr.append(value)
                    if self.hash:
                        self._migrate()
                return
        elif kind is float:
            if key.is_integer():
                if -9223372036854775808.0 <= key < 9223372036854775808.0:
                    self.set(int(key), value)
                    return
            elif key != key:
                raise PendingError("table index is NaN")
        elif key is None:
            raise PendingError("table index is nil")
        hash_part = self.hash
        if key in hash_part:
            hash_part[key] = value
        elif value is not None:
            if len(hash_part) >= self._sweep_at:
                self._sweep()
            hash_part[key] = value

    def extend(self, values: list[LuaValue]) -> None:
        """Store ``values`` under the keys after the array part; nils between them keep their places."""
        start = len(self.arr)
        self.arr += values
        if self.hash:
            for key in range(start + 1, len(self.arr)):
                if self.hash.pop(key, None) is not None:
                    self._positions = None
        self._trim()
        if self.hash:
            self._migrate()

    def length(self) -> int:
        """Return a border (§3.4.7), without metamethods."""
        return len(self.arr) - 1

    def next(self, key: LuaValue) -> tuple[LuaValue, LuaValue] | None:
        """Return the entry after ``key`` (None: the first one), or None at the end.

        Constant time when a traversal goes on where it was, or when no key was
        added since the last one out of turn.

        Raises:
            PendingError: ``key`` is not in the table.
        """
        arr = self.arr
        if key is None:
            index = 1
        elif type(key) is int and 0 < key < len(arr):
            index = key + 1
        else:
            return self._next_in_hash(key)
        for i in range(index, len(arr)):
            if arr[i] is not None:
                return i, arr[i]
        return self._advance(iter(self.hash)) if self.hash else None

    def _next_in_hash(self, key: LuaValue) -> tuple[LuaValue, LuaValue] | None:
        if type(key) is float and key.is_integer():
            return self.next(int(key))
        cursor = self._cursor
        if cursor is not None and (cursor[0] is key or cursor[0] == key):
            try:
                return self._advance(cursor[1])
            except RuntimeError:  # the hash part grew: this iterator is dead
                self._cursor = None
        if self._positions is None or len(self._positions[0]) != len(self.hash):
            keys = list(self.hash)
            self._positions = keys, {k: i for i, k in enumerate(keys)}
        keys, positions = self._positions
        position = positions.get(key)
        if position is None:
            if type(key) is int and 0 < key < self._trimmed:
                # A traversal that clears the array part trims it behind itself.
                return self._advance(iter(self.hash))
            raise PendingError("invalid key to 'next'")
        for i in range(position + 1, len(keys)):
            value = self.hash[keys[i]]
            if value is not None:
                return keys[i], value
        return None

    def _advance(self, keys: Iterator[LuaValue]) -> tuple[LuaValue, LuaValue] | None:
        hash_part = self.hash
        for key in keys:
            value = hash_part[key]
            if value is not None:
                self._cursor = key, keys
                return key, value
        self._cursor = None
        return None

    def _trim(self) -> None:
        """Take the nils off the end of the array part."""
        arr = self.arr
        self._trimmed = max(self._trimmed, len(arr))
        while len(arr) > 1 and arr[-1] is None:
            arr.pop()

    def _migrate(self) -> None:
        """Move the keys that now follow the array part out of the hash part."""
        arr, hash_part = self.arr, self.hash
        while (value := hash_part.pop(len(arr), None)) is not None:
            arr.append(value)
            self._positions = None

    def _sweep(self) -> None:
        """Forget deleted keys before the hash part grows."""
        live = {key: value for key, value in self.hash.items() if value is not None}
        if len(live) < len(self.hash):
            self.hash.clear()
            self.hash.update(live)
            self._positions = None
            self._cursor = None
        self._sweep_at = max(_FIRST_SWEEP, 2 * len(live))


TYPE_NAMES[Table] = "table"
