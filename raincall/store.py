"""How do commands reach the embedded store?

The store is fakeredis' command layer, used without its clients, parser, server or scripting: one
:class:`StoreClient` per connection runs a command on the caller's thread and returns what fakeredis' function
returned, for ``raincall.shapes`` to turn into a reply.  Only this module and ``raincall.store_guards`` know
fakeredis' internals.
"""

from __future__ import annotations

import copy
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import redis
from fakeredis import FakeServer
from fakeredis._commands import SUPPORTED_COMMANDS, Signature
from fakeredis._core import Database
from fakeredis._helpers import NoResponse, SimpleError, SimpleString
from fakeredis._msgs import FLAG_DO_NOT_CREATE

from raincall.store_guards import WRONG_TYPE, GuardedCommands

__all__ = [
    "BLOCKED",
    "WRONG_TYPE",
    "EmbeddedStore",
    "SimpleError",
    "SimpleString",
    "StoreClient",
    "Wait",
    "store_commands",
]

#: The Redis version whose behaviour the store shows.
VERSION: Final = (8, 0)
VERSION_TEXT: Final = "8.0.0"
DATABASES: Final = 16

#: What a command returns that has to wait; :attr:`StoreClient.wait` says for what.
BLOCKED: Final = NoResponse()

#: fakeredis runs these through lupa, where a script reaches Python itself.  They never get into the command
#: table.
_NEVER: Final = ("eval", "evalsha", "script", "function", "fcall")

#: These read, but fakeredis makes an empty value for a key that does not exist, and fails: a time series has
#: no empty value.
_ONLY_READ: Final = frozenset({"ts.get"})

#: The type of the values the commands of a group work on.
_TYPES_OF_GROUPS: Final = {
    "bitmap": b"string",
    "geo": b"zset",
    "hash": b"hash",
    "list": b"list",
    "set": b"set",
    "sorted-set": b"zset",
    "stream": b"stream",
    "string": b"string",
}

#: The server keeps connections, transactions and subscriptions itself.
_NOT_OURS: Final = frozenset(
    {
        *("multi", "exec", "discard", "hello", "reset", "select", "auth", "ping", "echo", "command"),
        *("subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe"),
        *("publish", "spublish", "pubsub", "client", "config", "acl"),
    }
)


def store_commands() -> dict[str, Signature]:
    """Return fakeredis' signatures by command name (``get``, ``xinfo|stream``)."""
    return {
        name.replace(" ", "|"): _without_creation(signature) if name in _ONLY_READ else signature
        for name, signature in SUPPORTED_COMMANDS.items()
        if "redis" in signature.server_types
        and not name.startswith(_NEVER)
        and name.partition(" ")[0] not in _NOT_OURS
        and hasattr(StoreClient, signature.func_name)
    }


def _without_creation(signature: Signature) -> Signature:
    """Return the signature of a command that leaves a key that does not exist as it is."""
    changed = copy.copy(signature)
    changed.flags = signature.flags | {FLAG_DO_NOT_CREATE}
    return changed


class Wait:
    """What a blocked command waits for."""

    __slots__ = ("_attempt", "_shape", "timeout")

    def __init__(
        self, timeout: float | None, attempt: Callable[[bool], Any], shape: Callable[[Any], Any] | None
    ) -> None:
        #: Seconds; None waits for ever.
        self.timeout = timeout or None
        self._attempt = attempt
        self._shape = shape

    def attempt(self) -> Any:
        """Return the command's result, or None while there is none; raises SimpleError."""
        result = self._attempt(False)
        return result if result is None or self._shape is None else self._shape(result)

    def expire(self) -> Any:
        """Return the result of a command whose time is over."""
        return None if self._shape is None else self._shape(None)


class _Unlocked:
    """A lock nobody contends for: all commands run on one thread."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        return True

    def release(self) -> None:
        pass

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *_: object) -> None:
        pass

    def _is_owned(self) -> bool:
        return True


class _Database(Database):
    """One numbered database that notes which awaited keys were written."""

    def __init__(self, number: int) -> None:
        super().__init__(_Unlocked())  # type: ignore[arg-type]  # as much of a lock as the class needs
        self.number = number
        #: Keys blocked clients wait for, with how many wait; and those of them that were written.
        self.awaited: dict[bytes, int] = {}
        self.written: dict[bytes, None] = {}

    def notify_watch(self, key: bytes) -> None:
        watchers = self._watches.get(key)
        if watchers:
            for client in watchers:
                client.notify_watch()
        if key in self.awaited:
            self.written[key] = None

    def wake_all(self) -> None:
        pass

    def swap(self, other: Database) -> None:
        super().swap(other)
        for database in (self, other):
            assert isinstance(database, _Database)
            for key in {*database.awaited, *database._watches}:
                database.notify_watch(key)


class _Databases(dict[int, Database]):
    def __missing__(self, number: int) -> Database:
        database = self[number] = _Database(number)
        return database


class EmbeddedStore:
    """The data of one server."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._server = FakeServer(version=VERSION, server_type="redis")
        self._server.lock = _Unlocked()  # type: ignore[assignment]  # see _Unlocked
        self._server.dbs = self._databases = _Databases()
        self._clock = clock
        self._secret = secrets.token_bytes(32)

    def client(self) -> StoreClient:
        return StoreClient(self._server, self._secret)

    def advance_time(self) -> float:
        """Let time pass, and return it: keys expire only against the time of the last call."""
        now = self._clock()
        for database in self._databases.values():
            database.time = now
        return now

    def database(self, number: int) -> Database:
        return self._databases[number]

    def holds_other_type(self, number: int, keys: Sequence[bytes], group: str) -> bool:
        """Say whether one of ``keys`` holds what a command group (``sorted-set``) does not work on."""
        expected = _TYPES_OF_GROUPS.get(group)
        items = (self._databases[number].get(key) for key in keys)
        return expected is not None and any(
            item is not None and StoreClient._key_value_type(item).value != expected for item in items
        )

    def key_counts(self) -> Iterator[tuple[int, int, int]]:
        """Yield number, keys and keys with an expiry of each database that is not empty."""
        for number, database in sorted(self._databases.items()):
            if keys := len(database):
                yield number, keys, sum(1 for key in database if database[key].expireat is not None)

    # -- keys that blocked clients wait for

    def await_keys(self, number: int, keys: Sequence[bytes]) -> None:
        awaited = self._of(number).awaited
        for key in keys:
            awaited[key] = awaited.get(key, 0) + 1

    def forget_keys(self, number: int, keys: Sequence[bytes]) -> None:
        awaited = self._of(number).awaited
        for key in keys:
            if awaited[key] == 1:
                del awaited[key]
            else:
                awaited[key] -= 1

    def take_written(self) -> list[tuple[int, bytes]]:
        """Return the awaited keys written since the last call, in order of writing, with their databases."""
        taken: list[tuple[int, bytes]] = []
        for number, database in self._databases.items():
            assert isinstance(database, _Database)
            if database.written:
                taken.extend((number, key) for key in database.written)
                database.written.clear()
        return taken

    def _of(self, number: int) -> _Database:
        database = self._databases[number]
        assert isinstance(database, _Database)
        return database


class StoreClient(GuardedCommands):
    """One client as fakeredis sees it: its database, watches and RESP version."""

    #: These hide properties of the base class: the answers never change here and are asked for at every
    #: command.
    version = VERSION
    server_type = "redis"
    _resp_version = 2

    def __init__(self, server: FakeServer, secret: bytes) -> None:
        super().__init__(server, 0, client_class=redis.Redis)
        self.secret = secret
        server.sockets.remove(self)
        #: Set when a command returned BLOCKED.
        self.wait: Wait | None = None

    def run(self, signature: Signature, arguments: list[bytes]) -> Any:
        """Run one command and return its raw result, BLOCKED when it has to wait.

        Raises SimpleError with Redis' error text.
        """
        applied = signature.apply(arguments, self._db, VERSION)
        if len(applied) == 1:
            return applied[0]
        values, items = applied
        try:
            return getattr(self, signature.func_name)(*values)
        finally:
            for item in items:
                if item._modified or item._expireat_modified:
                    item.writeback(remove_empty_val="v" not in signature.flags)

    def wait_for(self, timeout: float, attempt: Callable[[bool], Any]) -> Any:
        """Return what ``attempt(True)`` does, or BLOCKED where that is None and the client may wait."""
        return self._blocking(timeout, attempt)

    def take_wait(self) -> Wait:
        """Return what the command that returned BLOCKED waits for."""
        wait = self.wait
        assert wait is not None
        self.wait = None
        return wait

    def deny_blocking(self, deny: bool) -> None:
        """Say whether a command that would wait is to give up at once, as inside MULTI."""
        self._in_transaction = deny

    @property
    def may_block(self) -> bool:
        return not self._in_transaction

    def use(self, database: int, protocol: int) -> None:
        """Select a database and the RESP version replies are shaped for."""
        if database != self._db_num:
            self._db = self._server.dbs[database]
            self._db_num = database
        self._resp_version = protocol

    @property
    def database(self) -> int:
        return self._db_num

    @property
    def watched_key_changed(self) -> bool:
        return self._watch_notified

    def forget_watches(self) -> None:
        self._clear_watches()

    def close(self) -> None:
        """Forget what the server holds of this client."""
        self._clear_watches()

    def put_response(self, msg: Any) -> None:
        """Drop what fakeredis would send on its own: subscriptions are the server's."""

    def _blocking(
        self, timeout: float | None, func: Callable[[bool], Any], shape: Callable[[Any], Any] | None = None
    ) -> Any:
        result = func(True)
        if result is not None or self._in_transaction:
            return result if shape is None else shape(result)
        self.wait = Wait(timeout, func, shape)
        return BLOCKED
