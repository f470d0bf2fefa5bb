"""What is left of a reply for a client that speaks RESP2?

A script sees replies as its caller would; the encoder does the same on the way to the wire.
"""

from __future__ import annotations

from typing import Final

from raincall.reply import Reply, integer
from raincall.resp import format_double

#: Kinds that RESP2 has, and that hold nothing else.
_SCALARS: Final = frozenset(("status", "bulk", "integer", "nil", "error"))


def as_resp2(reply: Reply) -> Reply:
    """Return ``reply`` in RESP2's kinds: maps flat, sets as arrays, doubles as text, booleans as 1 and 0."""
    kind, value = reply.kind, reply.value
    if kind in _SCALARS:
        return reply
    match kind:
        case "map":
            return Reply("array", [as_resp2(item) for pair in value for item in pair])
        case "double":
            return Reply("bulk", format_double(value))
        case "boolean":
            return integer(1 if value else 0)
        case "big number":
            return Reply("bulk", b"%d" % value)
        case "verbatim":
            return Reply("bulk", value)
    return Reply("array", [as_resp2(item) for item in value if item.kind != "attribute"])
