"""How is a double written on a RESP wire?

As the shortest text that reads back equal, in plain notation while that is not much longer: what Redis
writes since 7.2.
"""

from __future__ import annotations

import math
from typing import Final

#: Above this a whole double no longer is written digit by digit.
_WHOLE_LIMIT: Final = float(1 << 52)


def format_double(value: float) -> bytes:
    """Return the text of ``value``: ``3``, ``3.2``, ``1e+100``, ``inf``, ``nan``."""
    if math.isnan(value):
        return b"nan"
    if math.isinf(value):
        return b"inf" if value > 0 else b"-inf"
    if -_WHOLE_LIMIT < value < _WHOLE_LIMIT and value == int(value):
        return b"-0" if value == 0 and math.copysign(1.0, value) < 0 else b"%d" % int(value)
    digits, exponent = _shortest_digits(abs(value))
    text = _plain(digits, exponent) or _scientific(digits, exponent)
    return (("-" if value < 0 else "") + text).encode()


def _shortest_digits(value: float) -> tuple[str, int]:
    """Return ``digits`` and ``exponent`` with ``value == int(digits) * 10**exponent``."""
    mantissa, _, power = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(power or 0) - len(fraction)
    stripped = digits.rstrip("0")
    return stripped, exponent + len(digits) - len(stripped)


def _plain(digits: str, exponent: int) -> str | None:
    """Return the number without a power of ten, or None where that is too long."""
    magnitude = abs(exponent + len(digits) - 1)
    if exponent >= 0:
        return digits + "0" * exponent if magnitude < len(digits) + 7 else None
    if exponent <= -7 and magnitude >= 4:
        return None
    point = len(digits) + exponent
    if point <= 0:
        return "0." + "0" * -point + digits
    return digits[:point] + "." + digits[point:]


def _scientific(digits: str, exponent: int) -> str:
    fraction = "." + digits[1:] if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{exponent + len(digits) - 1:+d}"
