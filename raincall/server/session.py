"""What does the server know of one connection?

State only: what commands do with it stands in the command modules, and bytes are the connection's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from raincall.reply import Reply
from raincall.store import StoreClient

if TYPE_CHECKING:
    from raincall.server.blocking import Blocked
    from raincall.server.dispatch import Entry


class Outlet(Protocol):
    """The connection as a session sees it."""

    def send(self, reply: Reply) -> None:
        """Write a reply, in order after those already written."""
        ...

    def resume(self) -> None:
        """Go on with the client's commands after it was blocked."""
        ...

    def close(self, *, flush: bool) -> None:
        """Close the connection, after what was written when ``flush`` is set."""
        ...


class Session:
    """One client's state; also that of the internal client scripts run commands through."""

    __slots__ = (
        "address",
        "blocked",
        "broken_transaction",
        "channels",
        "client",
        "created",
        "id",
        "last_command",
        "last_time",
        "library",
        "library_version",
        "local_address",
        "muted",
        "name",
        "no_evict",
        "no_touch",
        "outlet",
        "patterns",
        "protocol",
        "queue",
        "reply_off",
        "reply_skips",
        "restricted",
        "shards",
    )

    def __init__(self, id: int, client: StoreClient, outlet: Outlet | None, now: float) -> None:
        self.id = id
        self.client = client
        self.outlet = outlet
        #: The RESP version the client speaks, 2 or 3.
        self.protocol = 2
        self.address = ""
        self.local_address = ""
        self.created = now
        self.last_time = now
        self.last_command = ""
        self.name = b""
        self.library = b""
        self.library_version = b""
        self.no_evict = False
        self.no_touch = False
        #: Commands queued since MULTI; None outside a transaction.
        self.queue: list[tuple[Entry, list[bytes]]] | None = None
        #: A command failed to queue, so EXEC will refuse.
        self.broken_transaction = False
        #: What the client is subscribed to.  A dict keeps the order.
        self.channels: dict[bytes, None] = {}
        self.patterns: dict[bytes, None] = {}
        self.shards: dict[bytes, None] = {}
        #: Set while a command waits.
        self.blocked: Blocked | None = None
        #: CLIENT REPLY OFF, and how many replies CLIENT REPLY SKIP still drops; ``muted`` when either holds.
        self.reply_off = False
        self.reply_skips = 0
        self.muted = False
        #: Commands cannot simply run: a transaction is queued or a RESP2 client is subscribed.
        self.restricted = False

    @property
    def database(self) -> int:
        """Number of the selected database."""
        return self.client.database

    @property
    def subscriptions(self) -> int:
        """Number of channels and patterns; shard channels are counted apart."""
        return len(self.channels) + len(self.patterns)

    @property
    def subscribed(self) -> bool:
        return bool(self.channels or self.patterns or self.shards)

    @property
    def may_block(self) -> bool:
        return self.client.may_block

    def mute(self, *, off: bool = False, skips: int = 0) -> None:
        """Drop all replies, or the next ``skips``; nothing is dropped without arguments."""
        self.reply_off = off
        self.reply_skips = skips
        self.muted = off or skips > 0

    def drop_reply(self) -> None:
        """Count a reply that was dropped."""
        self.mute(off=self.reply_off, skips=max(self.reply_skips - 1, 0))

    def use(self, *, database: int | None = None, protocol: int | None = None) -> None:
        """Select a database or a RESP version."""
        if protocol is not None:
            self.protocol = protocol
        self.client.use(self.database if database is None else database, self.protocol)
        self.review()

    def review(self) -> None:
        """Note whether commands may simply run."""
        self.restricted = self.queue is not None or (self.protocol == 2 and self.subscribed)
