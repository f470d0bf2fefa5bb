"""Publish and subscribe: confirmations, messages, RESP2's restrictions and RESP3's pushes."""

from __future__ import annotations

import pytest

from raincall.reply import NIL, OK, Reply, array, bulk, bulks, error, integer, status
from raincall.server import Server
from raincall.server.testing import Wire


def confirmation(kind: str, name: str | None, count: int, container: str = "array") -> Reply:
    items = [bulk(kind), NIL if name is None else bulk(name), integer(count)]
    return Reply("push", items) if container == "push" else array(items)


def test_messages_reach_channels_and_patterns(port: int, wire: Wire) -> None:
    with Wire(port) as subscriber:
        subscriber.send("SUBSCRIBE", "news", "other")
        assert subscriber.read() == confirmation("subscribe", "news", 1)
        assert subscriber.read() == confirmation("subscribe", "other", 2)
        assert subscriber.call("PSUBSCRIBE", "n*") == confirmation("psubscribe", "n*", 3)
        assert wire.call("PUBLISH", "news", "hello") == integer(2)
        assert subscriber.read() == bulks(("message", "news", "hello"))
        assert subscriber.read() == bulks(("pmessage", "n*", "news", "hello"))
        assert wire.call("PUBLISH", "nobody", "x") == integer(1)
        assert wire.call("PUBLISH", "silence", "x") == integer(0)
        assert wire.call("PUBSUB", "CHANNELS") == bulks(("news", "other"))
        assert wire.call("PUBSUB", "CHANNELS", "n*") == bulks(("news",))
        assert wire.call("PUBSUB", "NUMSUB", "news", "x") == array(
            (bulk("news"), integer(1), bulk("x"), integer(0))
        )
        assert wire.call("PUBSUB", "NUMPAT") == integer(1)


def test_shard_channels_are_apart(port: int, wire: Wire) -> None:
    with Wire(port) as subscriber:
        assert subscriber.call("SSUBSCRIBE", "s") == confirmation("ssubscribe", "s", 1)
        assert wire.call("PUBLISH", "s", "x") == integer(0)
        assert wire.call("SPUBLISH", "s", "x") == integer(1)
        assert subscriber.read() == bulks(("smessage", "s", "x"))
        assert wire.call("PUBSUB", "SHARDCHANNELS") == bulks(("s",))
        assert wire.call("PUBSUB", "SHARDNUMSUB", "s") == array((bulk("s"), integer(1)))
        assert subscriber.call("SUNSUBSCRIBE") == confirmation("sunsubscribe", "s", 0)


def test_unsubscribe(wire: Wire) -> None:
    assert wire.call("UNSUBSCRIBE") == confirmation("unsubscribe", None, 0)
    assert wire.call("UNSUBSCRIBE", "never") == confirmation("unsubscribe", "never", 0)
    wire.call("SUBSCRIBE", "a")
    wire.call("PSUBSCRIBE", "b")
    assert wire.call("UNSUBSCRIBE") == confirmation("unsubscribe", "a", 1)
    assert wire.call("PUNSUBSCRIBE") == confirmation("punsubscribe", "b", 0)
    assert wire.call("SET", "k", "v") == OK


def test_resp2_subscribers_may_do_little(wire: Wire) -> None:
    wire.call("SUBSCRIBE", "a")
    assert wire.call("GET", "k") == error(
        "ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed"
        " in this context"
    )
    assert wire.call("PING") == bulks(("pong", ""))
    assert wire.call("PING", "x") == bulks(("pong", "x"))
    assert wire.call("RESET") == status("RESET")
    assert wire.call("PING") == status("PONG")
    assert wire.call("PUBLISH", "a", "x") == integer(0)


def test_resp3_subscribers_may_do_everything(port: int, wire: Wire) -> None:
    wire.call("HELLO", "3")
    assert wire.call("SUBSCRIBE", "a") == confirmation("subscribe", "a", 1, "push")
    assert wire.call("SET", "k", "v") == OK
    assert wire.call("PING") == status("PONG")
    wire.send("PUBLISH", "a", "to myself")
    assert wire.read() == Reply("push", [bulk("message"), bulk("a"), bulk("to myself")])
    assert wire.read() == integer(1)


@pytest.mark.parametrize("words", [["SUBSCRIBE", "a"], ["UNSUBSCRIBE"], ["PSUBSCRIBE", "a"]])
def test_not_inside_a_transaction(wire: Wire, words: list[str]) -> None:
    wire.call("MULTI")
    assert wire.call(*words) == error(f"ERR '{words[0].lower()}' is not allowed inside a transaction")
    assert wire.call("EXEC").kind == "error"


def test_publish_inside_a_transaction(port: int, wire: Wire) -> None:
    with Wire(port) as subscriber:
        subscriber.call("SUBSCRIBE", "a")
        wire.call("MULTI")
        wire.call("PUBLISH", "a", "x")
        assert wire.call("EXEC") == array((integer(1),))
        assert subscriber.read() == bulks(("message", "a", "x"))


def test_a_subscriber_that_leaves_is_forgotten(port: int, wire: Wire, shared_server: Server) -> None:
    with Wire(port) as subscriber:
        subscriber.call("SUBSCRIBE", "a")
        subscriber.call("PSUBSCRIBE", "p*")
        subscriber.call("QUIT")
        subscriber.read_to_end()
    assert wire.call("PUBLISH", "a", "x") == integer(0)
    subscriptions = shared_server.dispatcher.subscriptions
    assert not subscriptions.channels
    assert not subscriptions.patterns


def test_a_subscriber_that_does_not_read_is_dropped(port: int, wire: Wire) -> None:
    with Wire(port) as subscriber:
        subscriber.call("SUBSCRIBE", "a")
        message = b"x" * (1024 * 1024)
        for _ in range(64):
            if wire.call("PUBLISH", "a", message) == integer(0):
                break
        else:
            pytest.fail("64 MB lie unread and the subscriber is still there")
        assert wire.call("PING") == status("PONG")
