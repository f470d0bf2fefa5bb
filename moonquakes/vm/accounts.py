"""How does code that runs pay for what it uses up, at next to no cost?

It pays in advance (:mod:`moonquakes.bytecode.charges`), out of slices that are handed out one after
the other.  On CPython a slice is a chain of tuples: entry k of a tuple is the tuple that is k units
further, so that ``slice = slice[7]`` pays 7 without arithmetic and without a comparison, and raises
IndexError where less is left.  (6 ns, a counter in a list takes 31.)  PyPy's compiler makes a counter
in a list cost next to nothing.  Only when a slice is used up is the clock looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CellType
from typing import Any, Final

#: Units in a slice: often enough to look at the clock, seldom enough to cost little.
SLICE: Final = 2048
#: The most that one step along a chain pays.
STEP: Final = 32
#: Whether slices are chains; else they are counters.
HAS_CHAINS: Final = sys.implementation.name == "cpython"


def _make_chain() -> list[tuple[Any, ...]]:
    chain: list[tuple[Any, ...]] = []
    for left in range(SLICE + 1):
        chain.append((left, *chain[: max(left - STEP, 0) - 1 if left > STEP else None : -1][:STEP]))
    return chain


class Purse:
    """A slice where there are no chains, to be stepped along by library functions all the same."""

    __slots__ = ("_counter",)

    def __init__(self, counter: list[int]) -> None:
        self._counter = counter

    def __getitem__(self, amount: int) -> Purse:
        left = self._counter[0] - amount
        if left < 0:
            raise IndexError
        self._counter[0] = left
        return self


class Account:
    """Something that is paid in units, out of slices.

    Attributes:
        cell: holds the current slice, a link of the chain; generated code closes over it.  On PyPy a purse.
        counter: the same on PyPy: a list of one with the units left, negative once overdrawn.
        bank: units that are not handed out yet.
        more: called when a slice does not suffice for an amount; it returns the next slice, that paid.
    """

    __slots__ = ("_chain", "bank", "cell", "counter", "more")

    def __init__(self, units: int, more: Callable[[int], Any]) -> None:
        self.more = more
        self.counter = [0]
        self._chain: list[Any] = _chain() if HAS_CHAINS else [Purse(self.counter)] * (SLICE + 1)
        self.cell = CellType(self._chain[0])
        self.bank = units

    @property
    def left(self) -> int:
        """Units left, those of the current slice included."""
        return self.bank + self.in_slice

    @property
    def in_slice(self) -> int:
        if HAS_CHAINS:
            return self.cell.cell_contents[0]  # type: ignore[no-any-return]  # an int
        return self.counter[0]

    def overdrawn(self, amount: int) -> None:
        """The counter was charged an amount that it does not hold."""
        self.counter[0] += amount
        self.more(amount)

    def set(self, units: int) -> None:
        """Let ``units`` be what is left; the next charge starts a slice."""
        self.bank = units
        self.cell.cell_contents = self._chain[0]
        self.counter[0] = 0

    def hand_out(self, units: int, most: int = SLICE) -> Any:
        """Let ``units`` be what is left, and start a slice; return it."""
        size = min(units, most)
        self.bank = units - size
        self.counter[0] = size
        link = self.cell.cell_contents = self._chain[size]
        return link

    if HAS_CHAINS:

        def pay(self, amount: int) -> None:
            """Pay, or stop the run without having paid."""
            left = self.cell.cell_contents[0]
            if left >= amount:
                self.cell.cell_contents = self._chain[left - amount]
            else:
                self.more(amount)

    else:

        def pay(self, amount: int) -> None:
            """Pay, or stop the run without having paid."""
            left = self.counter[0]
            if left >= amount:
                self.counter[0] = left - amount
            else:
                self.more(amount)


_chains: list[list[tuple[Any, ...]]] = []


def _chain() -> list[tuple[Any, ...]]:
    if not _chains:
        _chains.append(_make_chain())
    return _chains[0]
