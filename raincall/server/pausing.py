"""How does CLIENT PAUSE hold commands back?

A held command waits like a blocking one and runs when the pause is over.  CLIENT commands go on, so that a
pause can be ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from raincall.reply import OK, Reply, error
from raincall.server import messages
from raincall.server.arguments import integer_of
from raincall.server.session import Session
from raincall.store import Wait

if TYPE_CHECKING:
    from raincall.server.dispatch import Dispatcher, Entry, Handler

#: The name under which held commands wait.
HELD: Final = "held by CLIENT PAUSE"


class Pause:
    """A pause of all commands, or of those that may write."""

    __slots__ = ("only_writes", "until")

    def __init__(self, until: float, only_writes: bool) -> None:
        self.until = until
        self.only_writes = only_writes

    def holds(self, entry: Entry) -> bool:
        if entry.name.startswith("client|"):
            return False
        flags = entry.command.flags
        return not self.only_writes or "write" in flags or "may_replicate" in flags or entry.name == "exec"


def hold(dispatcher: Dispatcher, session: Session, pause: Pause, argv: list[bytes]) -> None:
    """Let a command wait until the pause is over, and run it then."""
    wait = Wait(
        max(pause.until - dispatcher.clock(), 0.001),
        lambda first: None,
        lambda nothing: dispatcher.dispatch(session, argv),
    )
    dispatcher.blocked.add(session, HELD, [b"ping"], wait, _as_it_is)


def _as_it_is(reply: Any, protocol: int, argv: list[bytes]) -> Any:
    return reply


def _pause(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    timeout = integer_of(argv[2], error("ERR timeout is not an integer or out of range"))
    if timeout < 0:
        return error("ERR timeout is negative")
    mode = argv[3].lower() if len(argv) > 3 else b"all"
    if len(argv) > 4:
        return messages.SYNTAX
    if mode not in (b"all", b"write"):
        return error("ERR CLIENT PAUSE mode must be WRITE or ALL")
    dispatcher.pause = Pause(dispatcher.clock() + timeout / 1000, mode == b"write")
    return OK


def _unpause(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    dispatcher.pause = None
    dispatcher.blocked.release(HELD)
    return OK


HANDLERS: Final[dict[str, Handler]] = {"client|pause": _pause, "client|unpause": _unpause}
