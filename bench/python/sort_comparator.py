"""Sorting records by several keys: ``sort_comparator.lua`` in Python, with keys as Python does it."""

import sys
from dataclasses import dataclass

N = int(sys.argv[1]) if len(sys.argv) > 1 else 29000


class Random:
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def below(self, limit: int) -> int:
        self.seed = (self.seed * 3877 + 29573) % 139968
        return self.seed // 8 % limit


@dataclass(slots=True)
class Record:
    key: int
    name: str
    weight: float
    order: int


def digest(records: list[Record]) -> int:
    value = 0
    for record in records:
        value = (value * 7 + record.order) % 1000003
    return value


def main() -> None:
    random = Random(7)
    records = [
        Record(random.below(500), f"n{random.below(2000)}", random.below(10000) / 16, i)
        for i in range(1, N + 1)
    ]
    records.sort(key=lambda r: (r.key, r.order))
    print("by key", digest(records), sep="\t")
    records.sort(key=lambda r: r.order, reverse=True)
    records.sort(key=lambda r: r.name)
    print("by name", digest(records), sep="\t")
    records.sort(key=lambda r: (-r.weight, -r.key, r.order))
    print("by weight", digest(records), sep="\t")

    numbers = sorted((random.below(1000000) for _ in range(N)), reverse=True)
    print("falling", numbers[0], numbers[N // 2 - 1], numbers[-1], sep="\t")

    names = ["x" * random.below(9) + str(i) for i in range(1, N // 2 + 1)]
    names.sort(key=lambda name: (len(name), name))
    print("by length", names[0], names[len(names) // 2 - 1], names[-1], sep="\t")


main()
