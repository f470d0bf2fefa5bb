"""What does Redis say when a command cannot run?  The texts are Redis' own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from raincall.reply import Reply, error

SYNTAX: Final = error("ERR syntax error")
NOT_AN_INTEGER: Final = error("ERR value is not an integer or out of range")

#: Most bytes of a name, and of all arguments together, that an error repeats.
_SHOWN: Final = 128


def _show(data: bytes) -> bytes:
    """Return what a C string format shows of ``data``."""
    return data.partition(b"\0")[0][:_SHOWN]


def unknown_command(argv: Sequence[bytes]) -> Reply:
    shown = b""
    for argument in argv[1:]:
        if len(shown) >= _SHOWN:
            break
        shown += b"'%b' " % argument.partition(b"\0")[0][: _SHOWN - len(shown)]
    return error(b"ERR unknown command '%b', with args beginning with: %b" % (_show(argv[0]), shown))


def unknown_subcommand(argv: Sequence[bytes]) -> Reply:
    return error(b"ERR unknown subcommand '%b'. Try %b HELP." % (_show(argv[1]), argv[0].upper()))


def wrong_arity(name: str) -> Reply:
    return error(f"ERR wrong number of arguments for '{name}' command")


def not_served(name: str) -> Reply:
    """The answer to a command Redis has and this server does not run."""
    return error(f"ERR '{name}' is not supported by this server")


def not_while_subscribed(name: str) -> Reply:
    return error(
        f"ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are"
        " allowed in this context"
    )
