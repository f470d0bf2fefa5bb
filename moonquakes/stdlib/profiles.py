"""Which functions has each profile?  A closed list of names: what is not here no profile below ``full`` has.

A profile has what the one before it has, and more.  A function of a library is named ``library.name``,
a basic one by its name alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

Profile: TypeAlias = Literal["minimal", "safe", "scripting", "full"]


def _names(library: str, names: str) -> tuple[str, ...]:
    return tuple([f"{library}.{name}" for name in names.split()])


_MINIMAL: Final = (
    *("_G", "_VERSION", "assert", "collectgarbage", "error", "getmetatable", "ipairs", "load", "next"),
    *("pairs", "pcall", "print", "rawequal", "rawget", "rawlen", "rawset", "select", "setmetatable"),
    *("tonumber", "tostring", "type", "warn", "xpcall"),
    *_names("coroutine", "close create isyieldable resume running status wrap yield"),
    *_names("table", "concat insert move pack remove sort unpack"),
    *_names(
        "string",
        "byte char find format gmatch gsub len lower match pack packsize rep reverse sub unpack upper",
    ),
    *_names("math", "abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min mininteger"),
    *_names("math", "modf pi rad sin sqrt tan tointeger type ult"),
    *_names("utf8", "char charpattern codepoint codes len offset"),
)
_SAFE: Final = (
    *_MINIMAL,
    *_names("math", "random randomseed"),
    *_names("os", "clock date difftime time"),
)
_SCRIPTING: Final = (
    *_SAFE,
    *_names("io", "close lines open type"),
    *_names("os", "getenv"),
    *_names("debug", "traceback"),
)
#: What only ``full`` has and a host may add to another profile.
_OTHERS: Final = (
    *("dofile", "loadfile"),
    *_names("string", "dump"),
    *_names("io", "flush input output popen read stderr stdin stdout tmpfile write"),
    *_names("os", "execute exit remove rename setlocale tmpname"),
    *_names("debug", "debug gethook getinfo getlocal getmetatable getregistry getupvalue getuservalue"),
    *_names("debug", "sethook setcstacklimit setlocal setmetatable setupvalue setuservalue"),
    *_names("debug", "upvalueid upvaluejoin"),
)

#: The names that each profile below ``full`` has.
NAMES: Final = {"minimal": _MINIMAL, "safe": _SAFE, "scripting": _SCRIPTING}
#: All names that may be added or removed; modules are whole or not at all.
GRANTABLE: Final = frozenset((*_SCRIPTING, *_OTHERS))


def by_library(names: Iterable[str]) -> dict[str, set[str]]:
    """Return the names of each library; those of ``base`` are the basic functions."""
    libraries: dict[str, set[str]] = {}
    for name in names:
        library, dot, member = name.partition(".")
        libraries.setdefault(library if dot else "base", set()).add(member if dot else name)
    return libraries
