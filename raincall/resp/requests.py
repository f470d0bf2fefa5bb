"""How do a client's bytes become commands?

Arrays of bulk strings, and inline commands with Redis' quoting rules.  Limits and error texts are Redis' own.
Bytes go in by :meth:`RequestParser.feed`, commands come out of :meth:`RequestParser.next_request`; None means
"I need more data".
"""

from __future__ import annotations

import re
from typing import Final

from raincall.resp.errors import ProtocolError

#: Longest inline command and longest length line.
MAX_LINE: Final = 64 * 1024
#: Redis' ``proto-max-bulk-len``.
MAX_BULK_LENGTH: Final = 512 * 1024 * 1024
MAX_MULTIBULK_LENGTH: Final = 2**31 - 1
#: Redis' ``client-query-buffer-limit``: most bytes one unfinished request may hold.
MAX_REQUEST: Final = 1024 * 1024 * 1024

#: An unfinished bulk string of this size is gathered apart, so that arriving chunks are not copied again and
#: again.
_LARGE: Final = 32 * 1024

#: The length lines nearly all requests consist of, read by one dict look-up.
_COUNTS: Final = {b"*%d" % count: count for count in range(64)}
_LENGTHS: Final = {b"$%d" % length: length for length in range(1024)}

_CANONICAL: Final = re.compile(rb"0|-?[1-9][0-9]{0,18}")


class RequestParser:
    """One client's stream of requests."""

    __slots__ = (
        "_arguments",
        "_buffer",
        "_bulk_length",
        "_held",
        "_large",
        "_max_bulk",
        "_position",
        "_remaining",
    )

    def __init__(self, max_bulk_length: int = MAX_BULK_LENGTH) -> None:
        self._buffer = b""
        self._position = 0
        self._arguments: list[bytes] = []
        #: Arguments still missing of the array being read; 0 between requests.
        self._remaining = 0
        #: Length of the bulk string whose header has been read, else -1.
        self._bulk_length = -1
        self._large: bytearray | None = None
        #: Bytes received since the last complete request.
        self._held = 0
        self._max_bulk = max_bulk_length

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrived."""
        self._held += len(data)
        large = self._large
        if large is not None:
            large += data
            if len(large) >= self._bulk_length + 2:
                self._buffer = bytes(large)
                self._position = 0
                self._large = None
        elif self._position < len(self._buffer):
            self._buffer = self._buffer[self._position :] + data
            self._position = 0
        else:
            self._buffer = data
            self._position = 0

    def next_request(self) -> list[bytes] | None:
        """Return the next command and its arguments (at least one), or None when more data is needed.

        Raises :class:`ProtocolError` when the stream is broken; the parser must not be used afterwards.
        """
        if self._large is not None:
            self._check_held()
            return None
        buffer = self._buffer
        size = len(buffer)
        position = self._position
        remaining = self._remaining
        while remaining == 0:
            if position >= size:
                self._position = position
                return None
            if buffer[position] != 42:  # "*"
                self._position = position
                request = self._next_inline()
                if request is None:
                    return None
                position = self._position
                if request:
                    self._held = 0
                    return request
                continue
            end = buffer.find(b"\r", position)
            if end < 0 or end + 2 > size:
                self._position = position
                self._check_line("too big mbulk count string")
                return None
            count = _COUNTS.get(buffer[position:end])
            if count is None:
                count = _parse_count(buffer[position + 1 : end])
            position = end + 2
            if count > 0:
                remaining = count
                self._arguments = []
        arguments = self._arguments
        length = self._bulk_length
        while True:
            if length < 0:
                end = buffer.find(b"\r", position)
                if end < 0 or end + 2 > size:
                    self._position = position
                    self._remaining = remaining
                    self._bulk_length = -1
                    self._check_line("too big bulk count string")
                    return None
                known = _LENGTHS.get(buffer[position:end])
                length = self._parse_length(buffer[position:end]) if known is None else known
                position = end + 2
            stop = position + length
            if stop + 2 > size:
                self._position = position
                self._remaining = remaining
                self._bulk_length = length
                if length >= _LARGE:
                    self._large = bytearray(buffer[position:])
                    self._buffer = b""
                    self._position = 0
                self._check_held()
                return None
            arguments.append(buffer[position:stop])
            position = stop + 2
            length = -1
            remaining -= 1
            if remaining == 0:
                self._position = position
                self._remaining = 0
                self._bulk_length = -1
                self._held = 0
                return arguments

    def _next_inline(self) -> list[bytes] | None:
        """Return an inline command, an empty list for a blank line, None for an unfinished one."""
        end = self._buffer.find(b"\n", self._position)
        if end < 0:
            self._check_line("too big inline request")
            return None
        line = self._buffer[self._position : end]
        self._position = end + 1
        return split_inline(line[:-1] if line.endswith(b"\r") else line)

    def _check_line(self, problem: str) -> None:
        """Refuse an unfinished line that is too long already."""
        if len(self._buffer) - self._position > MAX_LINE:
            raise ProtocolError(problem)
        self._check_held()

    def _check_held(self) -> None:
        """Refuse an unfinished request that is too big already."""
        if self._held > MAX_REQUEST:
            raise ProtocolError("too big request")

    def _parse_length(self, line: bytes) -> int:
        if line[:1] != b"$":
            shown = line[:1] or b" "  # Redis shows the line's end as a space
            raise ProtocolError("expected '$', got '" + shown.decode("latin-1") + "'")
        if _CANONICAL.fullmatch(line, 1):
            length = int(line[1:])
            if 0 <= length <= self._max_bulk:
                return length
        raise ProtocolError("invalid bulk length")


def _parse_count(text: bytes) -> int:
    if _CANONICAL.fullmatch(text):
        count = int(text)
        if count <= MAX_MULTIBULK_LENGTH:
            return count
    raise ProtocolError("invalid multibulk length")


_SPACE: Final = b" \t\n\v\f\r"
_ESCAPES: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"a": b"\a"}
_PLAIN: Final = re.compile(rb"[^ \t\n\v\f\r\"']+")
_DOUBLE_QUOTED: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"(?=[ \t\n\v\f\r]|\Z)', re.DOTALL)
_SINGLE_QUOTED: Final = re.compile(rb"'((?:[^'\\]|\\'|\\(?!'))*)'(?=[ \t\n\v\f\r]|\Z)", re.DOTALL)
_ESCAPE: Final = re.compile(rb"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)


def split_inline(line: bytes) -> list[bytes]:
    """Split an inline command into its arguments.

    Double quotes know the escapes ``\\xHH \\n \\r \\t \\b \\a``, single quotes only ``\\'``; a closing quote
    must end its argument.  Raises :class:`ProtocolError` otherwise.  The line ends at a NUL byte, as a C
    string does.
    """
    line = line.partition(b"\0")[0]
    arguments: list[bytes] = []
    position = 0
    while True:
        while position < len(line) and line[position] in _SPACE:
            position += 1
        if position >= len(line):
            return arguments
        pieces: list[bytes] = []
        while position < len(line) and line[position] not in _SPACE:
            if match := _PLAIN.match(line, position):
                pieces.append(match[0])
            elif match := _DOUBLE_QUOTED.match(line, position):
                pieces.append(_ESCAPE.sub(_unescape, match[1]))
            elif match := _SINGLE_QUOTED.match(line, position):
                pieces.append(match[1].replace(b"\\'", b"'"))
            else:
                raise ProtocolError("unbalanced quotes in request")
            position = match.end()
        arguments.append(b"".join(pieces))


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if len(code) == 3:
        return bytes.fromhex(code[1:].decode())
    return _ESCAPES.get(code, code)
