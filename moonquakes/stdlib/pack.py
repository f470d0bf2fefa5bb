"""``string.pack``, ``unpack`` and ``packsize``: values as binary data (§6.4.2).

A format is read into options once and kept.  A fault of the format is an error
only when its turn comes, so it ends the options as an option of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from moonquakes.errors import ArgumentError, PendingError
from moonquakes.numbers import wrap
from moonquakes.stdlib.arguments import check_integer, check_number, check_string
from moonquakes.values import LuaValue

#: Sizes are counted in a C ``int`` by the reference.
MAX_SIZE: Final = 0x7FFFFFFF
_MAX_INTEGER_SIZE: Final = 16
_NATIVE_ALIGNMENT: Final = 8
#: Lua's own limit of a function's stack; a format cannot give more results.
_MAX_RESULTS: Final = 1_000_000

ByteOrder: TypeAlias = Literal["little", "big"]
_ORDERS: Final[dict[str, ByteOrder]] = {"<": "little", ">": "big", "=": "little"}

#: Options of a fixed size: what they are and how big.
_FIXED: Final[dict[str, tuple[str, int]]] = {
    "b": ("int", 1),
    "B": ("uint", 1),
    "h": ("int", 2),
    "H": ("uint", 2),
    "l": ("int", 8),
    "L": ("uint", 8),
    "j": ("int", 8),
    "J": ("uint", 8),
    "T": ("uint", 8),
    "f": ("float", 4),
    "n": ("float", 8),
    "d": ("float", 8),
    "z": ("zero-terminated", 0),
    "x": ("padding", 1),
    " ": ("nothing", 0),
}
#: Options whose size may follow: what they are and the size when it does not.
_SIZED: Final = {"i": ("int", 4), "I": ("uint", 4), "s": ("string", 8)}


class Option(NamedTuple):
    """One item of a format.

    ``kind`` is ``int``, ``uint``, ``float``, ``fixed string`` (``cn``), ``string``
    (with its length before it), ``zero-terminated``, ``padding``, ``align``
    (``Xop``), or ``fault``; ``size`` counts the bytes it always takes.
    """

    kind: str
    size: int
    alignment: int
    order: ByteOrder
    #: Of a fault: the error.
    error: PendingError | None = None

    def padding(self, offset: int) -> int:
        """Return how many bytes to leave out at ``offset`` to be aligned."""
        return -offset & (self.alignment - 1)


class _FormatReader:
    """Reads a format; raises PendingError at a fault."""

    def __init__(self, text: str) -> None:
        self.text = text.partition("\0")[0]  # as the reference, which reads a C string
        self.position = 0
        self.order: ByteOrder = "little"
        self.max_alignment = 1

    def options(self) -> Iterator[Option]:
        try:
            while self.position < len(self.text):
                option = self._next()
                if option is not None:
                    yield option
        except PendingError as error:
            yield Option("fault", 0, 1, "little", error)

    def _next(self) -> Option | None:
        kind, size = self._option()
        if kind == "nothing":
            return None
        alignment = size
        if kind == "align":
            if self.position == len(self.text):
                raise ArgumentError(1, "invalid next option for option 'X'")
            kind_after, alignment = self._option()
            if kind_after == "fixed string" or alignment == 0:
                raise ArgumentError(1, "invalid next option for option 'X'")
        if kind == "fixed string":
            alignment = 1
        alignment = max(1, min(alignment, self.max_alignment))
        if alignment & (alignment - 1):
            raise ArgumentError(1, "format asks for alignment not power of 2")
        return Option(kind, size, alignment, self.order)

    def _option(self) -> tuple[str, int]:
        """Read one option letter and its number; return kind and size."""
        letter = self.text[self.position]
        self.position += 1
        if letter in _FIXED:
            return _FIXED[letter]
        if letter in _SIZED:
            kind, default = _SIZED[letter]
            return kind, self._limited_number(default)
        if letter == "c":
            size = self._number(-1)
            if size < 0:
                raise PendingError("missing size for format option 'c'")
            return "fixed string", size
        if letter == "X":
            return "align", 0
        if letter == "!":
            self.max_alignment = self._limited_number(_NATIVE_ALIGNMENT)
        elif letter in _ORDERS:
            self.order = _ORDERS[letter]
        else:
            raise PendingError(f"invalid format option '{letter}'")
        return "nothing", 0

    def _number(self, default: int) -> int:
        """Read a number; digits that would make it too big for a size are left standing."""
        text = self.text
        start = self.position
        value = 0
        while (
            self.position < len(text) and "0" <= text[self.position] <= "9" and value <= (MAX_SIZE - 9) // 10
        ):
            value = value * 10 + int(text[self.position])
            self.position += 1
        return default if self.position == start else value

    def _limited_number(self, default: int) -> int:
        size = self._number(default)
        if not 1 <= size <= _MAX_INTEGER_SIZE:
            raise PendingError(f"integral size ({size}) out of limits [1,{_MAX_INTEGER_SIZE}]")
        return size


@lru_cache(maxsize=256)
def _keep(text: str) -> tuple[Option, ...]:
    return tuple(_FormatReader(text).options())


def _options(text: str) -> Sequence[Option]:
    return _keep(text) if len(text) <= 1000 else tuple(_FormatReader(text).options())


def _fault(option: Option) -> PendingError:
    """Return a fresh error for a fault: the one kept must not collect tracebacks."""
    error = option.error
    if isinstance(error, ArgumentError):
        return ArgumentError(error.position, error.message)
    assert error is not None
    return PendingError(error.value)


def _pack_integer(option: Option, position: int, value: LuaValue) -> bytes:
    number = check_integer(position, value)
    kind, size, _, order, _ = option
    bits = 8 * size
    if size < 8:
        if kind == "int":
            if not -(1 << bits - 1) <= number < 1 << bits - 1:
                raise ArgumentError(position, "integer overflow")
        elif not 0 <= number < 1 << bits:
            raise ArgumentError(position, "unsigned overflow")
    if kind == "uint":
        number &= 0xFFFFFFFFFFFFFFFF
    return (number & (1 << bits) - 1).to_bytes(size, order)


def _pack_float(option: Option, position: int, value: LuaValue) -> bytes:
    number = float(check_number(position, value))
    code = ("<" if option.order == "little" else ">") + ("f" if option.size == 4 else "d")
    try:
        return struct.pack(code, number)
    except OverflowError:  # C converts to infinity
        return struct.pack(code, float("inf") if number > 0 else float("-inf"))


def _pack_string(option: Option, position: int, value: LuaValue) -> bytes:
    text = check_string(position, value)
    length, size = len(text), option.size
    if option.kind == "fixed string":
        if length > size:
            raise ArgumentError(position, "string longer than given size")
        return text.encode("latin-1").ljust(size, b"\0")
    if option.kind == "zero-terminated":
        if "\0" in text:
            raise ArgumentError(position, "string contains zeros")
        return text.encode("latin-1") + b"\0"
    if size < 8 and length >= 1 << 8 * size:
        raise ArgumentError(position, "string length does not fit in given size")
    return length.to_bytes(size, option.order) + text.encode("latin-1")


_PACKERS: Final = {
    "int": _pack_integer,
    "uint": _pack_integer,
    "float": _pack_float,
    "fixed string": _pack_string,
    "string": _pack_string,
    "zero-terminated": _pack_string,
}


def pack(format_text: str, values: Sequence[LuaValue]) -> str:
    """Return ``values`` packed as ``format_text`` says; argument 2 is the first of ``values``."""
    result = bytearray()
    used = 0
    for option in _options(format_text):
        if option.kind == "fault":
            raise _fault(option)
        result += bytes(option.padding(len(result)))
        if option.kind == "padding":
            result += b"\0"
        elif option.kind != "align":
            if used == len(values):
                expected = "number" if option.kind in ("int", "uint", "float") else "string"
                # The reference keeps a nil on its stack there, so it says nil, not "no value".
                raise ArgumentError(used + 2, f"{expected} expected, got nil")
            result += _PACKERS[option.kind](option, used + 2, values[used])
            used += 1
    return result.decode("latin-1")


def packsize(format_text: str) -> int:
    """Return the size of what ``pack`` makes of a format without variable-length options."""
    total = 0
    for option in _options(format_text):
        if option.kind == "fault":
            raise _fault(option)
        if option.kind in ("string", "zero-terminated"):
            raise ArgumentError(1, "variable-length format")
        size = option.padding(total) + option.size
        if total > MAX_SIZE - size:
            raise ArgumentError(1, "format result too large")
        total += size
    return total


def _unpack_integer(option: Option, data: bytes) -> int:
    """Return the integer that all of ``data`` is."""
    value = int.from_bytes(data, option.order, signed=option.kind == "int")
    if option.size > 8:
        # What does not fit in 64 bits must be the sign, or zeros.
        low = 1 << 63 if option.kind == "int" else 1 << 64
        if not (-low if option.kind == "int" else 0) <= value < low:
            raise PendingError(f"{option.size}-byte integer does not fit into Lua Integer")
    return wrap(value)


def unpack(format_text: str, data: str, position: int) -> tuple[LuaValue, ...]:
    """Return the values packed in ``data`` from ``position`` (0-based), then the next position (1-based).

    Raises:
        ArgumentError: the data end too early (argument 2), or the format is wrong.
        PendingError: an integer does not fit in 64 bits, or the format is wrong.
    """
    values: list[LuaValue] = []
    length = len(data)
    for option in _options(format_text):
        kind, size, _, order, _ = option
        if kind == "fault":
            raise _fault(option)
        position += option.padding(position)
        end = position + size
        if end > length:
            raise ArgumentError(2, "data string too short")
        if kind == "int" or kind == "uint":
            values.append(_unpack_integer(option, data[position:end].encode("latin-1")))
        elif kind == "float":
            code = ("<" if order == "little" else ">") + ("f" if size == 4 else "d")
            values.append(struct.unpack(code, data[position:end].encode("latin-1"))[0])
        elif kind == "fixed string":
            values.append(data[position:end])
        elif kind == "string":
            count = _unpack_integer(option._replace(kind="uint"), data[position:end].encode("latin-1"))
            if not 0 <= count <= length - end:
                raise ArgumentError(2, "data string too short")
            values.append(data[end : end + count])
            end += count
        elif kind == "zero-terminated":
            zero = data.find("\0", position)
            if zero < 0:
                raise ArgumentError(2, "unfinished string for format 'z'")
            values.append(data[position:zero])
            end = zero + 1
        position = end
        if len(values) >= _MAX_RESULTS:
            raise PendingError("stack overflow (too many results)")
    values.append(position + 1)
    return tuple(values)
