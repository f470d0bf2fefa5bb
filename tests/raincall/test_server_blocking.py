"""Blocking commands wait without holding up anyone, in order, and end as Redis' do."""

from __future__ import annotations

import contextlib
import time

import pytest

from raincall.reply import NIL, NIL_ARRAY, OK, Reply, array, bulk, bulks, error, integer, map_of, status
from raincall.server import Server
from raincall.server.testing import Wire, running


def wait_until_blocked(wire: Wire, count: int = 1) -> None:
    deadline = time.monotonic() + 10
    while f"blocked_clients:{count}\r\n".encode() not in wire.call("INFO", "clients").value:
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize(
    ("blocking", "writing", "reply"),
    [
        (["BLPOP", "l", "0"], ["RPUSH", "l", "v"], bulks(("l", "v"))),
        (["BRPOP", "x", "l", "0"], ["RPUSH", "l", "v", "w"], bulks(("l", "w"))),
        (["BLMOVE", "l", "m", "LEFT", "RIGHT", "0"], ["RPUSH", "l", "v"], bulk("v")),
        (["BRPOPLPUSH", "l", "m", "0"], ["RPUSH", "l", "v"], bulk("v")),
        (["BLMPOP", "0", "2", "x", "l", "LEFT"], ["RPUSH", "l", "v"], array((bulk("l"), bulks(("v",))))),
        (["BZPOPMIN", "z", "0"], ["ZADD", "z", "1.5", "m"], bulks(("z", "m", "1.5"))),
        (["BZPOPMAX", "z", "0"], ["ZADD", "z", "1", "m"], bulks(("z", "m", "1"))),
        (
            ["XREAD", "BLOCK", "0", "STREAMS", "s", "$"],
            ["XADD", "s", "1-1", "f", "v"],
            array((array((bulk("s"), array((array((bulk("1-1"), bulks(("f", "v")))),)))),)),
        ),
        (["BLPOP", "l", "0"], ["RENAME", "other", "l"], bulks(("l", "there"))),
        (["BLPOP", "l", "0"], ["COPY", "other", "l"], bulks(("l", "there"))),
        (["BLPOP", "l", "0"], ["LMOVE", "other", "l", "LEFT", "LEFT"], bulks(("l", "there"))),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_write_wakes(port: int, wire: Wire, blocking: list[str], writing: list[str], reply: Reply) -> None:
    wire.call("RPUSH", "other", "there")
    with Wire(port) as waiting:
        waiting.send(*blocking)
        wait_until_blocked(wire)
        assert wire.call(*writing).kind != "error"
        assert waiting.read() == reply
        assert waiting.call("PING") == status("PONG")


def test_stream_groups_and_resp3(port: int, wire: Wire) -> None:
    wire.call("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM")
    with Wire(port) as waiting:
        waiting.call("HELLO", "3")
        waiting.send("XREADGROUP", "GROUP", "g", "c", "BLOCK", "0", "STREAMS", "s", ">")
        wait_until_blocked(wire)
        wire.call("XADD", "s", "1-1", "f", "v")
        entries = array((array((bulk("1-1"), bulks(("f", "v")))),))
        assert waiting.read() == map_of(((bulk("s"), entries),))


@pytest.mark.parametrize(
    ("words", "resp2"),
    [
        (["BLPOP", "l", "0.01"], b"*-1\r\n"),
        (["BRPOPLPUSH", "l", "m", "0.01"], b"*-1\r\n"),
        (["BLMOVE", "l", "m", "LEFT", "LEFT", "0.01"], b"*-1\r\n"),
        (["BLMPOP", "0.01", "1", "l", "LEFT"], b"*-1\r\n"),
        (["BZPOPMIN", "z", "0.01"], b"*-1\r\n"),
        (["BZMPOP", "0.01", "1", "z", "MIN"], b"*-1\r\n"),
        (["XREAD", "BLOCK", "10", "STREAMS", "s", "$"], b"*-1\r\n"),
        (["WAIT", "1", "10"], b":0\r\n"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_time_runs_out(wire: Wire, words: list[str], resp2: bytes) -> None:
    assert wire.raw_call(*words) == resp2
    wire.call("HELLO", "3")
    assert wire.raw_call(*words) == (b"_\r\n" if resp2 == b"*-1\r\n" else resp2)


def test_the_first_to_wait_is_the_first_served(port: int, wire: Wire) -> None:
    waiting = [Wire(port) for _ in range(3)]
    try:
        for number, client in enumerate(waiting):
            client.send("BLPOP", "l", "0")
            wait_until_blocked(wire, number + 1)
        wire.call("RPUSH", "l", "a", "b")
        assert waiting[0].read() == bulks(("l", "a"))
        assert waiting[1].read() == bulks(("l", "b"))
        wait_until_blocked(wire, 1)
        wire.call("RPUSH", "l", "c")
        assert waiting[2].read() == bulks(("l", "c"))
        assert wire.call("EXISTS", "l") == integer(0)
    finally:
        for client in waiting:
            client.socket.close()


def test_one_woken_client_wakes_another(port: int, wire: Wire) -> None:
    with Wire(port) as second, Wire(port) as first:
        second.send("BLPOP", "m", "0")
        wait_until_blocked(wire, 1)
        first.send("BLMOVE", "l", "m", "LEFT", "LEFT", "0")
        wait_until_blocked(wire, 2)
        wire.call("RPUSH", "l", "v")
        assert first.read() == bulk("v")
        assert second.read() == bulks(("m", "v"))


def test_clients_wake_after_a_whole_transaction(port: int, wire: Wire) -> None:
    with Wire(port) as waiting:
        waiting.send("BLPOP", "l", "0")
        wait_until_blocked(wire)
        for words in (["MULTI"], ["RPUSH", "l", "a"], ["DEL", "l"], ["RPUSH", "l", "b"]):
            wire.call(*words)
        assert wire.call("EXEC") == array((integer(1), integer(1), integer(1)))
        assert waiting.read() == bulks(("l", "b"))


def test_pipelined_commands_run_after_the_wait(port: int, wire: Wire) -> None:
    with Wire(port) as waiting:
        waiting.send("BLPOP", "l", "0")
        waiting.send("SET", "after", "1")
        waiting.send("GET", "after")
        wait_until_blocked(wire)
        assert wire.call("GET", "after") == NIL
        wire.call("RPUSH", "l", "v")
        assert [waiting.read() for _ in range(3)] == [bulks(("l", "v")), OK, bulk("1")]


def test_waiting_in_one_database_only(port: int, wire: Wire) -> None:
    with Wire(port) as waiting:
        waiting.call("SELECT", "1")
        waiting.send("BLPOP", "l", "0")
        wait_until_blocked(wire)
        wire.call("RPUSH", "l", "zero")
        assert wire.call("LLEN", "l") == integer(1)
        assert wire.call("SWAPDB", "0", "1") == OK
        assert waiting.read() == bulks(("l", "zero"))


def test_a_wrong_type_while_waiting_changes_nothing(port: int, wire: Wire) -> None:
    with Wire(port) as waiting:
        waiting.send("BLPOP", "l", "0")
        wait_until_blocked(wire)
        wire.call("SET", "l", "string")
        wait_until_blocked(wire)
        wire.call("DEL", "l")
        wire.call("RPUSH", "l", "v")
        assert waiting.read() == bulks(("l", "v"))


@pytest.mark.parametrize(
    "words",
    [
        ["BLPOP", "k", "0"],
        ["BLMOVE", "k", "l", "LEFT", "LEFT", "0"],
        ["BRPOPLPUSH", "k", "l", "0"],
        ["BLMPOP", "0", "1", "k", "LEFT"],
        ["BZPOPMIN", "k", "0"],
        ["BZMPOP", "0", "1", "k", "MIN"],
        ["XREAD", "BLOCK", "0", "STREAMS", "k", "$"],
    ],
    ids=lambda words: words[0],
)
def test_who_writes_another_type_is_not_harmed(port: int, wire: Wire, words: list[str]) -> None:
    with Wire(port) as waiting:
        waiting.send(*words)
        wait_until_blocked(wire)
        assert wire.call("SET", "k", "v") == OK
        assert wire.call("SADD", "another", "v") == integer(1)
        assert wire.call("PING") == status("PONG")
        wait_until_blocked(wire)


def test_a_client_that_leaves_takes_nothing(port: int, wire: Wire) -> None:
    with Wire(port) as waiting:
        waiting.send("BLPOP", "l", "0")
        wait_until_blocked(wire)
    wait_until_blocked(wire, 0)
    wire.call("RPUSH", "l", "v")
    assert wire.call("LRANGE", "l", "0", "-1") == bulks(("v",))


def test_inside_a_transaction_nothing_waits(wire: Wire) -> None:
    wire.call("MULTI")
    for words in (
        ["BLPOP", "l", "0"],
        ["BLMOVE", "l", "m", "LEFT", "LEFT", "0"],
        ["XREAD", "BLOCK", "0", "STREAMS", "s", "$"],
    ):
        wire.call(*words)
    wire.call("WAIT", "1", "0")
    assert wire.call("EXEC") == array((NIL_ARRAY, NIL_ARRAY, NIL_ARRAY, integer(0)))


def test_client_unblock(port: int, wire: Wire) -> None:
    with Wire(port) as waiting:
        number = str(waiting.call("CLIENT", "ID").value)
        assert wire.call("CLIENT", "UNBLOCK", number) == integer(0)
        waiting.send("BLPOP", "l", "0")
        wait_until_blocked(wire)
        assert wire.call("CLIENT", "UNBLOCK", number) == integer(1)
        assert waiting.read() == NIL_ARRAY
        waiting.send("BLPOP", "l", "0")
        wait_until_blocked(wire)
        assert wire.call("CLIENT", "UNBLOCK", number, "ERROR") == integer(1)
        assert waiting.read() == error("UNBLOCKED client unblocked via CLIENT UNBLOCK")


def test_client_pause_holds_everybody(port: int, wire: Wire) -> None:
    assert wire.call("CLIENT", "PAUSE", "60000") == OK
    with Wire(port) as held, Wire(port) as free:
        held.send("MULTI")
        held.send("SET", "k", "v")
        held.send("EXEC")
        held.socket.settimeout(0.05)
        with pytest.raises(TimeoutError):
            held.read()
        held.socket.settimeout(10)
        assert free.call("CLIENT", "UNPAUSE") == OK
        assert held.read() == OK
        assert held.read() == status("QUEUED")
        assert held.read() == array((OK,))
        assert free.call("GET", "k") == bulk("v")


def test_client_pause_of_writes_ends_by_itself(port: int, wire: Wire) -> None:
    assert wire.call("CLIENT", "PAUSE", "100", "WRITE") == OK
    with Wire(port) as held:
        held.send("BLPOP", "l", "0")
        held.send("PING")
        assert wire.call("GET", "k") == NIL
        assert wire.call("SET", "k", "v") == OK
        wait_until_blocked(wire)
        wire.call("RPUSH", "l", "v")
        assert held.read() == bulks(("l", "v"))
        assert held.read() == status("PONG")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["x"], "ERR timeout is not an integer or out of range"),
        (["-1"], "ERR timeout is negative"),
        (["1", "SOME"], "ERR CLIENT PAUSE mode must be WRITE or ALL"),
    ],
)
def test_client_pause_refuses(wire: Wire, words: list[str], message: str) -> None:
    assert wire.call("CLIENT", "PAUSE", *words) == error(message)


def test_a_waiting_client_cannot_fill_the_memory() -> None:
    """What a blocked client sends ahead is read only up to a limit; the rest stays in its own socket."""
    with running() as server, Wire(server.address[1]) as waiting, Wire(server.address[1]) as wire:
        waiting.send("BLPOP", "l", "0")
        wait_until_blocked(wire)
        waiting.socket.settimeout(0.5)
        sent = 0
        ahead = b"PING\r\n" * 10_000
        with contextlib.suppress(TimeoutError):
            while sent < 64 * 1024 * 1024:
                sent += waiting.socket.send(ahead)
        assert sent < 64 * 1024 * 1024
        waiting.socket.settimeout(10)
        wire.call("RPUSH", "l", "v")
        assert waiting.read() == bulks(("l", "v"))
        for _ in range(1000):
            assert waiting.read() == status("PONG")
        assert server.dispatcher.statistics.bytes_in < 64 * 1024 * 1024


def test_many_blocked_clients_and_a_stop() -> None:
    with running(Server) as server:
        clients = [Wire(server.address[1]) for _ in range(50)]
        for client in clients:
            client.send("BLPOP", "l", "0")
        with Wire(server.address[1]) as wire:
            wait_until_blocked(wire, 50)
            assert wire.call("SET", "k", "v") == OK
    for client in clients:
        assert client.socket.recv(1) == b""
        client.socket.close()
