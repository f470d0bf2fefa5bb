"""Of which kind are a function's local variables, wherever they are used?

A variable's kind is the union over all its definitions, found as the least fixed point: so a
sum that starts at 0 and grows by integers is an integer.  What may come from a call, a table
or a metamethod can be anything.
"""

from __future__ import annotations

from typing import Any, Final

from moonquakes.vm.fast.analysis import (
    ANY,
    ARITHMETIC,
    BOOLEAN,
    FLOAT,
    INT,
    NIL,
    NUMBER,
    STR,
    Analysis,
    Variable,
)
from moonquakes.vm.fast.definitions import Definitions

_NUMERIC: Final = frozenset({*ARITHMETIC.values(), "for", "UNM", "BNOT"})
_BY_TYPE: Final = {int: INT, float: FLOAT, str: STR, type(None): NIL}


def kind_of_constant(value: Any) -> int:
    """Return the kind of a Lua constant."""
    return _BY_TYPE.get(type(value), BOOLEAN)


def arithmetic_kind(name: str, x: int, y: int) -> int:
    """Return the kind of an arithmetic instruction's result by those of its operands."""
    if not x or not y:
        return 0
    if (x | y) & ~NUMBER:
        return ANY
    if name[0] == "B" or name[:2] == "SH":
        return INT
    if name[:3] in ("DIV", "POW"):
        return FLOAT
    if x == FLOAT or y == FLOAT:
        return FLOAT
    return INT if x == y == INT else NUMBER


class Kinds:
    """Computes kinds by those of variables as they are now."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.known: dict[int, int] = {}

    def kind(self, value: Any) -> int:
        if type(value) is int:
            return value
        if type(value) is Variable:
            return value.kind
        if value[0] == "at":
            pc = value[1]
            known = self.known.get(pc)
            return known if known is not None else self.definitions.found(pc, self.known, self.kind)
        how, x, y = value
        if how == "constant":
            return kind_of_constant(x)
        if how == "for":
            both = self.kind(x), self.kind(y[0])
            if not both[0] or not both[1]:
                return 0
            return INT if both == (INT, INT) else NUMBER
        if how == "same":
            return self.kind(x)
        if how == "UNM":
            operand = self.kind(x)
            return operand if not operand & ~NUMBER else ANY
        if how == "BNOT":
            operand = self.kind(x)
            return ANY if operand & ~NUMBER else INT if operand else 0
        return arithmetic_kind(how, self.kind(x), self.kind(y))


def find_kinds(analysis: Analysis, knows_captured: bool) -> Kinds:
    """Set ``kind`` of all variables of a function, and whether they are used as numbers.

    Without ``knows_captured`` those that closures share can be anything.
    """
    definitions = Definitions(analysis)
    kinds = Kinds(definitions)
    values = definitions.values
    for variable in analysis.variables:
        is_open = variable.is_assigned_inside or (variable.captures and not knows_captured)
        if variable.start == 0 or is_open or -1 in variable.definitions:
            variable.kind = ANY
            variable.definitions = [pc for pc in variable.definitions if pc >= 0]
    for variable in analysis.variables:
        defined = [values.get(pc) for pc in variable.definitions]
        if any(type(value) is tuple and value[0] in _NUMERIC for value in defined):
            variable.is_numeric = True
    open_variables = [v for v in analysis.variables if v.kind != ANY]
    changed = True
    while changed:
        changed = False
        kinds.known.clear()
        for variable in open_variables:
            kind = variable.kind
            for pc in variable.definitions:
                kind |= kinds.kind(values.get(pc, ANY))
            if kind != variable.kind:
                variable.kind = kind
                changed = True
    for variable in analysis.variables:
        if not variable.kind:
            variable.kind = ANY
    return kinds
