"""Where the value of an expression is while its code is being written.

Lua's code depends on how a value is used: ``a.b`` may become a register, a
constant operand or the target of an assignment.  So an expression is first
compiled to an :class:`Operand`, which says how to get at the value, and
:mod:`moonquakes.compiler.discharge` writes the instruction when its place is
known.  This file only describes operands; it emits nothing.
"""

from __future__ import annotations

from typing import Any, Final

# Kinds.  Up to RELOCATABLE an operand is settled: reading it needs no further instruction.
NIL: Final = 0
FALSE: Final = 1
TRUE: Final = 2
STRING: Final = 3
INTEGER: Final = 4
FLOAT: Final = 5
#: ``value`` is an index into the constants.
CONSTANT: Final = 6
#: ``value`` is the register that holds it.
REGISTER: Final = 7
#: ``value`` is the pc of the jump taken when the comparison before it succeeds.
JUMP: Final = 8
#: ``value`` is the pc of an instruction whose operand A, the destination, is still open.
RELOCATABLE: Final = 9
#: ``value`` is the register, ``key`` the :class:`~moonquakes.compiler.scopes.Variable`.
LOCAL: Final = 10
#: ``value`` is the Lua value of a variable that exists at compile time only.
COMPILE_TIME: Final = 11
#: ``value`` is the number of the upvalue.
UPVALUE: Final = 12
#: ``value`` is an upvalue that holds the table, ``key`` a constant.
INDEXED_UPVALUE: Final = 13
#: ``value`` is the table's register; ``key`` is a constant, a small integer or a register.
INDEXED_STRING: Final = 14
INDEXED_INTEGER: Final = 15
INDEXED: Final = 16
#: ``value`` is the pc of the instruction; these two may yield any number of values.
CALL: Final = 17
VARARG: Final = 18


class Operand:
    """How to get at the value of an expression.

    Attributes:
        kind: one of the kinds above; it says what ``value`` and ``key`` mean.
        true_jumps: pcs of jumps that leave the expression when it is true, or None.
        false_jumps: pcs of jumps that leave the expression when it is false, or None.
    """

    __slots__ = ("false_jumps", "key", "kind", "true_jumps", "value")

    def __init__(self, kind: int, value: Any = None, key: Any = None) -> None:
        self.kind = kind
        self.value = value
        self.key = key
        self.true_jumps: list[int] | None = None
        self.false_jumps: list[int] | None = None

    def settle(self, kind: int, value: Any) -> None:
        """Note that the value is now of ``kind``; pending jumps stay."""
        self.kind = kind
        self.value = value


def has_jumps(operand: Operand) -> bool:
    return operand.true_jumps is not None or operand.false_jumps is not None


def is_numeral(operand: Operand) -> bool:
    """Return whether the operand is a number known at compile time."""
    kind = operand.kind
    return kind in (INTEGER, FLOAT) and not has_jumps(operand)


def is_integer(operand: Operand) -> bool:
    return operand.kind == INTEGER and not has_jumps(operand)


def is_multiple(operand: Operand) -> bool:
    """Return whether the operand may yield any number of values (§3.4.12)."""
    return operand.kind >= CALL


def joined(first: list[int] | None, second: list[int] | None) -> list[int] | None:
    """Return two lists of pending jumps as one; the arguments must not be used afterwards."""
    if first is None:
        return second
    if second is None:
        return first
    if len(first) < len(second):
        first, second = second, first
    first += second
    return first
