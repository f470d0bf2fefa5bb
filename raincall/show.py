"""How is the reply of a script shown to a person?  As ``redis-cli`` shows it on a terminal."""

from __future__ import annotations

from typing import Final

from raincall.reply import Reply
from raincall.resp import format_double

_ESCAPES: Final = {
    ord('"'): b'\\"',
    ord("\\"): b"\\\\",
    ord("\n"): b"\\n",
    ord("\r"): b"\\r",
    ord("\t"): b"\\t",
    ord("\a"): b"\\a",
    ord("\b"): b"\\b",
}


def show(reply: Reply) -> bytes:
    """Return the lines that show a reply of RAIN.FALL (see ``raincall.results``), each with its end."""
    return _show(reply, b"")


def _show(reply: Reply, indent: bytes) -> bytes:
    value = reply.value
    match reply.kind:
        case "array":
            return _show_items(value, indent)
        case "error":
            return b"(error) %b\n" % value
        case "integer":
            return b"(integer) %d\n" % value
        case "double":
            return b"(double) %b\n" % format_double(value)
        case "boolean":
            return b"(true)\n" if value else b"(false)\n"
        case "nil":
            return b"(nil)\n"
        case _:
            return b'"%b"\n' % b"".join(map(_escaped, value))


def _show_items(items: list[Reply], indent: bytes) -> bytes:
    if not items:
        return b"(empty array)\n"
    width = len(str(len(items)))
    inner = indent + b" " * (width + 2)
    lines = []
    for position, item in enumerate(items, 1):
        if position > 1:
            lines.append(indent)
        lines.append(b"%*d) %b" % (width, position, _show(item, inner)))
    return b"".join(lines)


def _escaped(byte: int) -> bytes:
    return _ESCAPES.get(byte) or (bytes((byte,)) if 32 <= byte < 127 else b"\\x%02x" % byte)
