"""How does bytecode travel?  Writes and reads precompiled chunks in the reference's binary format of Lua 5.4.

A chunk is a header, the number of upvalues of the main function, and the main
function with those inside it.  Sizes are unsigned numbers in groups of seven bits,
the most significant first, the last one with its top bit set.  What is read here is
well formed as a file; whether the code makes sense, :mod:`moonquakes.bytecode.verify` says.
"""

from __future__ import annotations

import struct
from typing import Final

from moonquakes.bytecode.proto import LocalVariable, Proto, UpvalueDesc
from moonquakes.errors import LuaSyntaxError
from moonquakes.values import FALSE, TRUE, LuaBoolean, LuaValue

SIGNATURE: Final = b"\x1bLua"
_VERSION: Final = 0x54
_FORMAT: Final = 0
#: Bytes that a transfer in text mode would spoil.
_CHECK_DATA: Final = b"\x19\x93\r\n\x1a\n"
_CHECK_INTEGER: Final = struct.pack("<q", 0x5678)
_CHECK_FLOAT: Final = struct.pack("<d", 370.5)
_SIZES: Final = (("Instruction", 4), ("lua_Integer", 8), ("lua_Number", 8))

_NIL, _FALSE, _TRUE, _INTEGER, _FLOAT, _SHORT, _LONG = 0x00, 0x01, 0x11, 0x03, 0x13, 0x04, 0x14
#: The longest string that the reference interns.
_MAX_SHORT: Final = 40

#: In the table of line differences: the line stands in the table of absolute lines.
_ABSOLUTE: Final = -0x80
#: The table of absolute lines has an entry at least every so many instructions.
_MAX_WITHOUT_ABSOLUTE: Final = 128

_MAX_INT: Final = 0x7FFFFFFF
_MAX_SIZE: Final = 0x7FFFFFFFFFFFFFFF
#: The deepest nesting of functions that the reference's parser accepts.
_MAX_NESTING: Final = 200
_UNKNOWN_SOURCE: Final = "=?"


def dump(proto: Proto, strip: bool = False) -> bytes:
    """Return ``proto`` as a binary chunk that a reference Lua 5.4 loads (``string.dump``).

    With ``strip``, the names of variables, the line numbers and the chunk name are left out.
    """
    out = bytearray(SIGNATURE)
    out += bytes((_VERSION, _FORMAT)) + _CHECK_DATA + bytes(size for _, size in _SIZES)
    out += _CHECK_INTEGER + _CHECK_FLOAT
    out.append(len(proto.upvalues))
    _write_function(out, proto, _UNKNOWN_SOURCE, strip)
    return bytes(out)


def undump(data: bytes, chunk_name: str) -> Proto:
    """Read a binary chunk; bytes after its end are ignored.

    Raises:
        LuaSyntaxError: ``name: bad binary format (why)``.
    """
    reader = _Reader(data, chunk_name)
    reader.header()
    reader.byte()  # number of upvalues of the closure: the function itself says it again
    return reader.function(_UNKNOWN_SOURCE, 1)


def malformed(chunk_name: str, why: str) -> LuaSyntaxError:
    """Return the error for a binary chunk that cannot be accepted."""
    name = chunk_name
    if name[:1] in ("@", "="):
        name = name[1:]
    elif name[:1] == "\x1b":
        name = "binary string"
    return LuaSyntaxError(f"{name}: bad binary format ({why})")


def _write_size(out: bytearray, value: int) -> None:
    groups = [value & 0x7F | 0x80]
    while value := value >> 7:
        groups.append(value & 0x7F)
    out += bytes(reversed(groups))


def _write_string(out: bytearray, text: str | None) -> None:
    if text is None:
        _write_size(out, 0)
    else:
        _write_size(out, len(text) + 1)
        out += text.encode("latin-1")


def _write_function(out: bytearray, proto: Proto, outer_source: str, strip: bool) -> None:
    _write_string(out, None if strip or proto.source == outer_source else proto.source)
    _write_size(out, proto.line_defined)
    _write_size(out, proto.last_line_defined)
    out += bytes((proto.num_params, proto.is_vararg, proto.max_stack_size))
    _write_size(out, len(proto.code))
    out += struct.pack(f"<{len(proto.code)}I", *proto.code)
    _write_size(out, len(proto.constants))
    for value in proto.constants:
        _write_constant(out, value)
    _write_size(out, len(proto.upvalues))
    for upvalue in proto.upvalues:
        out += bytes((upvalue.in_stack, upvalue.index, upvalue.kind))
    _write_size(out, len(proto.protos))
    for inner in proto.protos:
        _write_function(out, inner, proto.source, strip)
    _write_debug(out, proto, strip)


def _write_constant(out: bytearray, value: LuaValue) -> None:
    if value is None:
        out.append(_NIL)
    elif type(value) is LuaBoolean:
        out.append(_TRUE if value is TRUE else _FALSE)
    elif type(value) is int:
        out.append(_INTEGER)
        out += struct.pack("<q", value)
    elif type(value) is float:
        out.append(_FLOAT)
        out += struct.pack("<d", value)
    else:
        out.append(_SHORT if len(value) <= _MAX_SHORT else _LONG)
        _write_string(out, value)


def _write_debug(out: bytearray, proto: Proto, strip: bool) -> None:
    differences, absolute = ([], []) if strip else _encode_lines(proto)
    _write_size(out, len(differences))
    out += struct.pack(f"{len(differences)}b", *differences)
    _write_size(out, len(absolute))
    for pc, line in absolute:
        _write_size(out, pc)
        _write_size(out, line)
    variables = [] if strip else proto.local_variables
    _write_size(out, len(variables))
    for variable in variables:
        _write_string(out, variable.name)
        _write_size(out, variable.start_pc)
        _write_size(out, variable.end_pc)
    upvalues = [] if strip else proto.upvalues
    _write_size(out, len(upvalues))
    for upvalue in upvalues:
        _write_string(out, upvalue.name)


def _encode_lines(proto: Proto) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the differences from line to line, and the absolute lines where a difference will not do."""
    differences: list[int] = []
    absolute: list[tuple[int, int]] = []
    previous = proto.line_defined
    since_absolute = 0
    for pc, line in enumerate(proto.lines):
        difference = line - previous
        if abs(difference) >= -_ABSOLUTE or since_absolute >= _MAX_WITHOUT_ABSOLUTE:
            absolute.append((pc, line))
            difference = _ABSOLUTE
            since_absolute = 0
        since_absolute += 1
        differences.append(difference)
        previous = line
    return differences, absolute


class _Reader:
    """A position in a binary chunk, and the readers of its parts in the order they stand."""

    __slots__ = ("chunk_name", "data", "position")

    def __init__(self, data: bytes, chunk_name: str) -> None:
        self.data = data
        self.chunk_name = chunk_name
        self.position = 0

    def error(self, why: str) -> LuaSyntaxError:
        return malformed(self.chunk_name, why)

    def block(self, size: int) -> bytes:
        start = self.position
        if size > len(self.data) - start:
            raise self.error("truncated chunk")
        self.position = start + size
        return self.data[start : start + size]

    def byte(self) -> int:
        return self.block(1)[0]

    def size(self, limit: int = _MAX_INT) -> int:
        value = 0
        while True:
            group = self.byte()
            if value >= limit >> 7:
                raise self.error("integer overflow")
            value = value << 7 | group & 0x7F
            if group & 0x80:
                return value

    def string(self) -> str | None:
        size = self.size(_MAX_SIZE)
        return self.block(size - 1).decode("latin-1") if size else None

    def header(self) -> None:
        self.expect(SIGNATURE, "not a binary chunk")
        self.expect(bytes((_VERSION,)), "version mismatch")
        self.expect(bytes((_FORMAT,)), "format mismatch")
        self.expect(_CHECK_DATA, "corrupted chunk")
        for kind, size in _SIZES:
            self.expect(bytes((size,)), f"{kind} size mismatch")
        self.expect(_CHECK_INTEGER, "integer format mismatch")
        self.expect(_CHECK_FLOAT, "float format mismatch")

    def expect(self, wanted: bytes, why: str) -> None:
        if self.block(len(wanted)) != wanted:
            raise self.error(why)

    def function(self, outer_source: str, depth: int) -> Proto:
        if depth > _MAX_NESTING:
            raise self.error("functions nested too deeply")
        source = self.string()
        proto = Proto(outer_source if source is None else source)
        proto.line_defined = self.size()
        proto.last_line_defined = self.size()
        proto.num_params = self.byte()
        proto.is_vararg = self.byte() != 0
        proto.max_stack_size = self.byte()
        size = self.size()
        proto.code = list(struct.unpack(f"<{size}I", self.block(4 * size)))
        proto.constants = [self.constant() for _ in range(self.size())]
        for _ in range(self.size()):
            in_stack, index, kind = self.block(3)
            proto.upvalues.append(UpvalueDesc(None, in_stack != 0, index, kind))
        proto.protos = [self.function(proto.source, depth + 1) for _ in range(self.size())]
        self.debug(proto)
        return proto

    def constant(self) -> LuaValue:
        kind = self.byte()
        if kind == _NIL:
            return None
        if kind in (_FALSE, _TRUE):
            return TRUE if kind == _TRUE else FALSE
        if kind == _INTEGER:
            return struct.unpack("<q", self.block(8))[0]
        if kind == _FLOAT:
            return struct.unpack("<d", self.block(8))[0]
        if kind in (_SHORT, _LONG):
            text = self.string()
            if text is None:
                raise self.error("bad format for constant string")
            return text
        raise self.error("unknown kind of constant")

    def debug(self, proto: Proto) -> None:
        differences = struct.unpack(f"{(size := self.size())}b", self.block(size))
        absolute = {}
        for _ in range(self.size()):
            pc = self.size()
            absolute[pc] = self.size()
        proto.lines = self.lines(proto, differences, absolute)
        for _ in range(self.size()):
            name = self.string()
            if name is None:
                raise self.error("local variable without a name")
            proto.local_variables.append(LocalVariable(name, self.size(), self.size()))
        # The reference takes any other number than 0 for "all of them".
        if self.size():
            for upvalue in proto.upvalues:
                upvalue.name = self.string()

    def lines(self, proto: Proto, differences: tuple[int, ...], absolute: dict[int, int]) -> list[int]:
        if len(differences) not in (0, len(proto.code)):
            raise self.error("line information does not match the code")
        lines = []
        line = proto.line_defined
        for pc, difference in enumerate(differences):
            if difference != _ABSOLUTE:
                line += difference
            elif pc in absolute:
                line = absolute[pc]
            else:
                raise self.error("line information does not match the code")
            lines.append(line)
        return lines
