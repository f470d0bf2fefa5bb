"""What must a way to Redis offer, and how does it fail?

Every backend yields the one :class:`~raincall.reply.Reply`; the bridge knows no other interface.
"""

from __future__ import annotations

from typing import Protocol

from raincall.reply import Reply


class BackendError(Exception):
    """A command got no reply; the text says why, in words a script's author understands.

    An error that Redis answers with is no BackendError but a reply of kind ``error``.
    """


class NotConnectedError(BackendError):
    """Redis cannot be reached at all."""

    def __init__(self) -> None:
        super().__init__("Redis backend is not connected")


class Backend(Protocol):
    """A way to Redis: runs one command after the other."""

    def call(self, argv: list[bytes]) -> Reply:
        """Run a command, its name first, and return the reply.

        Raises:
            BackendError: there is no reply.
        """
        ...

    def close(self) -> None:
        """Give back what the backend holds; harmless when repeated."""
        ...
