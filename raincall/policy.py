"""Which commands may a script inside the server not call?

What would call back into scripting, change the connection it runs for, wait, or steer the server: the names
below, and whatever Redis flags so.
"""

from __future__ import annotations

from typing import Final, Literal

from raincall.commands import COMMANDS, Command

REFUSED_MESSAGE: Final = "command is not allowed by the in-process backend"

_REFUSED_FLAGS: Final = frozenset(("noscript", "blocking", "admin", "pubsub"))

_REFUSED_NAMES: Final = frozenset(
    (  # noqa: SIM905  # sixty quoted names would hide the groups
        # scripting
        "eval evalsha eval_ro evalsha_ro script function fcall fcall_ro "
        # transactions
        "multi exec watch unwatch discard "
        # publish and subscribe
        "subscribe psubscribe ssubscribe unsubscribe punsubscribe sunsubscribe "
        # waiting
        "blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop wait waitaof "
        # the connection
        "client auth hello select quit reset monitor "
        # the server
        "config shutdown debug module sync psync replicaof slaveof failover cluster acl "
        "save bgsave bgrewriteaof"
    ).split()
)

#: Commands that wait only when an option asks for it: the options before it, with how many words each takes.
_STREAM_OPTIONS: Final = {b"COUNT": 2, b"GROUP": 3, b"NOACK": 1, b"CLAIM": 2}
_WAIT_ON_REQUEST: Final = frozenset(("xread", "xreadgroup"))


def is_allowed(argv: list[bytes]) -> bool:
    """Return whether a script may call ``argv``; what nobody knows may be, and gets Redis' own error."""
    verdict = _VERDICTS.get(argv[0].lower())
    if verdict is None:
        return argv[0][:5].lower() != b"rain."
    return _asks_for_nothing_refused(argv) if verdict == "ask" else verdict == "allowed"


def _asks_for_nothing_refused(argv: list[bytes]) -> bool:
    name = argv[0].decode("latin-1").lower()
    if name in _WAIT_ON_REQUEST:
        return not _blocks(argv)
    if len(argv) < 2:
        return True
    subcommand = COMMANDS[name].subcommands.get(f"{name}|{argv[1].decode('latin-1').lower()}")
    return subcommand is None or _REFUSED_FLAGS.isdisjoint(subcommand.flags)


def _blocks(argv: list[bytes]) -> bool:
    position = 1
    while position < len(argv):
        option = argv[position].upper()
        if option == b"BLOCK":
            return True
        if option == b"STREAMS":
            return False
        position += _STREAM_OPTIONS.get(option, 1)
    return False


_Verdict = Literal["allowed", "refused", "ask"]


def _verdict(command: Command) -> _Verdict:
    if command.name in _REFUSED_NAMES or command.name.startswith("rain."):
        return "refused"
    if command.name in _WAIT_ON_REQUEST:
        return "ask"
    if not _REFUSED_FLAGS.isdisjoint(command.flags):
        return "refused"
    return "ask" if command.subcommands else "allowed"


_VERDICTS: Final[dict[bytes, _Verdict]] = {
    **{name.encode(): "refused" for name in _REFUSED_NAMES},
    **{name.encode(): _verdict(command) for name, command in COMMANDS.items()},
}
