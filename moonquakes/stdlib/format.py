"""``string.format``: values as text, by C's conversions (§6.4).

A format string is split once into texts and conversions and kept.  Where Python's
``%`` gives what C gives for arguments of the usual types, one ``%`` formats them
all; :func:`_direct` says where that is.  Width and precision have two digits at
most, so no result is big where its arguments are not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from operator import contains
from typing import Final, NamedTuple, TypeAlias

from moonquakes.errors import ArgumentError, PendingError
from moonquakes.numbers import Number
from moonquakes.stdlib.arguments import check_integer, check_number, check_string
from moonquakes.values import MIN_INTEGER, LuaBoolean, LuaResults, LuaValue

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


#: Of each conversion that Python's ``%`` makes like C: the classes of values it may be given,
#: and bounds between which numbers must be.
Direct: TypeAlias = tuple[frozenset[type], "tuple[float, float] | None"]

#: Infinities and NaN are words in C; PyPy's ``%f`` turns to an exponent here.
_FINITE: Final = (-1e50, 1e50)
_NOT_NEGATIVE: Final = (-1.0, 1e50)
_BYTE: Final = (-1.0, 256.0)
_INTEGER: Final = frozenset({int})
_NUMBER: Final = frozenset({int, float})
_TEXT: Final = frozenset({str, int})


def _direct(item: Conversion) -> Direct | None:
    """Tell for what arguments ``item.text % argument`` is right; None for a conversion it is not made for."""
    letter = item.letter
    if item.fault is not None:
        return None
    if letter in "eEfgG":
        return _NUMBER, _FINITE
    if letter in "di":
        return (_INTEGER, None) if item.precision is None else None
    if letter in "uoxX":
        return (_INTEGER, _NOT_NEGATIVE) if item.precision is None and "#" not in item.flags else None
    if letter == "c":
        return _INTEGER, _BYTE
    return (_TEXT, None) if letter == "s" else None


class Plan(NamedTuple):
    """How a format string is done.

    ``template % arguments`` is the result when there are ``arity`` arguments of the classes
    in ``kinds``, and each number of ``bounds`` (index, low, high) lies between the two,
    unless the result has a zero byte and ``refuses_zeros`` (a string to be padded must
    not have one).  ``items`` serve all else.  ``arity`` is -1 when there is no template.
    """

    arity: int
    template: str
    kinds: tuple[frozenset[type], ...]
    bounds: tuple[tuple[int, float, float], ...]
    refuses_zeros: bool
    items: tuple[str | Conversion, ...]


def _plan(text: str) -> Plan:
    items = _split(text)
    kinds: list[frozenset[type]] = []
    bounds: list[tuple[int, float, float]] = []
    parts: list[str] = []
    for item in items:
        if isinstance(item, str):
            parts.append(item.replace("%", "%%"))
            continue
        direct = _direct(item)
        if direct is None:
            return Plan(-1, "", (), (), False, items)
        if direct[1] is not None:
            bounds.append((len(kinds), *direct[1]))
        kinds.append(direct[0])
        parts.append(item.text)
    pads = any(not isinstance(item, str) and item.letter == "s" and item.text != "%s" for item in items)
    return Plan(len(kinds), "".join(parts), tuple(kinds), tuple(bounds), pads, items)


#: The plans in use by their text; when there are many, all are forgotten.
_plans: Final[dict[LuaValue, Plan]] = {}
_MOST_KEPT: Final = 1000


def _keep(text: str) -> Plan:
    plan = _plan(text)
    if len(text) <= _LONGEST_KEPT:
        if len(_plans) >= _MOST_KEPT:
            _plans.clear()
        _plans[text] = plan
    return plan


def make_format(texts: Texts) -> Callable[..., LuaResults]:
    """Return ``string.format`` for a state, which gives ``texts``."""

    def format_(format_text: LuaValue = None, *arguments: LuaValue) -> LuaResults:
        """``string.format(formatstring, ...)``"""
        plan = _plans.get(format_text)
        if plan is None:
            plan = _keep(check_string(1, format_text))
        arity, template, kinds, bounds, refuses_zeros, items = plan
        if len(arguments) == arity:
            # One look at each argument: a loop would take as long as the formatting.
            if arity == 1:
                is_direct = arguments[0].__class__ in kinds[0]
            elif arity == 2:
                is_direct = arguments[0].__class__ in kinds[0] and arguments[1].__class__ in kinds[1]
            elif arity == 3:
                is_direct = (
                    arguments[0].__class__ in kinds[0]
                    and arguments[1].__class__ in kinds[1]
                    and arguments[2].__class__ in kinds[2]
                )
            else:
                is_direct = all(map(contains, kinds, map(type, arguments)))
            if is_direct:
                for index, low, high in bounds:
                    if not low < arguments[index] < high:
                        break
                else:
                    result = template % arguments
                    # A precision may have cut the zero byte off.
                    if not refuses_zeros or not any(a.__class__ is str and "\0" in a for a in arguments):
                        return result
        return _format_each(items, arguments, texts)

    return format_


def _format_each(items: tuple[str | Conversion, ...], arguments: Sequence[LuaValue], texts: Texts) -> str:
    """Return the texts of ``items`` with the conversions made one by one, the first of argument 2."""
    result: list[str] = []
    used = 0
    for item in items:
        if isinstance(item, str):
            result.append(item)
            continue
        if used == len(arguments):
            raise ArgumentError(used + 2, "no value")
        value = arguments[used]
        used += 1
        if value.__class__ is str and item.text == "%s":
            result.append(value)
        else:
            result.append(_CONVERTERS[item.letter](item, used + 1, value, texts))
    return "".join(result)


def _check(item: Conversion) -> None:
    if item.fault is not None:
        raise PendingError(item.fault)


def _convert_string(item: Conversion, position: int, value: LuaValue, texts: Texts) -> str:
    text = value if value.__class__ is str else texts[0](value)
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
    number = value if value.__class__ is int else check_integer(position, value)
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


#: Characters of a long text that are quoted at a time.
_PIECE: Final = 4096
_QUOTED: Final = re.compile(r'["\\\n\0-\x1f\x7f]')


def _quote(text: str) -> str:
    """Return what stands for ``text`` between quotes."""
    if len(text) <= _PIECE:
        return _QUOTED.sub(_quote_character, text)
    # In pieces: what stands for each character of a long text takes fifty times as much.
    pieces = []
    start = 0
    while start < len(text):
        end = start + _PIECE
        while text[end : end + 1].isdigit():  # which decides how the character before it is written
            end += 1
        pieces.append(_QUOTED.sub(_quote_character, text[start:end]))
        start = end
    return "".join(pieces)


def _quote_character(match: re.Match[str]) -> str:
    character = match[0]
    if character in '"\\\n':
        return "\\" + character
    following = match.string[match.end() : match.end() + 1]
    return f"\\{ord(character):03d}" if "0" <= following <= "9" else f"\\{ord(character)}"


def _convert_literal(item: Conversion, position: int, value: LuaValue, texts: Texts) -> str:
    """Return ``value`` as a Lua literal that reads back as itself (``%q``)."""
    _check(item)
    if value.__class__ is str:
        return f'"{_quote(value)}"'
    if value.__class__ is int or value.__class__ is float:
        return _number_literal(value)
    if value is None or value.__class__ is LuaBoolean:
        return texts[0](value)
    raise ArgumentError(position, "value has no literal form")


def _number_literal(value: Number) -> str:
    if value.__class__ is int:
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
