"""How does a script inside the server reach that same server?

Through the server's isolated internal client; what scripts may not call is refused before it gets there.
"""

from __future__ import annotations

from collections.abc import Callable

from raincall.backend import BackendError
from raincall.policy import REFUSED_MESSAGE, is_allowed
from raincall.reply import Reply


class InProcessBackend:
    """Runs commands in the server itself.

    Args:
        execute: runs a command through the internal client and returns its reply; raises nothing.
    """

    __slots__ = ("_execute",)

    def __init__(self, execute: Callable[[list[bytes]], Reply]) -> None:
        self._execute = execute

    def call(self, argv: list[bytes]) -> Reply:
        if not is_allowed(argv):
            raise BackendError(REFUSED_MESSAGE)
        return self._execute(argv)

    def close(self) -> None:
        """Do nothing: the internal client belongs to the server."""
