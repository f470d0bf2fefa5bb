"""What values do the literals of a source text denote (§3.1)?

Numerals, short strings with their escape sequences, and long brackets.  Errors are
worded as the reference's lexer words them; the lexer adds chunk and line.  Text is
latin-1 with every line break already turned into a newline.
"""

from __future__ import annotations

import re
from typing import Final

from moonquakes.numbers import parse_number

_PLAIN: Final = {'"': re.compile(r'[^"\\\n]*'), "'": re.compile(r"[^'\\\n]*")}
_SPACE: Final = re.compile(r"[ \t\n\v\f\r]*")
_DECIMAL: Final = re.compile(r"[0-9]{1,3}")
_HEX: Final = re.compile(r"[0-9a-fA-F]*")
_ESCAPES: Final = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
    "'": "'",
    "\n": "\n",
}
_MAX_UTF8: Final = 0x7FFFFFFF


class BadLiteralError(Exception):
    """A literal is malformed.

    Attributes:
        message: what is wrong, as the reference words it.
        near: the text that the message shows, None for the end of the source.
        newlines: how many line breaks lie between the literal's start and the error.
    """

    def __init__(self, message: str, near: str | None, newlines: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.near = near
        self.newlines = newlines


def numeral(text: str) -> int | float:
    """Return the value of a numeral; raise BadLiteralError when it is none."""
    if len(text) < 19 and text.isdigit():
        return int(text)
    value = parse_number(text)
    if value is None:
        raise BadLiteralError("malformed number", text)
    return value


def long_bracket(source: str, start: int, opening: str, line: int) -> tuple[str, int, int]:
    """Read from ``start``, after the ``opening`` of a long string or comment, to its closing bracket.

    Returns the contents, without a newline that comes first, the position after the bracket
    and the number of line breaks passed.
    """
    closing = opening.lstrip("-").replace("[", "]")
    end = source.find(closing, start)
    if end < 0:
        what = "comment" if opening.startswith("-") else "string"
        message = f"unfinished long {what} (starting at line {line})"
        raise BadLiteralError(message, None, source.count("\n", start))
    contents = source[start:end]
    return contents.removeprefix("\n"), end + len(closing), contents.count("\n")


def short_string(source: str, start: int) -> tuple[str, int, int]:
    """Read the string whose quote is at ``start``.

    Returns its value, the position after it and the number of line breaks in it.
    """
    quote = source[start]
    plain = _PLAIN[quote].match
    position = start + 1
    newlines = 0
    parts: list[str] = []
    while True:
        match = plain(source, position)
        assert match is not None
        parts.append(match[0])
        position = match.end()
        character = source[position : position + 1]
        if character == quote:
            return "".join(parts), position + 1, newlines
        if character != "\\":
            near = quote + "".join(parts) if character else None
            raise BadLiteralError("unfinished string", near, newlines)
        escape = source[position + 1 : position + 2]
        simple = _ESCAPES.get(escape)
        if simple is not None:
            parts.append(simple)
            position += 2
            newlines += escape == "\n"
        elif escape == "z":
            match = _SPACE.match(source, position + 2)
            assert match is not None
            position = match.end()
            newlines += match[0].count("\n")
        elif escape == "":
            raise BadLiteralError("unfinished string", None, newlines)
        else:
            try:
                value, position = _numeric_escape(source, position, escape)
            except _BadEscapeError as error:
                shown = quote + "".join(parts) + source[position : error.position + 1]
                raise BadLiteralError(error.message, shown, newlines) from None
            parts.append(value)


class _BadEscapeError(Exception):
    """``position`` is that of the character at which the escape sequence goes wrong."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


def _numeric_escape(source: str, start: int, kind: str) -> tuple[str, int]:
    """Decode ``\\ddd``, ``\\xXX`` or ``\\u{XXX}`` at ``start``: its bytes and the position after it."""
    if kind == "x":
        return _hexadecimal_escape(source, start + 2)
    if kind == "u":
        return _utf8_escape(source, start + 2)
    match = _DECIMAL.match(source, start + 1)
    if match is None:
        raise _BadEscapeError("invalid escape sequence", start + 1)
    if int(match[0]) > 255:
        raise _BadEscapeError("decimal escape too large", match.end())
    return chr(int(match[0])), match.end()


def _hexadecimal_escape(source: str, start: int) -> tuple[str, int]:
    match = _HEX.match(source, start, start + 2)
    assert match is not None
    if match.end() < start + 2:
        raise _BadEscapeError("hexadecimal digit expected", match.end())
    return chr(int(match[0], 16)), start + 2


def _utf8_escape(source: str, start: int) -> tuple[str, int]:
    if not source.startswith("{", start):
        raise _BadEscapeError("missing '{'", start)
    match = _HEX.match(source, start + 1)
    assert match is not None
    digits = match[0]
    if not digits:
        raise _BadEscapeError("hexadecimal digit expected", start + 1)
    significant = digits.lstrip("0")
    if len(significant) > 8 or int(digits, 16) > _MAX_UTF8:
        surplus = 8 if len(significant) > 8 and int(significant[:8], 16) <= _MAX_UTF8 else 7
        raise _BadEscapeError("UTF-8 value too large", match.end() - len(significant) + surplus)
    if not source.startswith("}", match.end()):
        raise _BadEscapeError("missing '}'", match.end())
    return encode_utf8(int(digits, 16)), match.end() + 1


def encode_utf8(code: int) -> str:
    """Return the bytes of a code point below 2^31 in the original, up to six bytes long, UTF-8."""
    if code < 0x80:
        return chr(code)
    tail = ""
    limit = 0x3F  # what fits the first byte beside the length mark
    while code > limit:
        tail = chr(0x80 | code & 0x3F) + tail
        code >>= 6
        limit >>= 1
    return chr(~limit << 1 & 0xFF | code) + tail
