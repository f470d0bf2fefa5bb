"""How large can a function's integer variables get?  The least ranges that their definitions agree with."""

from __future__ import annotations

from typing import Any, Final

from moonquakes.vm.fast import ranges
from moonquakes.vm.fast.analysis import ANY, INT, Variable
from moonquakes.vm.fast.kinds import Kinds

#: How often ranges are looked at again; in the second half what still grows is without bounds.
_MAX_TURNS: Final = 16


class _NotSeen(Exception):  # noqa: N818  # control flow, no error
    """The range of a variable is not known yet."""


class _Bounds:
    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self.definitions = kinds.definitions
        self.known: dict[int, ranges.Range] = {}
        #: Variables with a definition whose range is known.
        self.seen: set[Variable] = set()

    def range(self, value: Any) -> ranges.Range:
        """Return the bounds of a value that is an integer, by those found for variables so far."""
        if type(value) is int:
            return ranges.FULL
        if type(value) is Variable:
            if value.kind != INT:
                return ranges.FULL
            if value not in self.seen:
                raise _NotSeen
            return value.range
        if value[0] == "at":
            pc = value[1]
            known = self.known.get(pc)
            return known if known is not None else self.definitions.found(pc, self.known, self.range)
        how, x, y = value
        if self.kinds.kind(value) != INT:
            return ranges.FULL
        if how == "constant":
            return x, x
        if how == "same":
            return self.range(x)
        if how == "for":
            return self.range_of_loop(self.range(x), self.range(y[0]), y[1])
        if how == "UNM":
            low, high = self.range(x)
            return ranges.clipped((-high, -low))
        if how == "BNOT":
            low, high = self.range(x)
            return ~high, ~low
        name = how if how in ranges.NAMES else how[:-1]
        return ranges.of_operation(name, self.range(x), self.range(y))

    def range_of_loop(self, start: ranges.Range, step: ranges.Range, limit: Any) -> ranges.Range:
        low, high = ranges.of_counter(start, step)
        if self.kinds.kind(limit) == INT:
            # It ends at its limit.
            least, most = self.range(limit)
            low, high = max(low, least), min(high, most)
        return (
            min(low, start[0]) if step[0] < 0 else start[0],
            max(high, start[1]) if step[1] > 0 else start[1],
        )

    def step_of(self, variable: Variable, value: Any) -> Any:
        """Return what a definition adds to the variable itself, negated when it is taken away; else None."""
        while type(value) is tuple and value[0] in ("at", "same"):
            value = self.definitions.values.get(value[1]) if value[0] == "at" else value[1]
        if type(value) is not tuple:
            return None
        how, x, y = value
        if how[:3] == "ADD":
            if x is variable:
                return self.range(y)
            return self.range(x) if y is variable else None
        if how[:3] == "SUB" and x is variable:
            low, high = self.range(y)
            return -high, -low
        return None

    def range_of(self, variable: Variable) -> ranges.Range | None:
        """Return the range that a variable's definitions give it, None when none of them is known yet."""
        start: ranges.Range | None = None
        step = (0, 0)
        for pc in variable.definitions:
            value = self.definitions.values.get(pc, ANY)
            try:
                added = self.step_of(variable, value)
                if added is not None:
                    step = ranges.union(step, added)
                else:
                    found = self.range(value)
                    start = found if start is None else ranges.union(start, found)
            except _NotSeen:
                continue
        return ranges.of_counter(start, step) if start is not None else None


def find_ranges(kinds: Kinds, variables: list[Variable]) -> None:
    """Set ``range`` of integer variables, the least that their definitions agree with."""
    bounds = _Bounds(kinds)
    for turn in range(_MAX_TURNS):
        bounds.known.clear()
        has_grown = False
        for variable in variables:
            found = bounds.range_of(variable)
            if found is not None and (variable not in bounds.seen or found != variable.range):
                has_grown = True
                bounds.seen.add(variable)
                variable.range = found if turn < _MAX_TURNS // 2 else ranges.FULL
        if not has_grown:
            return
    for variable in variables:
        variable.range = ranges.FULL
