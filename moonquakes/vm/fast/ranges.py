"""How large can an integer get?  Ranges of integers, so that most sums need no look at their size.

A range is ``(low, high)``, both included.  :data:`FULL` is that of any Lua integer.  An operation
whose range lies within it cannot wrap around (§3.4.1).

A variable that only grows by small steps is taken to stay small: 2^55 additions take years.
"""

from __future__ import annotations

from typing import Final

Range = tuple[int, int]

LOWEST: Final = -(1 << 63)
HIGHEST: Final = (1 << 63) - 1
FULL: Final = (LOWEST, HIGHEST)
#: Operations that :func:`of_operation` knows.
NAMES: Final = frozenset({"ADD", "SUB", "MUL", "MOD", "IDIV", "BAND", "BOR", "BXOR", "SHL", "SHR"})
#: How long a table or string may be.
LENGTH: Final = (0, 1 << 48)
#: How often a program can add to a variable while somebody waits for it.
_STEPS: Final = 1 << 55


def union(x: Range, y: Range) -> Range:
    return min(x[0], y[0]), max(x[1], y[1])


def fits(x: Range) -> bool:
    """Whether all of a range are Lua integers."""
    return x[0] >= LOWEST and x[1] <= HIGHEST


def clipped(x: Range) -> Range:
    """Return the range of the wrapped values."""
    return x if fits(x) else FULL


def unclipped(name: str, x: Range, y: Range) -> Range:
    """Return the range of ``+ - *`` (``ADD``, ``SUB``, ``MUL``) before it is wrapped."""
    if name == "ADD":
        return x[0] + y[0], x[1] + y[1]
    if name == "SUB":
        return x[0] - y[1], x[1] - y[0]
    corners = x[0] * y[0], x[0] * y[1], x[1] * y[0], x[1] * y[1]
    return min(corners), max(corners)


def of_operation(name: str, x: Range, y: Range) -> Range:
    """Return the range of an operation on two integers; ``name`` is the opcode's without suffix."""
    if name in ("ADD", "SUB", "MUL"):
        return clipped(unclipped(name, x, y))
    if name == "MOD":
        # The result has the divisor's sign.
        return min(0, y[0] + 1), max(0, y[1] - 1)
    if name == "IDIV":
        if y[0] > 0:
            return (x[0] if x[0] < 0 else 0), max(x[1], 0)
        most = max(abs(x[0]), abs(x[1]))
        return clipped((-most, most))
    if name == "BAND":
        # An operand that is not negative bounds the result.
        bounds = [high for low, high in (x, y) if low >= 0]
        return (0, min(bounds)) if bounds else FULL
    if name in ("BOR", "BXOR") and x[0] >= 0 and y[0] >= 0:
        return 0, (1 << max(x[1].bit_length(), y[1].bit_length())) - 1
    if name == "SHR" and y[0] == y[1] and 0 < y[0] < 64:
        return 0, ((1 << 64) - 1 if x[0] < 0 else x[1]) >> y[0]
    if name == "SHL" and y[0] == y[1] and 0 < y[0] < 64:
        return clipped((x[0] << y[0], x[1] << y[0]))
    return FULL


def of_counter(start: Range, step: Range) -> Range:
    """Return the range of what begins in ``start`` and changes by ``step`` again and again."""
    low = start[0] + min(step[0], 0) * _STEPS
    high = start[1] + max(step[1], 0) * _STEPS
    return clipped((low, high))
