"""Tables: an array part and a hash part over Python's list and dict (§2.1, §6.1 ``next``).

``arr`` is a list with a dummy at index 0 and no nil at its end, so the border is
``len(arr) - 1``; it grows over nils where at least half of it is in use.  Of a table that
was made with fields and has no elements yet it may be a tuple, which costs nothing:
:meth:`Table.elements` is for whoever changes it; the hash part of such a table is never
empty.  Key ``len(arr)`` is never in ``hash``: appending moves following integer keys over.
``hash`` keeps a deleted key with the value None until a new key is stored, so that
``next`` may clear fields while it walks.

Raw access only: metamethods live in :mod:`moonquakes.vm.operations`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from moonquakes.errors import PendingError
from moonquakes.values import TYPE_NAMES, LuaValue
from moonquakes.vm.records import HAS_RECORDS, is_special, new_record, record_of

#: Size of the hash part from which deleted keys are swept before it grows.
_FIRST_SWEEP: Final = 8


class _Walk:
    """What a table keeps for traversals.

    Attributes:
        cursor: the last key that ``next`` returned, and the iterator that stands behind it.
        positions: the keys of the hash part and the place of each, for a walk out of turn.
        trimmed: the longest that the array part was when nils were taken off its end.
    """

    __slots__ = ("cursor", "positions", "trimmed")

    def __init__(self) -> None:
        self.cursor: tuple[LuaValue, Iterator[LuaValue]] | None = None
        self.positions: tuple[list[LuaValue], dict[LuaValue, int]] | None = None
        self.trimmed = 0


class Table:
    """A Lua table; ``metatable`` is a :class:`Table` or None.

    Whoever makes one sets ``arr``, ``hash`` and ``metatable`` at once, as :func:`new_table` does:
    generated code does so in place, since a constructor would double what a small table costs.

    Attributes:
        methods: what the fast engine knows of it as a metatable; unset where it knows nothing.
    """

    __slots__ = ("__weakref__", "_walk", "arr", "hash", "metatable", "methods")

    arr: list[LuaValue]
    hash: dict[LuaValue, LuaValue]
    metatable: Table | None
    methods: dict[LuaValue, LuaValue]
    _walk: _Walk

    @classmethod
    def from_list(cls, values: list[LuaValue]) -> Table:
        """Return a sequence of ``values`` (1..n); the list is copied."""
        table = new_table()
        table.arr += values
        if values and values[-1] is None:
            table.trim()
        return table

    @classmethod
    def from_fields(cls, fields: dict[str, LuaValue]) -> Table:
        """Return a table with string keys that stand in the program; no value may be None."""
        table = new_table()
        table.hash = record_of(fields)
        return table

    def restore(self, model: Table) -> None:
        """Give the table exactly the fields of ``model``, and no metatable; cheap when nothing differs."""
        self.metatable = None
        if self.hash.__class__ is not dict and hasattr(self.hash, "changed"):
            self.hash.changed()  # metatables that inherit from it forget what they found
        if self.hash == model.hash and self.arr == model.arr:
            return
        self.arr = list(model.arr)
        self.hash = {key: value for key, value in model.hash.items() if value is not None}
        self._forget_walk()

    def walk(self) -> _Walk:
        """Return what traversals keep."""
        try:
            return self._walk
        except AttributeError:
            self._walk = walk = _Walk()
            return walk

    def elements(self) -> list[LuaValue]:
        """Return the array part, to be changed."""
        arr: Any = self.arr
        if type(arr) is tuple:
            self.arr = arr = [None]
        changed: list[LuaValue] = arr
        return changed

    def _forget_walk(self) -> None:
        """Let the next step of a traversal find its place anew."""
        try:
            walk = self._walk
        except AttributeError:
            return
        walk.cursor = walk.positions = None

    def forget(self, keys: Iterable[LuaValue], emptied: Iterable[LuaValue]) -> None:
        """Remove the entries of a weak table whose keys or values died.

        Args:
            keys: keys of the hash part that died; nothing can ask for what follows one of them.
            emptied: keys whose value died; they keep their places for :meth:`next`.
        """
        for key in keys:
            del self.hash[key]
            self._forget_walk()
        trims = False
        for key in emptied:
            if key.__class__ is int and 0 < key < len(self.arr):
                self.arr[key] = None
                trims = True
            else:
                self.hash[key] = None
        if not self.hash:
            self.elements()
        if trims:
            self.trim()

    def get(self, key: LuaValue) -> LuaValue:
        """Return the value of ``key`` (``rawget``); None when there is none."""
        if key.__class__ is int:
            if 0 < key < len(self.arr):
                return self.arr[key]
        elif key.__class__ is float and key.is_integer():
            return self.get(int(key))
        return self.hash.get(key)

    def set(self, key: LuaValue, value: LuaValue) -> None:
        """Store ``value`` under ``key`` (``rawset``); None removes it.

        Raises:
            PendingError: the key is nil or NaN.
        """
        kind = key.__class__
        if kind is int:
            arr = self.arr
            size = len(arr)
            if 0 < key < size:
                arr[key] = value
                if value is None and key == size - 1:
                    self.trim()
                return
            if key == size:
                if value is not None:
                    if self.hash:
                        self.elements().append(value)
                        self._migrate()
                    else:
                        arr.append(value)
                return
        elif kind is not str:
            if kind is float:
                if key.is_integer():
                    if -1.0 * 2.0**63 <= key < 2.0**63:
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
            size = len(hash_part)
            if size >= _FIRST_SWEEP and size & (size - 1) == 0:
                self._sweep()
                if kind is int and 0 < key <= 2 * (len(self.arr) + size) and self._densify(key):
                    self.set(key, value)
                    return
            if HAS_RECORDS and kind is str and is_special(hash_part):
                self.hash = hash_part = dict(hash_part)
                self._forget_walk()
            hash_part[key] = value

    def set_field(self, name: str, value: LuaValue) -> None:
        """Store a value that is not nil under a name that stands in the program, which may be new."""
        hash_part = self.hash
        size = len(hash_part)
        if size == 0 and hash_part.__class__ is dict:
            self.hash = hash_part = new_record()
        elif size >= _FIRST_SWEEP and size & (size - 1) == 0 and name not in hash_part:
            self._sweep()
        hash_part[name] = value

    def extend(self, values: list[LuaValue]) -> None:
        """Store ``values`` under the keys after the array part; nils between them keep their places."""
        arr = self.elements()
        start = len(arr)
        arr += values
        if self.hash:
            for key in range(start + 1, len(arr)):
                if self.hash.pop(key, None) is not None:
                    self._forget_walk()
        self.trim()
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
        elif key.__class__ is int and 0 < key < len(arr):
            index = key + 1
        else:
            return self._next_in_hash(key)
        for i in range(index, len(arr)):
            if arr[i] is not None:
                return i, arr[i]
        return self._advance(iter(self.hash)) if self.hash else None

    def begins_deleted(self) -> bool:
        """Whether ``next`` must look over deleted fields to find the first one."""
        return len(self.arr) < 2 and next(iter(self.hash.values()), self) is None

    def _next_in_hash(self, key: LuaValue) -> tuple[LuaValue, LuaValue] | None:
        if key.__class__ is float and key.is_integer():
            return self.next(int(key))
        walk = self.walk()
        cursor = walk.cursor
        if cursor is not None and (cursor[0] is key or cursor[0] == key):
            try:
                return self._advance(cursor[1])
            except RuntimeError:  # the hash part grew: this iterator is dead
                walk.cursor = None
        if walk.positions is None or len(walk.positions[0]) > len(self.hash):
            keys = list(self.hash)
            walk.positions = keys, {k: i for i, k in enumerate(keys)}
        keys, positions = walk.positions
        # What was added since stands at the end.
        for k in reversed(list(islice(reversed(self.hash), len(self.hash) - len(keys)))):
            positions[k] = len(keys)
            keys.append(k)
        position = positions.get(key)
        if position is None:
            if key.__class__ is int and 0 < key < walk.trimmed:
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
                self.walk().cursor = key, keys
                return key, value
        self.walk().cursor = None
        return None

    def trim(self) -> None:
        """Take the nils off the end of the array part."""
        arr = self.arr
        walk = self.walk()
        walk.trimmed = max(walk.trimmed, len(arr))
        while len(arr) > 1 and arr[-1] is None:
            arr.pop()

    def _migrate(self) -> None:
        """Move the keys that now follow the array part out of the hash part."""
        arr, hash_part = self.arr, self.hash
        moved = False
        while (value := hash_part.pop(len(arr), None)) is not None:
            arr.append(value)
            moved = True
        if moved:
            self._forget_walk()

    def _densify(self, new_key: int) -> bool:
        """Move integer keys to the array part, with nils between them; return whether there were any to move.

        As in the reference, the array part has the largest power of two of which more than half is in use,
        and no more than its last element needs.
        """
        found = [new_key]
        found += [k for k, value in self.hash.items() if type(k) is int and k > 0 and value is not None]
        by_size = [0] * 64
        for k in found:
            by_size[(k - 1).bit_length()] += 1
        used = len(self.arr) - 1
        by_size[max(used - 1, 0).bit_length()] += used
        most = total = 0
        for power, count in enumerate(by_size):
            total += count
            if total > 1 << power >> 1:
                most = 1 << power
        moved = [k for k in found if k <= most and k != new_key]
        if not moved:
            return False
        arr, hash_part = self.elements(), self.hash
        last = max(moved)
        if last >= len(arr):
            arr += [None] * (last + 1 - len(arr))
        for k in moved:
            arr[k] = hash_part.pop(k)
        self._forget_walk()
        self._migrate()
        return True

    def _sweep(self) -> None:
        """Forget deleted keys before the hash part grows, when they are as many as the others."""
        if 2 * list(self.hash.values()).count(None) >= len(self.hash):
            live = {key: value for key, value in self.hash.items() if value is not None}
            self.hash.clear()
            self.hash.update(live)
            self._forget_walk()


def new_table() -> Table:
    """Return an empty table."""
    table = Table()
    table.arr = [None]
    table.hash = {}
    table.metatable = None
    return table


TYPE_NAMES[Table] = "table"
