"""``string.pack``, ``unpack`` and ``packsize``: values as binary data (§6.4.2).

A format is read into options once and kept, with a ``struct.Struct`` that does the
same where there is one.  A fault of the format is an error only when its turn comes,
so it ends the options as an option of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from moonquakes.errors import ArgumentError, PendingError
from moonquakes.numbers import wrap
from moonquakes.stdlib.arguments import check_integer, check_number, check_string
from moonquakes.stdlib.positions import optional_start
from moonquakes.values import LuaResults, LuaValue, pack_results

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


class Layout(NamedTuple):
    """A format, read.

    ``packer`` packs ``arity`` values as ``options`` say, or fails where they are of
    other types than plain integers in range and floats; it unpacks at positions that
    are multiples of ``alignment``.  It is None for formats with strings, with integers
    of odd sizes or in two byte orders.
    """

    options: tuple[Option, ...]
    packer: struct.Struct | None
    arity: int
    alignment: int


#: Integers of eight bytes have a sign always: what ``struct`` packs, it wraps around like Lua.
_CODES: Final = {
    ("int", 1): "b",
    ("uint", 1): "B",
    ("int", 2): "h",
    ("uint", 2): "H",
    ("int", 4): "i",
    ("uint", 4): "I",
    ("int", 8): "q",
    ("uint", 8): "q",
    ("float", 4): "f",
    ("float", 8): "d",
    ("padding", 1): "x",
    ("align", 0): "",
}


def _layout(text: str) -> Layout:
    options = tuple(_FormatReader(text).options())
    without = Layout(options, None, 0, 1)
    orders = {option.order for option in options if option.size > 1}
    if len(orders) > 1:
        return without
    codes = [">" if "big" in orders else "<"]
    offset = arity = 0
    for option in options:
        code = _CODES.get((option.kind, option.size))
        if code is None:
            return without
        padding = option.padding(offset)
        codes.append("x" * padding + code)
        offset += padding + option.size
        arity += code not in ("", "x")
    if not arity:
        return without
    return Layout(options, struct.Struct("".join(codes)), arity, max(option.alignment for option in options))


#: The layouts in use by the text of their format; when there are many, all are forgotten.
_layouts: Final[dict[LuaValue, Layout]] = {}
_MOST_KEPT: Final = 500
LONGEST_KEPT: Final = 1000


def _keep(text: str) -> Layout:
    layout = _layout(text)
    if len(text) <= LONGEST_KEPT:
        if len(_layouts) >= _MOST_KEPT:
            _layouts.clear()
        _layouts[text] = layout
    return layout


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


def pack(format_text: LuaValue = None, *values: LuaValue) -> LuaResults:
    """``string.pack(fmt, v1, v2, ...)``"""
    layout = _layouts.get(format_text)
    if layout is None:
        layout = _keep(check_string(1, format_text))
    options, packer, arity, _ = layout
    if packer is not None and len(values) == arity:
        try:
            return packer.pack(*values).decode("latin-1")
        except (struct.error, OverflowError, TypeError):  # the options convert, or tell what is wrong
            pass
    return _pack_each(options, values)


def _pack_each(options: Sequence[Option], values: Sequence[LuaValue]) -> str:
    """Return ``values`` packed as ``options`` say; argument 2 is the first of ``values``."""
    result = bytearray()
    used = 0
    for option in options:
        kind = option.kind
        if kind == "fault":
            raise _fault(option)
        if option.alignment > 1:
            result += bytes(option.padding(len(result)))
        if kind == "padding":
            result += b"\0"
        elif kind != "align":
            if used == len(values):
                expected = "number" if kind in ("int", "uint", "float") else "string"
                # The reference keeps a nil on its stack there, so it says nil, not "no value".
                raise ArgumentError(used + 2, f"{expected} expected, got nil")
            result += _PACKERS[kind](option, used + 2, values[used])
            used += 1
    return result.decode("latin-1")


def packsize(format_text: LuaValue = None, *_: LuaValue) -> LuaResults:
    """``string.packsize(fmt)``: of a format without variable-length options."""
    layout = _layouts.get(format_text)
    if layout is None:
        layout = _keep(check_string(1, format_text))
    if layout.packer is not None:
        return layout.packer.size
    total = 0
    for option in layout.options:
        if option.kind == "fault":
            raise _fault(option)
        if option.kind in ("string", "zero-terminated"):
            raise ArgumentError(1, "variable-length format")
        size = option.padding(total) + option.size
        if total > MAX_SIZE - size:
            raise ArgumentError(1, "format result too large")
        total += size
    return total


def _unpack_integer(data: str, order: ByteOrder, is_signed: bool) -> int:
    """Return the integer that all of ``data`` is."""
    value = int.from_bytes(data.encode("latin-1"), order, signed=is_signed)
    size = len(data)
    if size > 8:
        # What does not fit in 64 bits must be the sign, or zeros.
        low = 1 << 63 if is_signed else 1 << 64
        if not (-low if is_signed else 0) <= value < low:
            raise PendingError(f"{size}-byte integer does not fit into Lua Integer")
    return wrap(value)


def unpack(
    format_text: LuaValue = None, s: LuaValue = None, init: LuaValue = None, *_: LuaValue
) -> LuaResults:
    """``string.unpack(fmt, s [, pos])``"""
    layout = _layouts.get(format_text)
    if layout is None:
        layout = _keep(check_string(1, format_text))
    data = s if type(s) is str else check_string(2, s)
    position = init - 1 if type(init) is int and init > 0 else optional_start(3, init, len(data))
    packer = layout.packer
    if packer is not None and position % layout.alignment == 0:
        end = position + packer.size
        if end <= len(data):
            return *packer.unpack(data[position:end].encode("latin-1")), end + 1
    if position > len(data):
        raise ArgumentError(3, "initial position out of string")
    return pack_results(_unpack_each(layout.options, data, position))


def _unpack_each(options: Sequence[Option], data: str, position: int) -> tuple[LuaValue, ...]:
    """Return the values packed in ``data`` from ``position`` (0-based), then the next position (1-based).

    Raises:
        ArgumentError: the data end too early (argument 2), or the format is wrong.
        PendingError: an integer does not fit in 64 bits, or the format is wrong.
    """
    values: list[LuaValue] = []
    length = len(data)
    for option in options:
        kind, size, alignment, order, _ = option
        if kind == "fault":
            raise _fault(option)
        if alignment > 1:
            position += option.padding(position)
        end = position + size
        if end > length:
            raise ArgumentError(2, "data string too short")
        if kind == "int" or kind == "uint":
            values.append(_unpack_integer(data[position:end], order, kind == "int"))
        elif kind == "float":
            code = ("<" if order == "little" else ">") + ("f" if size == 4 else "d")
            values.append(struct.unpack(code, data[position:end].encode("latin-1"))[0])
        elif kind == "fixed string":
            values.append(data[position:end])
        elif kind == "string":
            count = _unpack_integer(data[position:end], order, False)
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
