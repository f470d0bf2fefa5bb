"""How do the store's error texts become Redis' own?

fakeredis lacks the code before some messages and words a few otherwise; what is listed here was found by
comparing with a real server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

#: Words an error text may begin with; any other beginning lacks its code.
_CODES: Final = frozenset(
    {
        *(
            "ERR",
            "WRONGTYPE",
            "NOGROUP",
            "BUSYGROUP",
            "BUSYKEY",
            "NOSCRIPT",
            "EXECABORT",
            "OOM",
            "NOPERM",
            "NOAUTH",
        ),
        *(
            "WRONGPASS",
            "UNBLOCKED",
            "NOPROTO",
            "NOTBUSY",
            "NOKEY",
            "UNKILLABLE",
            "BUSY",
            "IOERR",
            "CROSSSLOT",
        ),
    }
)

#: Texts that name a command otherwise than Redis does.
_REWORDED: Final = (
    (re.compile(r"^ERR (BUSYGROUP .*)"), r"\1"),
    (re.compile(r"^(ERR invalid expire time in) '?([a-z]+)'?$"), r"\1 '\2' command"),
    (re.compile(r"^ERR min or max not a valid string"), "ERR min or max not valid string"),
    (re.compile(r"^(ERR at least 1 input key is needed for) '?([a-z]+)'?$"), r"\1 '\2' command"),
)

_NOT_AN_INTEGER: Final = "ERR value is not an integer or out of range"


def error_text(text: str) -> bytes:
    """Return an error of the store, with its code and in Redis' words."""
    if text.partition(" ")[0] not in _CODES:
        text = f"ERR {text}"
    for pattern, replacement in _REWORDED:
        text = pattern.sub(replacement, text)
    return text.encode("utf-8", "surrogateescape")


def command_error_text(text: str, name: str, argv: Sequence[bytes]) -> bytes:
    """Return the error of a command that was sent as ``argv``."""
    if text.startswith(("ERR Wrong number of args calling", "ERR wrong number of arguments")):
        return b"ERR wrong number of arguments for '%b' command" % name.encode()
    correct = _BY_COMMAND.get(name)
    return error_text(text if correct is None else correct(text, argv))


def _is_number(word: bytes) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _timeout_at(index: int) -> Callable[[str, Sequence[bytes]], str]:
    def correct(text: str, argv: Sequence[bytes]) -> str:
        if text == "ERR timeout is negative" and not _is_number(argv[index]):
            return "ERR timeout is not a float or out of range"
        return text

    return correct


def _cursor_at(index: int) -> Callable[[str, Sequence[bytes]], str]:
    def correct(text: str, argv: Sequence[bytes]) -> str:
        return "ERR invalid cursor" if text == _NOT_AN_INTEGER and not argv[index].isdigit() else text

    return correct


def _hincrbyfloat(text: str, argv: Sequence[bytes]) -> str:
    return "ERR hash value is not a float" if text.endswith("valid float") and _is_number(argv[3]) else text


def _decrby(text: str, argv: Sequence[bytes]) -> str:
    return "ERR decrement would overflow" if argv[2] == b"-9223372036854775808" else text


def _swapdb(text: str, argv: Sequence[bytes]) -> str:
    for word, which in zip(argv[1:], ("first", "second"), strict=False):
        if not re.fullmatch(rb"-?[0-9]+", word):
            return f"ERR invalid {which} DB index"
    return text


_BY_COMMAND: Final[dict[str, Callable[[str, Sequence[bytes]], str]]] = {
    **dict.fromkeys(("blpop", "brpop", "brpoplpush", "blmove", "bzpopmin", "bzpopmax"), _timeout_at(-1)),
    **dict.fromkeys(("blmpop", "bzmpop"), _timeout_at(1)),
    **dict.fromkeys(("sscan", "hscan", "zscan"), _cursor_at(2)),
    "scan": _cursor_at(1),
    "hincrbyfloat": _hincrbyfloat,
    "decrby": _decrby,
    "swapdb": _swapdb,
}
