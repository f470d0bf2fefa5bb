"""Who is subscribed to what, and how do messages reach them?

SUBSCRIBE, PUBLISH, PUBSUB and their kin.  Shard channels are kept apart, as Redis does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from raincall.glob import compile_glob
from raincall.reply import NIL, Reply, array, bulk, bulks, integer, push
from raincall.server.session import Session

if TYPE_CHECKING:
    from raincall.server.dispatch import Dispatcher, Handler

_Subscribers = dict[bytes, dict[Session, None]]


class Subscriptions:
    """The subscriptions of all sessions of one server."""

    def __init__(self) -> None:
        self.channels: _Subscribers = {}
        self.patterns: _Subscribers = {}
        self.shards: _Subscribers = {}
        self._compiled: dict[bytes, re.Pattern[bytes]] = {}

    def publish(self, channel: bytes, message: bytes) -> int:
        """Send a message to a channel's subscribers and return how many there were."""
        receivers = _send(self.channels.get(channel), bulks((b"message", channel, message)))
        for pattern, sessions in self.patterns.items():
            if self._glob(pattern).match(channel):
                receivers += _send(sessions, bulks((b"pmessage", pattern, channel, message)))
        return receivers

    def publish_shard(self, channel: bytes, message: bytes) -> int:
        return _send(self.shards.get(channel), bulks((b"smessage", channel, message)))

    def drop(self, session: Session) -> None:
        """End all subscriptions of a session, without telling it."""
        for subscribers, names in (
            (self.channels, session.channels),
            (self.patterns, session.patterns),
            (self.shards, session.shards),
        ):
            for name in names:
                _remove(subscribers, name, session)
            names.clear()

    def _glob(self, pattern: bytes) -> re.Pattern[bytes]:
        compiled = self._compiled.get(pattern)
        if compiled is None:
            if len(self._compiled) > 2 * len(self.patterns) + 64:
                self._compiled.clear()
            compiled = self._compiled[pattern] = compile_glob(pattern)
        return compiled


def _send(sessions: Iterable[Session] | None, message: Reply) -> int:
    receivers = list(sessions or ())
    for session in receivers:
        if session.outlet is not None:
            session.outlet.send(push(message.value))
    return len(receivers)


def _remove(subscribers: _Subscribers, name: bytes, session: Session) -> None:
    sessions = subscribers[name]
    del sessions[session]
    if not sessions:
        del subscribers[name]


#: Which registry of the server and which names of the session each family of commands works on.
_FAMILIES: Final[dict[str, Callable[[Dispatcher, Session], tuple[_Subscribers, dict[bytes, None]]]]] = {
    "": lambda dispatcher, session: (dispatcher.subscriptions.channels, session.channels),
    "p": lambda dispatcher, session: (dispatcher.subscriptions.patterns, session.patterns),
    "s": lambda dispatcher, session: (dispatcher.subscriptions.shards, session.shards),
}


def _count(family: str, session: Session) -> Reply:
    return integer(len(session.shards) if family == "s" else session.subscriptions)


def _subscribe(family: str) -> Handler:
    kind = bulk(f"{family}subscribe")

    def run(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> None:
        subscribers, names = _FAMILIES[family](dispatcher, session)
        for name in argv[1:]:
            names[name] = None
            subscribers.setdefault(name, {})[session] = None
            _confirm(session, push((kind, bulk(name), _count(family, session))))
        session.review()

    return run


def _unsubscribe(family: str) -> Handler:
    kind = bulk(f"{family}unsubscribe")

    def run(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> None:
        subscribers, names = _FAMILIES[family](dispatcher, session)
        named = argv[1:] or list(names)
        for name in named:
            if name in names:
                del names[name]
                _remove(subscribers, name, session)
            _confirm(session, push((kind, bulk(name), _count(family, session))))
        if not named:
            _confirm(session, push((kind, NIL, _count(family, session))))
        session.review()

    return run


def _confirm(session: Session, message: Reply) -> None:
    if session.outlet is not None:
        session.outlet.send(message)


def _publish(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    return integer(dispatcher.subscriptions.publish(argv[1], argv[2]))


def _publish_shard(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    return integer(dispatcher.subscriptions.publish_shard(argv[1], argv[2]))


def _matching(names: Iterable[bytes], argv: list[bytes]) -> Reply:
    if len(argv) == 2:
        return bulks(names)
    glob = compile_glob(argv[2])
    return bulks(name for name in names if glob.match(name))


def _numbers(subscribers: _Subscribers, names: list[bytes]) -> Reply:
    return array(item for name in names for item in (bulk(name), integer(len(subscribers.get(name, ())))))


HANDLERS: Final[dict[str, Handler]] = {
    **{f"{family}subscribe": _subscribe(family) for family in _FAMILIES},
    **{f"{family}unsubscribe": _unsubscribe(family) for family in _FAMILIES},
    "publish": _publish,
    "spublish": _publish_shard,
    "pubsub|channels": lambda dispatcher, _, argv: _matching(dispatcher.subscriptions.channels, argv),
    "pubsub|shardchannels": lambda dispatcher, _, argv: _matching(dispatcher.subscriptions.shards, argv),
    "pubsub|numpat": lambda dispatcher, *_: integer(len(dispatcher.subscriptions.patterns)),
    "pubsub|numsub": lambda dispatcher, _, argv: _numbers(dispatcher.subscriptions.channels, argv[2:]),
    "pubsub|shardnumsub": lambda dispatcher, _, argv: _numbers(dispatcher.subscriptions.shards, argv[2:]),
}
