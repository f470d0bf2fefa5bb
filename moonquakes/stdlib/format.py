"""``string.format``: values as text, by C's conversions (§6.4).

A format string is split once into texts and conversions and kept.  Width and
precision have two digits at most, so no result is big where its arguments are not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from moonquakes.errors import ArgumentError, PendingError
from moonquakes.numbers import Number
from moonquakes.stdlib.arguments import check_integer, check_number
from moonquakes.values import MIN_INTEGER, LuaBoolean, LuaValue

#: ``state.tostring`` and what returns the address of a value (None: it has none).
Texts: TypeAlias = tuple[Callable[[LuaValue], str], Callable[[LuaValue], "str | None"]]

#: The flags that each conversion allows, and whether it takes a precision.
_ALLOWED: Final = {
    "c": ("-", False),
    "d": ("-+ 0", True),
    "i": ("-+ 0", True),
    "u": ("-0", True),
    "o": ("-#0", True),
    "x": ("-#0", True),
    "X": ("-#0", True),
    "p": ("-", False),
    "s": ("-", True),
    **dict.fromkeys("aAeEfgG", ("-+ #0", True)),
}
_CONVERSION: Final = re.compile("%(?:%|([-+ #0-9.]*)(.?))", re.DOTALL)
#: The reference's room for one conversion.
_LONGEST_OPTIONS: Final = 20
_LONGEST_KEPT: Final = 1000
_UNSIGNED: Final = 0xFFFFFFFFFFFFFFFF


class Conversion(NamedTuple):
    """One ``%`` item; ``fault`` is why it is wrong, known before any argument is."""

    text: str
    letter: str
    flags: str = ""
    width: int = 0
    precision: int | None = None
    fault: str | None = None


def _conversion(options: str, letter: str) -> Conversion:
    text = f"%{options}{letter}".partition("\0")[0]
    if len(options) > _LONGEST_OPTIONS:
        return Conversion(text, "", fault="invalid format (too long)")
    if letter == "q":
        return Conversion(text, letter, fault="specifier '%q' cannot have modifiers" if options else None)
    if letter not in _ALLOWED or letter == "":
        return Conversion(text, "", fault=f"invalid conversion '{text}' to 'format'")
    flags, takes_precision = _ALLOWED[letter]
    precision = r"(?:\.([0-9]{0,2}))?" if takes_precision else "()"
    parts = re.fullmatch(f"([{re.escape(flags)}]*)((?!0)[0-9]{{0,2}}){precision}", options)
    if parts is None:
        return Conversion(text, letter, fault=f"invalid conversion specification: '{text}'")
    digits = parts[3] if takes_precision else None
    return Conversion(
        text, letter, parts[1], int(parts[2] or 0), None if digits is None else int(digits or 0)
    )


def _split(text: str) -> tuple[str | Conversion, ...]:
    items: list[str | Conversion] = []
    position = 0
    for item in _CONVERSION.finditer(text):
        items.append(text[position : item.start()])
        position = item.end()
        items.append("%" if item[2] is None else _conversion(item[1], item[2]))
    items.append(text[position:])
    return tuple(item for item in items if item != "")


_keep = lru_cache(maxsize=512)(_split)


def format_values(text: str, arguments: Sequence[LuaValue], texts: Texts) -> str:
    """Return ``text`` with its conversions replaced by ``arguments``, the first of which is argument 2."""
    result: list[str] = []
    used = 0
    for item in _keep(text) if len(text) <= _LONGEST_KEPT else _split(text):
        if isinstance(item, str):
            result.append(item)
            continue
        if used == len(arguments):
            raise ArgumentError(used + 2, "no value")
        result.append(_CONVERTERS[item.letter](item, used + 2, arguments[used], texts))
        used += 1
    return "".join(result)


def _check(item: Conversion) -> None:
    if item.fault is not None:
        raise PendingError(item.fault)


def _convert_string(item: Conversion, position: int, value: LuaValue, texts: Texts) -> str:
    text = value if type(value) is str else texts[0](value)
    if item.text == "%s":
        return text
    if "\0" in text:
        raise ArgumentError(position, "string contains zeros")
    _check(item)
    return _pad(item, text if item.precision is None else text[: item.precision])


def _convert_character(item: Conversion, position: int, value: LuaValue, texts: Texts) -> str:
    _check(item)
    return _pad(item, chr(check_integer(position, value) & 0xFF))


def _convert_pointer(item: Conversion, position: int, value: LuaValue, texts: Texts) -> str:
    _check(item)
    return _pad(item, texts[1](value) or "(null)")


def _refuse(item: Conversion, position: int, value: LuaValue, texts: Texts) -> str:
    _check(item)
    raise AssertionError(item)


def _pad(item: Conversion, text: str) -> str:
    return text.ljust(item.width) if "-" in item.flags else text.rjust(item.width)


def _sign(item: Conversion, is_negative: bool) -> str:
    if is_negative:
        return "-"
    return "+" if "+" in item.flags else " " if " " in item.flags else ""


def _pad_number(item: Conversion, prefix: str, digits: str, may_zero_pad: bool) -> str:
    """Pad a number, after its ``prefix`` (sign and ``0x``) when with zeros."""
    if may_zero_pad and "0" in item.flags and "-" not in item.flags:
        return prefix + digits.rjust(item.width - len(prefix), "0")
    return _pad(item, prefix + digits)


def _convert_integer(item: Conversion, position: int, value: LuaValue, texts: Texts) -> str:
    number = value if type(value) is int else check_integer(position, value)
    if item.text == "%d":
        return str(number)
    _check(item)
    return _integer(item, number)


def _integer(item: Conversion, value: int) -> str:
    letter, precision = item.letter, item.precision
    if letter in "di":
        prefix, digits = _sign(item, value < 0), str(abs(value))
    else:
        value &= _UNSIGNED
        prefix, digits = "", f"{value:{'d' if letter == 'u' else letter}}"
    if precision is not None:
        digits = digits.rjust(precision, "0") if value or precision else ""
    if "#" in item.flags:
        if letter == "o":
            digits = digits if digits.startswith("0") else "0" + digits
        elif value:
            prefix = "0" + letter
    return _pad_number(item, prefix, digits, precision is None)


def _not_finite(item: Conversion, value: float) -> str:
    text = _sign(item, math.copysign(1.0, value) < 0) + ("inf" if math.isinf(value) else "nan")
    return _pad(item, text.upper() if item.letter.isupper() else text)


def _convert_real(item: Conversion, position: int, value: LuaValue, texts: Texts) -> str:
    number = float(check_number(position, value))
    _check(item)
    if not math.isfinite(number):
        return _not_finite(item, number)
    if item.letter == "f" and abs(number) >= 1e50:  # where PyPy's % turns to an exponent
        precision = 6 if item.precision is None else item.precision
        digits = f"{abs(number):{'#' if '#' in item.flags else ''}.{precision}f}"
        return _pad_number(item, _sign(item, number < 0), digits, True)
    return item.text % number


def _convert_hexadecimal(item: Conversion, position: int, value: LuaValue, texts: Texts) -> str:
    _check(item)
    return _hexadecimal(item, float(check_number(position, value)))


def _hexadecimal(item: Conversion, value: float) -> str:
    if not math.isfinite(value):
        return _not_finite(item, value)
    prefix = _sign(item, math.copysign(1.0, value) < 0) + "0x"
    digits = hexadecimal_digits(abs(value), item.precision, "#" in item.flags)
    text = _pad_number(item, prefix, digits, True)
    return text.upper() if item.letter == "A" else text


def hexadecimal_digits(value: float, precision: int | None, keeps_point: bool) -> str:
    """Return what follows ``0x`` in a finite ``value`` >= 0, as C's ``%a`` rounds it (half to even)."""
    mantissa, _, exponent = value.hex().removeprefix("0x").partition("p")
    lead, _, fraction = mantissa.partition(".")
    fraction = fraction.ljust(13, "0")
    if precision is None:
        fraction = fraction.rstrip("0")
    elif precision < 13:
        dropped = 4 * (13 - precision)
        kept, rest = divmod(int(lead + fraction, 16), 1 << dropped)
        half = 1 << dropped - 1
        kept += rest > half or (rest == half and kept & 1)
        rounded = f"{kept:0{precision + 1}x}"
        lead, fraction = rounded[:1], rounded[1:]
    else:
        fraction = fraction.ljust(precision, "0")
    point = "." if fraction or keeps_point else ""
    return f"{lead}{point}{fraction}p{exponent}"


_QUOTED: Final = re.compile(r'["\\\n\0-\x1f\x7f]')


def _quote_character(match: re.Match[str]) -> str:
    character = match[0]
    if character in '"\\\n':
        return "\\" + character
    following = match.string[match.end() : match.end() + 1]
    return f"\\{ord(character):03d}" if "0" <= following <= "9" else f"\\{ord(character)}"


def _convert_literal(item: Conversion, position: int, value: LuaValue, texts: Texts) -> str:
    """Return ``value`` as a Lua literal that reads back as itself (``%q``)."""
    _check(item)
    if type(value) is str:
        return f'"{_QUOTED.sub(_quote_character, value)}"'
    if type(value) is int or type(value) is float:
        return _number_literal(value)
    if value is None or type(value) is LuaBoolean:
        return texts[0](value)
    raise ArgumentError(position, "value has no literal form")


def _number_literal(value: Number) -> str:
    if type(value) is int:
        return "0x8000000000000000" if value == MIN_INTEGER else str(value)
    if value != value:
        return "(0/0)"
    if math.isinf(value):
        return "1e9999" if value > 0 else "-1e9999"
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    return f"{sign}0x{hexadecimal_digits(abs(value), None, False)}"


_CONVERTERS: Final[dict[str, Callable[[Conversion, int, LuaValue, Texts], str]]] = {
    "": _refuse,
    "c": _convert_character,
    "p": _convert_pointer,
    "q": _convert_literal,
    "s": _convert_string,
    **dict.fromkeys("diuoxX", _convert_integer),
    **dict.fromkeys("eEfgG", _convert_real),
    **dict.fromkeys("aA", _convert_hexadecimal),
}
