"""Classes without inheritance: ``methods.lua`` in Python."""

from __future__ import annotations

import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 32000


class Account:
    def __init__(self, owner: str, balance: int) -> None:
        self.owner = owner
        self.balance = balance
        self.history = 0

    def deposit(self, amount: int) -> None:
        self.balance += amount
        self.history += 1

    def withdraw(self, amount: int) -> bool:
        if amount > self.balance:
            return False
        self.balance -= amount
        self.history += 1
        return True

    def transfer(self, target: Account, amount: int) -> bool:
        if self.withdraw(amount):
            target.deposit(amount)
            return True
        return False


class Stack:
    def __init__(self) -> None:
        self.items: list[int] = []

    def push(self, item: int) -> Stack:
        self.items.append(item)
        return self

    def pop(self) -> int:
        return self.items.pop()

    def is_empty(self) -> bool:
        return not self.items


class Random:
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def next(self, limit: int) -> int:
        self.seed = (self.seed * 3877 + 29573) % 139968
        return self.seed % limit


class Vector:
    __slots__ = ("x", "y")

    def __init__(self, x: int, y: int) -> None:
        self.x = x
        self.y = y

    def plus(self, other: Vector) -> Vector:
        return Vector(self.x + other.x, self.y + other.y)

    def times(self, factor: int) -> Vector:
        return Vector(self.x * factor, self.y * factor)

    def dot(self, other: Vector) -> int:
        return self.x * other.x + self.y * other.y


def main() -> None:
    random = Random(42)
    accounts = [Account(f"owner{i}", 1000) for i in range(1, 51)]
    refused = 0
    for _ in range(N * 5):
        source, target = accounts[random.next(50)], accounts[random.next(50)]
        if not source.transfer(target, random.next(400)):
            refused += 1
    total = sum(account.balance * i for i, account in enumerate(accounts, 1))
    print("accounts", total, sum(account.history for account in accounts), refused, sep="\t")

    stack, value = Stack(), 0
    for i in range(1, N * 6 + 1):
        stack.push(i).push(i + 1)
        if i % 2 == 0:
            value += stack.pop() * stack.pop()
    while not stack.is_empty():
        value -= stack.pop()
    print("stack", value, sep="\t")

    place, drift = Vector(0, 0), Vector(1, -2)
    for i in range(1, N * 4 + 1):
        place = place.plus(drift.times(i % 7))
        if place.dot(drift) > 100000:
            place = Vector(i, 0)
    print("vector", place.x, place.y, sep="\t")


main()
