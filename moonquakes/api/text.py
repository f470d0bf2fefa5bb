"""How strings cross the API: ``bytes`` outside, latin-1 ``str`` inside.

Where C takes a ``char *`` the API takes ``bytes``, or for convenience a ``str``,
which stands for its UTF-8 bytes.  What comes out is always ``bytes``.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from moonquakes.errors import PendingError
from moonquakes.numbers import format_number, wrap
from moonquakes.values import LuaValue

#: What the API accepts where C takes a string.
Text: TypeAlias = bytes | str

_CONVERSION = re.compile(r"%(.?)", re.DOTALL)


def lua_string(text: Text) -> str:
    """Return ``text`` as a Lua string."""
    if type(text) is bytes:
        return text.decode("latin-1")
    if type(text) is str:
        return text if text.isascii() else text.encode("utf-8").decode("latin-1")
    if isinstance(text, (bytes, bytearray, memoryview)):
        return str(text, "latin-1")
    if isinstance(text, str):
        return text.encode("utf-8").decode("latin-1")
    raise TypeError(f"a Lua string is bytes or str, not {type(text).__name__}")


def format_text(form: Text, arguments: tuple[object, ...]) -> str:
    """Format as ``lua_pushfstring``: ``%s %d %I %f %c %U %p %%`` (§4.6).

    Raises:
        ValueError: an unknown conversion.
        IndexError: too few arguments.
    """
    rest = iter(arguments)

    def convert(match: re.Match[str]) -> str:
        kind = match[1]
        if kind == "%":
            return "%"
        if kind not in ("s", "d", "I", "f", "c", "U", "p"):
            raise ValueError(f"invalid conversion '%{kind}' to 'mq_pushfstring'")
        try:
            argument = next(rest)
        except StopIteration:
            raise IndexError(f"no argument for '%{kind}'") from None
        return _convert(kind, argument)

    return _CONVERSION.sub(convert, lua_string(form))


def _convert(kind: str, argument: LuaValue) -> str:
    if kind == "s":
        return "(null)" if argument is None else lua_string(argument)
    if kind == "f":
        return format_number(float(argument))
    if kind == "c":
        return chr(int(argument) & 0xFF)
    if kind == "U":
        return chr(int(argument)).encode("utf-8", "surrogatepass").decode("latin-1")
    if kind == "p":
        # What mq_topointer gave, or a Python object.
        return f"0x{argument if type(argument) is int else id(argument):014x}"
    return str(wrap(int(argument)))


def substituted(s: Text, p: Text, r: Text) -> str:
    """Return ``s`` with every ``p`` replaced by ``r``."""
    pattern = lua_string(p)
    if not pattern:
        raise PendingError("cannot replace an empty string")
    return lua_string(s).replace(pattern, lua_string(r))
