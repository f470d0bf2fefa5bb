"""What is a variable probably, where its kind does not say?  It is told by what it meets.

A guess decides which case is asked for first, never what is right.
"""

from __future__ import annotations

from typing import Any, Final

from moonquakes.vm.fast.analysis import ANY, FLOAT, INT, NUMBER, Variable
from moonquakes.vm.fast.definitions import SUMS, Definitions


def guess(definitions: Definitions) -> None:
    """Set ``likely`` and ``is_indexed`` of a function's variables, whose kinds are known."""
    variables = definitions.analysis.variables
    for variable in variables:
        variable.is_indexed |= not definitions.objects.isdisjoint(variable.definitions)
    _find_integers(definitions)
    _Floats(definitions).find([v for v in variables if v.kind & NUMBER and v.kind not in (INT, FLOAT)])


def _find_integers(definitions: Definitions) -> None:
    """Set ``likely`` of numbers that tables are indexed with, and of what they are sums of."""
    found = [v for v in definitions.keys if v.is_numeric and v.likely == ANY]
    others = [v for v in definitions.analysis.variables if v.kind & ~(INT | FLOAT)]
    for _ in range(_MOST_TURNS):
        found += [v for v in others if v.likely == ANY and _holds_integers(v, definitions.values)]
        if not found:
            return
        while found:
            variable = found.pop()
            variable.likely = INT
            for pc in variable.definitions:
                value = definitions.values.get(pc)
                if type(value) is tuple and value[0] in SUMS:
                    found += [x for x in value[1:] if type(x) is Variable and x.likely == ANY]


def _holds_integers(variable: Variable, values: dict[int, Any]) -> bool:
    """Whether a definition gives it the result of an operation on bits or the like."""
    for pc in variable.definitions:
        value = values.get(pc)
        while type(value) is tuple and value[0] in ("same", "at"):
            value = values.get(value[1]) if value[0] == "at" else value[1]
        if type(value) is Variable:
            if value is not variable and value.likely == INT:
                return True
        elif type(value) is tuple and (
            value[0] in _INTEGRAL
            or (value[0] in _INTEGRAL_BY_CONSTANT and value[2][0] == "constant" and type(value[2][1]) is int)
        ):
            return True
    return False


#: How often guesses go on from what was guessed.
_MOST_TURNS: Final = 4
_INTEGRAL: Final = frozenset({"BAND", "BOR", "BXOR", "SHL", "SHR", "BANDK", "BORK", "BXORK", "SHRI", "SHLI"})
_INTEGRAL_BY_CONSTANT: Final = frozenset({"MODK", "IDIVK"})


class _Floats:
    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.floats: dict[int, bool] = {}

    def find(self, variables: list[Variable]) -> None:
        """Set ``likely`` of what meets floats: one that is defined by sums with floats, or added to them."""
        for _ in range(3):
            has_grown = False
            self.floats.clear()
            for variable in variables:
                if variable.likely == ANY and any(
                    self.is_float(self.definitions.values.get(pc, ANY)) for pc in variable.definitions
                ):
                    variable.likely = FLOAT
                    has_grown = True
            for x, y in self.definitions.added:
                if self.is_float(y):
                    has_grown |= self.meets_float(x)
                if self.is_float(x):
                    has_grown |= self.meets_float(y)
            if not has_grown:
                return

    def is_float(self, value: Any) -> bool:
        """Whether a value is probably a float."""
        if type(value) is int:
            return value == FLOAT
        if type(value) is Variable:
            return value.kind == FLOAT or (value.kind != INT and value.likely == FLOAT)
        if value[0] == "at":
            known = self.floats.get(value[1])
            return (
                known if known is not None else self.definitions.found(value[1], self.floats, self.is_float)
            )
        how, x, y = value
        if how == "same":
            return self.is_float(x)
        if how == "constant":
            return type(x) is float
        if how[:3] in ("DIV", "POW"):
            return True
        return how[:3] in ("ADD", "SUB", "MUL") and (self.is_float(x) or self.is_float(y))

    def meets_float(self, value: Any) -> bool:
        """Take what is added to a float for one, or for a sum of such; return whether that was new."""
        if type(value) is Variable:
            is_new = value.likely == ANY and bool(value.kind & ~INT)
            if is_new:
                value.likely = FLOAT
            return is_new
        if type(value) is tuple and value[0] == "at":
            value = self.definitions.values.get(value[1], ANY)
            if type(value) is tuple and value[0] in SUMS:
                found = [self.meets_float(x) for x in value[1:] if type(x) is Variable]
                return any(found)
        return False
