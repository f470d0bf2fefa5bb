"""Operations on constants that the compiler carries out itself (§3.4.1, §3.4.2).

What would raise an error, or give NaN or a zero float (whose sign a shared
constant could not keep), is left to run time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from moonquakes import numbers
from moonquakes.numbers import Number

_ARITHMETIC: Final[dict[str, Callable[[Number, Number], Number]]] = {
    "+": numbers.add,
    "-": numbers.subtract,
    "*": numbers.multiply,
    "/": numbers.divide,
    "%": numbers.modulo,
    "//": numbers.floor_divide,
    "^": numbers.power,
}
_BITWISE: Final[dict[str, Callable[[int, int], int]]] = {
    "&": numbers.bit_and,
    "|": numbers.bit_or,
    "~": numbers.bit_xor,
    "<<": numbers.shift_left,
    ">>": numbers.shift_right,
}
_DIVISIONS: Final = frozenset(("/", "//", "%"))


def fold_binary(operator: str, left: Number, right: Number) -> Number | None:
    """Return ``left operator right``, or None when that must wait until run time."""
    arithmetic = _ARITHMETIC.get(operator)
    if arithmetic is not None:
        if right == 0 and operator in _DIVISIONS:
            return None
        return _storable(arithmetic(left, right))
    a = numbers.to_integer(left)
    b = numbers.to_integer(right)
    if a is None or b is None:
        return None
    return _BITWISE[operator](a, b)


def fold_unary(operator: str, value: Number) -> Number | None:
    """Return ``operator value`` for ``-`` and ``~``, or None when that must wait until run time."""
    if operator == "-":
        return _storable(numbers.negate(value))
    integer = numbers.to_integer(value)
    return None if integer is None else ~integer


def _storable(result: Number) -> Number | None:
    if type(result) is float and (result == 0.0 or result != result):
        return None
    return result
