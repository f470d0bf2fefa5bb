"""How does a request become a reply?

The dispatcher finds the command, checks its arity and the client's state, and runs it against the store, for
connections and, through an isolated internal client, for scripts.  Commands run one after the other on one
thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

from raincall.commands import COMMANDS, Command, keys_of
from raincall.reply import QUEUED, Reply, error
from raincall.server import messages
from raincall.server.arguments import CommandError
from raincall.server.blocking import BlockedClients
from raincall.server.pausing import Pause, hold
from raincall.server.pubsub import Subscriptions
from raincall.server.session import Outlet, Session
from raincall.server.statistics import Statistics
from raincall.shapes import SHAPES, plain
from raincall.store import BLOCKED, WRONG_TYPE, EmbeddedStore, SimpleError, store_commands
from raincall.store_errors import command_error_text

LOGGER: Final = logging.getLogger("raincall.server")

#: How an HTTP request that is no GET begins, and what follows one that is.  Redis hangs up on these, too.
_NOT_REDIS: Final = (b"post", b"host:")

#: Commands whose arity is open and that yet take no more words; fakeredis fails on one more.
_MOST_WORDS: Final = {"spop": 3, "zpopmin": 3, "zpopmax": 3}

#: Runs a command.  None means that there is no reply yet, or that all of it has been sent.
Handler: TypeAlias = Callable[["Dispatcher", Session, list[bytes]], Reply | None]


class ScriptEngine(Protocol):
    """What runs RAIN.FALL; injected into :class:`Dispatcher`."""

    def evaluate(self, session: Session, source: bytes, args: list[bytes]) -> Reply:
        """Run ``source`` with ``args`` to its end and return its result, or an error reply.

        ``session`` is the caller's connection: its ``database`` (int) and ``protocol`` (2 or 3) hold for
        RAIN.CALL, which runs commands by ``dispatcher.execute(argv, session)``.  Called on the event loop's
        thread; it must not wait for anything.  Whatever goes wrong in the script is answered as an error
        reply.
        """
        ...


class Entry:
    """A command that this server runs."""

    __slots__ = ("command", "least", "most", "name", "run", "unqueued", "while_subscribed")

    def __init__(self, command: Command, run: Handler) -> None:
        self.command = command
        self.name = command.name
        self.run = run
        self.least = abs(command.arity)
        self.most = command.arity if command.arity > 0 else 1 << 40
        #: Runs at once even inside MULTI.
        self.unqueued = command.name in ("multi", "exec", "discard", "watch", "quit", "reset")
        #: May run for a subscribed RESP2 client.
        self.while_subscribed = command.name in (
            *("subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe", "sunsubscribe"),
            *("ping", "quit", "reset"),
        )


class Dispatcher:
    """Runs commands against the store, for connections and for scripts."""

    def __init__(
        self,
        handlers: dict[str, Handler],
        *,
        store: EmbeddedStore | None = None,
        scripts: ScriptEngine | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.clock = clock
        self.store = EmbeddedStore(clock) if store is None else store
        #: Runs RAIN.FALL; may be set after construction, since an engine needs the dispatcher itself.
        self.scripts = scripts
        self.statistics = Statistics(clock())
        self.subscriptions: Subscriptions = Subscriptions()
        self.blocked = BlockedClients(self)
        self.sessions: dict[int, Session] = {}
        #: What CONFIG GET answers beside the fixed parameters.
        self.configuration: dict[str, str] = {}
        #: Set while CLIENT PAUSE holds commands back.
        self.pause: Pause | None = None
        self._last_id = 0
        self.entries = _entries(handlers)
        self._simple = {
            spelled: entry
            for name, entry in self.entries.items()
            if "|" not in name and not COMMANDS[name].subcommands
            for spelled in (name.encode(), name.upper().encode())
        }
        self._internal = Session(0, self.store.client(), None, clock())
        self._internal.client.deny_blocking(True)

    # -- sessions

    def connect(self, outlet: Outlet) -> Session:
        """Return the session of a new connection."""
        self._last_id += 1
        session = Session(self._last_id, self.store.client(), outlet, self.clock())
        self.sessions[session.id] = session
        self.statistics.connections += 1
        return session

    def disconnect(self, session: Session) -> None:
        """Forget a session whose connection is gone."""
        self.sessions.pop(session.id, None)
        self.blocked.forget(session)
        self.subscriptions.drop(session)
        session.client.close()

    # -- commands

    def dispatch(self, session: Session, argv: list[bytes]) -> Reply | None:
        """Run one request of a connection; None when its replies come later or have been sent."""
        entry = self._simple.get(argv[0])
        if entry is None:
            found = self.find(argv)
            if isinstance(found, Reply):
                return self._refuse(session, argv, found)
            entry = found
        elif not entry.least <= len(argv) <= entry.most:
            session.broken_transaction = session.queue is not None
            return messages.wrong_arity(entry.name)
        if self.pause is not None and self._is_held(session, entry, argv):
            return None
        if session.restricted:
            refused = self._restrict(session, entry, argv)
            if refused is not None:
                return refused
        session.last_command = entry.name
        session.last_time = self.store.advance_time()
        reply = self.run(session, entry, argv)
        if self.blocked.waiting:
            self.blocked.serve()
        return reply

    def execute(self, argv: list[bytes], caller: Session) -> Reply:
        """Run one command for a script through the isolated internal client and return its reply.

        ``argv`` is the command name and its arguments.  The internal client has ``caller``'s database and
        RESP version, and none of its MULTI, WATCH or subscription state.  A command that would block returns
        at once what it returns when its time is over.  Unknown commands and wrong arity are answered with
        Redis' own error texts.  Errors are replies, nothing is raised.  What scripts may not call is not
        decided here: the in-process backend asks ``raincall.policy`` first.
        """
        entry = self._simple.get(argv[0])
        if entry is None:
            found = self.find(argv)
            if isinstance(found, Reply):
                return found
            entry = found
        elif not entry.least <= len(argv) <= entry.most:
            return messages.wrong_arity(entry.name)
        internal = self._internal
        if internal.protocol != caller.protocol or internal.database != caller.database:
            internal.use(database=caller.database, protocol=caller.protocol)
        reply = self.run(internal, entry, argv)
        return error(f"ERR '{entry.name}' is not allowed from scripts") if reply is None else reply

    def run(self, session: Session, entry: Entry, argv: list[bytes]) -> Reply | None:
        """Run a command that was found fit to run."""
        self.statistics.commands += 1
        try:
            return entry.run(self, session, argv)
        except CommandError as problem:
            return problem.reply
        except SimpleError as problem:
            return Reply("error", command_error_text(problem.value, entry.name, argv))
        except Exception as problem:  # a fault in one command must not end the connection, or the server
            return self._explain(session, entry, argv, problem)

    def find(self, argv: list[bytes]) -> Entry | Reply:
        """Return the command ``argv`` names, or the error to answer."""
        name = argv[0].decode("latin-1").lower()
        command = COMMANDS.get(name)
        if command is None:
            return messages.unknown_command(argv)
        if command.subcommands and len(argv) > 1:
            inner = f"{name}|{argv[1].decode('latin-1').lower()}"
            command = command.subcommands.get(inner)
            if command is None:
                return messages.unknown_subcommand(argv)
        if not command.accepts(len(argv)):
            return messages.wrong_arity(command.name)
        return self.entries.get(command.name) or messages.not_served(command.name)

    def _is_held(self, session: Session, entry: Entry, argv: list[bytes]) -> bool:
        """Hold a command back while CLIENT PAUSE says so."""
        pause = self.pause
        if pause is not None and pause.until <= self.clock():
            pause = self.pause = None
        if pause is None or not pause.holds(entry):
            return False
        hold(self, session, pause, argv)
        return True

    def _explain(self, session: Session, entry: Entry, argv: list[bytes], problem: Exception) -> Reply:
        """Answer for a command that failed where it should have refused its arguments."""
        group = entry.command.docs.get("group", "")
        if self.store.holds_other_type(session.database, keys_of(entry.command, argv), group):
            return error(WRONG_TYPE)
        if group == "stream" and isinstance(problem, ValueError):
            return error("ERR Invalid stream ID specified as stream command argument")
        LOGGER.error("%s failed", entry.name, exc_info=problem)
        return error(f"ERR internal error in '{entry.name}': {type(problem).__name__}: {problem}")

    def _refuse(self, session: Session, argv: list[bytes], reply: Reply) -> Reply | None:
        """Answer what is no command; hang up on what is no Redis client either."""
        session.broken_transaction = session.queue is not None
        if argv[0].lower() in _NOT_REDIS and session.outlet is not None:
            LOGGER.warning(
                "%s speaks HTTP, perhaps a browser made to do so; connection closed", session.address
            )
            session.outlet.close(flush=True)
            return None
        return reply

    def _restrict(self, session: Session, entry: Entry, argv: list[bytes]) -> Reply | None:
        """Return the reply to a command that a transaction queues or a subscription forbids."""
        if session.queue is not None:
            if entry.unqueued:
                return None
            if "pubsub" in entry.command.flags and entry.while_subscribed:
                session.broken_transaction = True
                return error(f"ERR '{entry.name}' is not allowed inside a transaction")
            session.queue.append((entry, argv))
            return QUEUED
        return None if entry.while_subscribed else messages.not_while_subscribed(entry.name)


def _entries(handlers: dict[str, Handler]) -> dict[str, Entry]:
    """Return every command that is run: ours, and fakeredis' where there is none of ours."""
    entries: dict[str, Entry] = {}
    every = {
        **COMMANDS,
        **{name: inner for item in COMMANDS.values() for name, inner in item.subcommands.items()},
    }
    stored = store_commands()
    for name, command in every.items():
        if name in handlers:
            entries[name] = Entry(command, handlers[name])
        elif name in stored:
            entries[name] = Entry(command, _store_handler(name))
    if unknown := handlers.keys() - every.keys():
        raise ValueError(f"handlers without a command: {sorted(unknown)}")
    return entries


def _store_handler(name: str) -> Handler:
    """Return what runs a command of the store."""
    signature = store_commands()[name]
    shape = SHAPES.get(name, plain)
    skip = 2 if "|" in name else 1
    most = _MOST_WORDS.get(name, 1 << 40)

    def run(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply | None:
        if len(argv) > most:
            return messages.SYNTAX
        client = session.client
        result = client.run(signature, argv[skip:])
        if result is BLOCKED:
            wait = client.take_wait()
            dispatcher.blocked.add(session, name, argv, wait, shape)
            return None
        return shape(result, session.protocol, argv)

    return run
