"""A cache that drops what was used least recently: ``lru_cache.lua`` in Python."""

import sys
from collections import OrderedDict
from typing import Generic, TypeVar

N = int(sys.argv[1]) if len(sys.argv) > 1 else 270000

Key = TypeVar("Key")


class Cache(Generic[Key]):
    """The last entry is the one used last."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.entries: OrderedDict[Key, int] = OrderedDict()
        self.hits = self.misses = 0

    def get(self, key: Key) -> int | None:
        value = self.entries.get(key)
        if value is None:
            self.misses += 1
            return None
        self.hits += 1
        self.entries.move_to_end(key)
        return value

    def put(self, key: Key, value: int) -> None:
        entries = self.entries
        if key in entries:
            entries.move_to_end(key)
        elif len(entries) == self.capacity:
            entries.popitem(last=False)
        entries[key] = value


def main() -> None:
    numbers: Cache[int] = Cache(200)
    names: Cache[str] = Cache(50)
    seed, total = 5, 0
    for i in range(1, N + 1):
        seed = (seed * 3877 + 29573) % 139968
        key = seed % (1000 if i % 3 == 0 else 150)
        value = numbers.get(key)
        if value is None:
            value = key * key % 97
            numbers.put(key, value)
        total += value
        if i % 4 == 0:
            name = f"name{key % 80}"
            known = names.get(name)
            total += 1 if known is None else known
            names.put(name, i % 10)
    print(total, numbers.hits, numbers.misses, names.hits, names.misses, sep="\t")
    digest = 0
    for key in reversed(numbers.entries):
        digest = (digest * 31 + key) % 1000003
    print(digest, len(numbers.entries), len(names.entries), sep="\t")


main()
