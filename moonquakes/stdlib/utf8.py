"""The ``utf8`` library (§6.5): UTF-8 in strings of bytes.

Well-formed text goes through Python's own decoder, whose rules are those of
Lua's strict mode; everything else is decoded byte by byte.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from moonquakes.errors import ArgumentError, PendingError
from moonquakes.numbers import to_integer
from moonquakes.stdlib.arguments import check_integer, check_string, optional_integer
from moonquakes.values import FALSE, LuaResults, LuaValue, pack_results
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

MAX_UNICODE: Final = 0x10FFFF
MAX_CODE: Final = 0x7FFFFFFF
CHARACTER_PATTERN: Final = "[\0-\x7f\xc2-\xfd][\x80-\xbf]*"

_INVALID: Final = "invalid UTF-8 code"
#: The least code that needs so many continuation bytes.
_LEAST: Final = (0, 0x80, 0x800, 0x10000, 0x200000, 0x4000000)
#: Lua's own limit of a function's results.
_MAX_RESULTS: Final = 1_000_000


#: How many bytes a character takes that starts with a lead byte of Python's UTF-8, else 1.
_SIZES: Final = [1] * 0xC2 + [2] * 0x1E + [3] * 0x10 + [4] * 5 + [1] * 11


def _is_continuation(text: str, position: int) -> bool:
    return position < len(text) and "\x80" <= text[position] <= "\xbf"


def _is_lax(value: LuaValue) -> bool:
    return value is not None and value is not FALSE


def decode(text: str, position: int, is_lax: bool) -> tuple[int, int] | None:
    """Return the code at ``position`` (0-based, inside ``text``) and where it ends, or None if invalid."""
    lead = ord(text[position])
    if lead < 0x80:
        return lead, position + 1
    end = position + _SIZES[lead]
    try:
        return ord(text[position:end].encode("latin-1").decode()), end
    except (UnicodeDecodeError, TypeError):  # nothing well-formed, or cut short
        return _decode_other(text, position, lead, is_lax)


def _decode_other(text: str, position: int, lead: int, is_lax: bool) -> tuple[int, int] | None:
    """Do what :func:`decode` does, where Python's decoder refuses."""
    # As many continuation bytes as the lead has ones after its first.
    count = 8 - (lead ^ 0xFF).bit_length() - 1
    end = position + 1 + count
    if not 1 <= count <= 5 or end > len(text):
        return None
    code = lead & (0x3F >> count)
    for character in text[position + 1 : end]:
        if not "\x80" <= character <= "\xbf":
            return None
        code = code << 6 | ord(character) & 0x3F
    if code < _LEAST[count] or (not is_lax and (code > MAX_UNICODE or 0xD800 <= code <= 0xDFFF)):
        return None
    return code, end


def encode(code: int) -> str:
    """Return the bytes of ``code`` (0 .. 2**31-1)."""
    if code < 0x80:
        return chr(code)
    count = next((count for count in range(1, 5) if code < _LEAST[count + 1]), 5)
    lead = (0xFF80 >> count & 0xFF) | code >> 6 * count
    return chr(lead) + "".join(chr(0x80 | code >> 6 * i & 0x3F) for i in reversed(range(count)))


def _from_end(position: int, length: int) -> int:
    """Count a negative ``position`` from the end; 0 when it is before the start."""
    if position >= 0:
        return position
    return 0 if -position > length else length + position + 1


def char(*codes: LuaValue) -> LuaResults:
    """``utf8.char(...)``"""
    try:
        return "".join(map(chr, codes)).encode().decode("latin-1")
    except (TypeError, ValueError, OverflowError):  # not integers alone, surrogates, or what is no Unicode
        pass
    parts: list[str] = []
    for position, value in enumerate(codes, 1):
        code = check_integer(position, value)
        if not 0 <= code <= MAX_CODE:
            raise ArgumentError(position, "value out of range")
        parts.append(encode(code))
    return "".join(parts)


def codepoint(
    s: LuaValue = None, i: LuaValue = None, j: LuaValue = None, lax: LuaValue = None, *_: LuaValue
) -> LuaResults:
    """``utf8.codepoint(s [, i [, j [, lax]]])``"""
    text = s if s.__class__ is str else check_string(1, s)
    start = _from_end(optional_integer(2, i, 1), len(text))
    end = start if j is None else _from_end(check_integer(3, j), len(text))
    if start < 1:
        raise ArgumentError(2, "out of bounds")
    if end > len(text):
        raise ArgumentError(3, "out of bounds")
    if end - start >= _MAX_RESULTS:
        raise PendingError("stack overflow (string slice too long)")
    if start == end:
        decoded = decode(text, start - 1, _is_lax(lax))
        if decoded is None:
            raise PendingError(_INVALID)
        return decoded[0]
    if end == len(text):
        try:
            return pack_results(tuple(map(ord, text[start - 1 :].encode("latin-1").decode())))
        except UnicodeDecodeError:
            pass  # invalid, or valid when lax: the loop tells
    codes: list[LuaValue] = []
    position = start - 1
    while position < end:
        decoded = decode(text, position, _is_lax(lax))
        if decoded is None:
            raise PendingError(_INVALID)
        codes.append(decoded[0])
        position = decoded[1]
    return pack_results(tuple(codes))


def length(
    s: LuaValue = None, i: LuaValue = None, j: LuaValue = None, lax: LuaValue = None, *_: LuaValue
) -> LuaResults:
    """``utf8.len(s [, i [, j [, lax]]])``"""
    text = check_string(1, s)
    start = _from_end(optional_integer(2, i, 1), len(text))
    end = _from_end(optional_integer(3, j, -1), len(text))
    if not 1 <= start <= len(text) + 1:
        raise ArgumentError(2, "initial position out of bounds")
    if end > len(text):
        raise ArgumentError(3, "final position out of bounds")
    if end == len(text):
        try:
            return len(text[start - 1 :].encode("latin-1").decode("utf-8"))
        except UnicodeDecodeError:
            pass  # invalid, or valid when lax: the loop tells
    count = 0
    position = start - 1
    while position < end:
        decoded = decode(text, position, _is_lax(lax))
        if decoded is None:
            return None, position + 1
        position = decoded[1]
        count += 1
    return count


def offset(s: LuaValue = None, n: LuaValue = None, i: LuaValue = None, *_: LuaValue) -> LuaResults:
    """``utf8.offset(s, n [, i])``"""
    text = check_string(1, s)
    count = check_integer(2, n)
    start = _from_end(optional_integer(3, i, 1 if count >= 0 else len(text) + 1), len(text))
    if not 1 <= start <= len(text) + 1:
        raise ArgumentError(3, "position out of bounds")
    position = start - 1
    if count == 0:
        while position > 0 and _is_continuation(text, position):
            position -= 1
        return position + 1
    if _is_continuation(text, position):
        raise PendingError("initial position is a continuation byte")
    return _forward(text, position, count) if count > 0 else _backward(text, position, -count)


def _forward(text: str, position: int, count: int) -> int | None:
    """Return the position (1-based) of the ``count``-th character from ``position``, itself the first."""
    length = len(text)
    for _ in range(count - 1):
        if position >= length:
            return None
        position += 1
        while position < length and "\x80" <= text[position] <= "\xbf":
            position += 1
    return position + 1


def _backward(text: str, position: int, count: int) -> int | None:
    """Return the position (1-based) of the ``count``-th character before ``position``."""
    for _ in range(count):
        if position == 0:
            return None
        position -= 1
        while position > 0 and "\x80" <= text[position] <= "\xbf":
            position -= 1
    return position + 1


def _make_next(is_lax: bool) -> Callable[..., LuaResults]:
    def next_code(s: LuaValue = None, control: LuaValue = None, *_: LuaValue) -> LuaResults:
        """Return position and code of the character after the one at ``control``."""
        text = s if s.__class__ is str else check_string(1, s)
        position = control if control.__class__ is int else to_integer(control) or 0
        if position < 0:
            return ()
        length = len(text)
        while position < length:
            character = text[position]
            if character < "\x80":
                code, end = ord(character), position + 1
                break
            if character > "\xbf":
                decoded = decode(text, position, is_lax)
                if decoded is None:
                    raise PendingError(_INVALID)
                code, end = decoded
                break
            position += 1
        else:
            return ()
        if end < length and "\x80" <= text[end] <= "\xbf":
            raise PendingError(_INVALID)
        return position + 1, code

    return next_code


_next_strict: Final = _make_next(False)
_next_lax: Final = _make_next(True)


def codes(s: LuaValue = None, lax: LuaValue = None, *_: LuaValue) -> LuaResults:
    """``utf8.codes(s [, lax])``"""
    text = check_string(1, s)
    if _is_continuation(text, 0):
        raise ArgumentError(1, _INVALID)
    return _next_lax if _is_lax(lax) else _next_strict, text, 0


def open_utf8(state: State) -> Table:
    """Return a new ``utf8`` library; it keeps nothing in ``state``."""
    return Table.from_fields(
        {
            "char": char,
            "charpattern": CHARACTER_PATTERN,
            "codepoint": codepoint,
            "codes": codes,
            "len": length,
            "offset": offset,
        }
    )
