"""Many small trees made, walked and dropped: ``binary_trees.lua`` in Python."""

from __future__ import annotations

import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 16


def bottom_up(depth: int) -> tuple:  # type: ignore[type-arg]  # a tree of tuples has no finite type
    if depth == 0:
        return ()
    depth -= 1
    return (bottom_up(depth), bottom_up(depth))


def count(tree: tuple) -> int:  # type: ignore[type-arg]  # as above
    if tree:
        return 1 + count(tree[0]) + count(tree[1])
    return 1


class Node:
    __slots__ = ("left", "right", "value")

    def __init__(self, value: int, left: Node | None = None, right: Node | None = None) -> None:
        self.value = value
        self.left = left
        self.right = right


def named(depth: int, value: int) -> Node:
    if depth == 0:
        return Node(value)
    return Node(value, named(depth - 1, value * 2), named(depth - 1, value * 2 + 1))


def total(node: Node | None) -> int:
    if node is None:
        return 0
    return node.value + total(node.left) - total(node.right)


long_lived = bottom_up(N)
for depth in range(4, N + 1, 4):
    rounds = 1 << (N - depth + 2)
    nodes = sum(count(bottom_up(depth)) for _ in range(rounds))
    print(rounds, depth, nodes, sep="\t")
print("named", total(named(N, 1)), sep="\t")
print("kept", count(long_lived), sep="\t")
