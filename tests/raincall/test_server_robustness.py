"""Broken, slow, greedy and vanishing clients: each gets a clear error and all others go on."""

from __future__ import annotations

import asyncio
import logging
import socket

import pytest

from raincall.reply import OK, bulk, error, integer, status
from raincall.resp import encode_request
from raincall.server import Server, serve
from raincall.server.testing import Wire, running


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"*1\r\n$1099511627776\r\n", "invalid bulk length"),
        (b"*1\r\n$-1\r\n", "invalid bulk length"),
        (b"*2147483648\r\n", "invalid multibulk length"),
        (b"*1\r\n:1\r\n", "expected '$', got ':'"),
        (b"*1\r\n\xff\r\n", "expected '$', got '\xff'"),
        (b'SET "a\r\n', "unbalanced quotes in request"),
        (b"x" * 70_000, "too big inline request"),
        (b"*" + b"1" * 70_000, "too big mbulk count string"),
    ],
)
def test_a_protocol_error_closes_that_connection_only(
    wire: Wire, port: int, data: bytes, problem: str
) -> None:
    with Wire(port) as broken:
        broken.socket.sendall(b"*1\r\n$4\r\nPING\r\n" + data)
        expected = b"+PONG\r\n-ERR Protocol error: " + problem.encode("latin-1") + b"\r\n"
        received = b""
        while len(received) < len(expected):
            received += broken.socket.recv(65536)
        assert received == expected
        with pytest.raises((EOFError, ConnectionResetError)):
            broken.read()
    assert wire.call("PING") == status("PONG")


@pytest.mark.parametrize(
    "data",
    [
        b"*",
        b"*2\r\n$3\r\nGET\r\n$1",
        b"*1\r\n$100000000\r\nabc",
        b"PING",
        b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nab",
    ],
)
def test_half_a_command_and_gone(wire: Wire, port: int, shared_server: Server, data: bytes) -> None:
    with Wire(port) as leaving:
        leaving.socket.sendall(data)
    assert wire.call("PING") == status("PONG")
    assert wire.call("EXISTS", "k") == integer(0)


def test_a_browser_is_sent_away(wire: Wire, port: int) -> None:
    for request in (
        b"POST / HTTP/1.1\r\nHost: x\r\n\r\nSET k v\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\nSET k v\r\n",
    ):
        with Wire(port) as browser:
            browser.socket.sendall(request)
            assert b"+OK" not in browser.read_to_end()
    assert wire.call("EXISTS", "k") == integer(0)


def test_inline_commands(wire: Wire) -> None:
    wire.socket.sendall(b'\r\n  \r\nSET "a key" \'a value\'\nGET "a key"\r\n')
    assert wire.read() == OK
    assert wire.read() == bulk("a value")


def test_a_long_pipeline(wire: Wire) -> None:
    count = 20_000
    wire.socket.sendall(b"".join(encode_request([b"RPUSH", b"l", b"%d" % number]) for number in range(count)))
    for number in range(1, count + 1):
        assert wire.read() == integer(number)


def test_a_pipeline_of_one_client_lets_others_in() -> None:
    """Between two turns of a long pipeline another client is served."""
    order: list[str] = []
    with running() as server, Wire(server.address[1]) as greedy, Wire(server.address[1]) as other:
        run = server.dispatcher.run

        def noted(session: object, entry: object, argv: list[bytes]) -> object:
            order.append(argv[1].decode())
            return run(session, entry, argv)  # type: ignore[arg-type]

        server.dispatcher.run = noted  # type: ignore[method-assign, assignment]
        greedy.socket.sendall(encode_request([b"ECHO", b"greedy"]) * 5000)
        other.send("ECHO", "other")
        assert other.read() == bulk("other")
        for _ in range(5000):
            greedy.read()
    assert "other" in order[:-1]


def test_a_large_value_both_ways(wire: Wire) -> None:
    value = bytes(range(256)) * 20_000
    assert wire.call("SET", "k", value) == OK
    assert wire.call("GET", "k") == bulk(value)
    assert wire.call("STRLEN", "k") == integer(len(value))


def test_a_slow_reader_is_not_run_ahead_of() -> None:
    """A client that does not read its replies stops running; memory and the others do not notice."""
    with running() as server, Wire(server.address[1]) as slow, Wire(server.address[1]) as wire:
        value = b"x" * 1_000_000
        wire.call("SET", "k", value)
        count = 200
        slow.socket.sendall(encode_request([b"GET", b"k"]) * count)
        assert wire.call("PING") == status("PONG")
        assert server.dispatcher.statistics.bytes_out < 60_000_000
        for _ in range(count):
            assert slow.read() == bulk(value)
        assert slow.call("PING") == status("PONG")


def test_many_clients_at_once(port: int) -> None:
    clients = [Wire(port) for _ in range(200)]
    for number, client in enumerate(clients):
        client.send("SET", f"k{number}", str(number))
    for client in clients:
        assert client.read() == OK
    for number, client in enumerate(clients):
        client.send("GET", f"k{number}")
    for number, client in enumerate(clients):
        assert client.read() == bulk(str(number))
        client.socket.close()


def test_too_many_clients() -> None:
    with running(lambda: Server(most_clients=2)) as server:
        port = server.address[1]
        with Wire(port) as first, Wire(port) as second, Wire(port) as third:
            assert first.call("PING") == second.call("PING") == status("PONG")
            assert third.read() == error("ERR max number of clients reached")
            assert third.read_to_end() == b""
            assert first.call("PING") == status("PONG")


def test_a_fault_is_answered_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with running() as server, Wire(server.address[1]) as wire:

        def broken(*_: object) -> None:
            raise RuntimeError("on purpose")

        server.dispatcher.entries["get"].run = broken
        with caplog.at_level(logging.ERROR, "raincall.server"):
            assert wire.call("GET", "k") == error("ERR internal error in 'get': RuntimeError: on purpose")
        assert "get failed" in caplog.text
        assert wire.call("SET", "k", "v") == OK


def test_ts_mget_of_anything_ends(wire: Wire) -> None:
    """fakeredis loops for ever on a word it does not know."""
    assert wire.call("TS.MGET", "1", "1").kind == "error"
    assert wire.call("TS.MGET", "SELECTED_LABELS", "a", "FILTER", "a=b").kind == "error"
    assert wire.call("TS.CREATE", "t", "LABELS", "a", "b") == OK
    assert wire.call("TS.MGET", "WITHLABELS", "FILTER", "a=b").kind == "array"


def test_argrep_of_anything_ends(wire: Wire) -> None:
    """fakeredis would hand the patterns to Python's regular expressions, which nothing interrupts."""
    assert wire.call("ARSET", "a", "0", "a" * 40) == integer(1)
    assert wire.call("ARGREP", "a", "0", "9", "RE", "(a+)+$b") == error("ERR ARGREP: RE is not supported")
    assert wire.call("ARGREP", "a", "0", "9", "GLOB", "*a" * 20 + "b").kind == "error"
    assert wire.call("ARGREP", "a", "0", "9", "EXACT", "re", "GLOB", "a*").value == [integer(0)]


@pytest.mark.parametrize(
    ("fill", "draw"),
    [
        (["SADD", "k", "a"], "SRANDMEMBER"),
        (["HSET", "k", "f", "v"], "HRANDFIELD"),
        (["ZADD", "k", "1", "a"], "ZRANDMEMBER"),
    ],
)
def test_random_draws_end(wire: Wire, fill: list[str], draw: str) -> None:
    assert wire.call(draw, "k", "-5").value == []
    wire.call(*fill)
    assert len(wire.call(draw, "k", "-5").value) == 5
    for count in ("-1000001", "-9223372036854775807"):
        assert wire.call(draw, "k", count) == error("ERR value is out of range")


def test_scan_patterns_end(wire: Wire) -> None:
    wire.call("SET", "a" * 5000, "1")
    for words in (["SCAN", "0", "MATCH", "*a" * 40 + "b", "COUNT", "10"], ["KEYS", "*a" * 40 + "b"]):
        assert wire.call(*words).kind == "array"
    wire.call("HSET", "h", "field", "1", "other", "2")
    cursor, found = wire.call("HSCAN", "h", "0", "MATCH", "f*").value
    assert cursor == bulk("0")
    assert found.value == [bulk("field"), bulk("1")]


def test_expiry_is_seen_by_every_client(port: int, wire: Wire) -> None:
    wire.call("SET", "k", "v", "PX", "30")
    with Wire(port) as other:
        while other.call("EXISTS", "k") == integer(1):
            pass
        assert wire.call("GET", "k").kind == "nil"


async def test_serving_in_a_loop_of_ones_own() -> None:
    address: list[tuple[str, int]] = []
    task = asyncio.create_task(serve(port=0, ready=lambda host, port: address.append((host, port))))
    while not address:
        await asyncio.sleep(0.001)
    reader, writer = await asyncio.open_connection(*address[0])
    writer.write(b"PING\r\n")
    assert await reader.readline() == b"+PONG\r\n"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await reader.read() == b""
    writer.close()


def test_an_address_in_use_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        async def start() -> None:
            await Server().start(port=taken.getsockname()[1])

        with pytest.raises(OSError, match="address already in use"):
            asyncio.run(start())
