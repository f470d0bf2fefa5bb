"""One suite for every backend; then what only the TCP backend has: ways to connect, and ways to fail."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from raincall.backend import Backend, BackendError, NotConnectedError
from raincall.backends.inprocess import InProcessBackend
from raincall.backends.tcp import TcpBackend
from raincall.reply import Reply, big_number, boolean, bulk, double, integer, map_of, status
from raincall.resp import RequestParser
from raincall.resp2 import as_resp2
from raincall.server import Dispatcher
from raincall.server.handlers import HANDLERS
from raincall.server.session import Session


@pytest.fixture(params=["tcp, RESP3", "tcp, RESP2", "in-process, RESP3", "in-process, RESP2"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Each backend in turn, over an empty store."""
    way, version = request.param.split(", RESP")
    if way == "tcp":
        host, port = request.getfixturevalue("redis_server")
        backend: Backend = TcpBackend(f"redis://{host}:{port}/5?protocol={version}")
    else:
        dispatcher = Dispatcher(HANDLERS)
        session = Session(1, dispatcher.store.client(), None, 0.0)
        session.use(database=5, protocol=int(version))
        adapt = as_resp2 if version == "2" else lambda reply: reply
        backend = InProcessBackend(lambda argv: adapt(dispatcher.execute(argv, session)))
    backend.call([b"FLUSHDB"])
    assert (backend.call([b"HGETALL", b"nothing"]).kind == "map") == (version == "3")
    yield backend
    backend.close()


def is_resp3(backend: Backend) -> bool:
    return backend.call([b"HGETALL", b"nothing"]).kind == "map"


# Every backend


def test_a_status_is_not_a_bulk_string(backend: Backend) -> None:
    assert backend.call([b"PING"]) == status("PONG")
    assert backend.call([b"PING", b"PONG"]) == bulk("PONG")
    assert backend.call([b"SET", b"k", b"v"]) == status("OK")


def test_values_are_bytes(backend: Backend) -> None:
    data = bytes(range(256)) + b"\r\n$3\r\n"
    backend.call([b"SET", data, data])
    assert backend.call([b"GET", data]) == bulk(data)


def test_a_large_value(backend: Backend) -> None:
    data = b"x" * 300_000
    backend.call([b"SET", b"large", data])
    assert backend.call([b"GET", b"large"]) == bulk(data)
    assert backend.call([b"STRLEN", b"large"]) == integer(300_000)


def test_nil_and_integers(backend: Backend) -> None:
    assert backend.call([b"GET", b"absent"]).kind == "nil"
    assert backend.call([b"INCRBY", b"n", b"-9223372036854775808"]) == integer(-(2**63))


def test_arrays_keep_nils_and_order(backend: Backend) -> None:
    backend.call([b"MSET", b"a", b"1", b"c", b"3"])
    reply = backend.call([b"MGET", b"a", b"b", b"c"])
    assert reply.kind == "array"
    assert [item.value for item in reply.value] == [b"1", None, b"3"]


def test_aggregates_are_tagged_where_the_protocol_does(backend: Backend) -> None:
    backend.call([b"HSET", b"h", b"f", b"1"])
    backend.call([b"SADD", b"s", b"m"])
    backend.call([b"ZADD", b"z", b"1.5", b"m"])
    if is_resp3(backend):
        assert backend.call([b"HGETALL", b"h"]) == map_of([(bulk("f"), bulk("1"))])
        assert backend.call([b"SMEMBERS", b"s"]) == Reply("set", [bulk("m")])
        assert backend.call([b"ZSCORE", b"z", b"m"]) == double(1.5)
    else:
        assert backend.call([b"HGETALL", b"h"]) == Reply("array", [bulk("f"), bulk("1")])
        assert backend.call([b"SMEMBERS", b"s"]) == Reply("array", [bulk("m")])
        assert backend.call([b"ZSCORE", b"z", b"m"]) == bulk("1.5")


def test_redis_errors_are_replies(backend: Backend) -> None:
    backend.call([b"SET", b"k", b"v"])
    wrong_type = b"WRONGTYPE Operation against a key holding the wrong kind of value"
    assert backend.call([b"LPUSH", b"k", b"x"]) == Reply("error", wrong_type)
    arity = backend.call([b"GET"])
    assert arity == Reply("error", b"ERR wrong number of arguments for 'get' command")
    unknown = backend.call([b"NOSUCH", b"a"])
    assert unknown.kind == "error"
    assert unknown.value.startswith(b"ERR unknown command 'NOSUCH', with args beginning with: 'a'")


def test_close_may_be_repeated(backend: Backend) -> None:
    backend.close()
    backend.close()


# In-process


def test_refused_commands_do_not_run() -> None:
    ran: list[list[bytes]] = []

    def execute(argv: list[bytes]) -> Reply:
        ran.append(argv)
        return status("OK")

    backend = InProcessBackend(execute)
    for argv in ([b"MULTI"], [b"rain.fall", b"return 1"], [b"BLPOP", b"k", b"0"], [b"Config", b"GET", b"*"]):
        with pytest.raises(BackendError, match="command is not allowed by the in-process backend"):
            backend.call(argv)
    assert ran == []
    backend.call([b"GET", b"k"])
    assert ran == [[b"GET", b"k"]]


# TCP: ways to connect


def test_nothing_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        backend = TcpBackend.at("127.0.0.1", unused.getsockname()[1])
        with pytest.raises(NotConnectedError, match="Redis backend is not connected"):
            backend.call([b"PING"])


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://127.0.0.1", "Redis URL must specify one of the following schemes"),
        ("redis://127.0.0.1:port", "port"),
        ("redis://127.0.0.1?socket_timeout=soon", "socket_timeout"),
    ],
)
def test_urls_that_are_not_understood(url: str, problem: str) -> None:
    with pytest.raises(BackendError, match=problem):
        TcpBackend(url)


def test_an_option_that_does_not_exist() -> None:
    with pytest.raises(BackendError, match="colour"):
        TcpBackend("redis://127.0.0.1:1?colour=red").connect()


def test_users_and_passwords(redis_server: tuple[str, int]) -> None:
    host, port = redis_server
    admin = TcpBackend.at(host, port)
    admin.call([b"ACL", b"SETUSER", b"moon", b"reset", b"on", b">se:cret", b"~*", b"+@all"])
    user = TcpBackend(f"redis://moon:se%3Acret@{host}:{port}")
    assert user.call([b"ACL", b"WHOAMI"]) == bulk("moon")
    user.close()
    for version in (2, 3):
        stranger = TcpBackend(f"redis://moon:wrong@{host}:{port}?protocol={version}")
        with pytest.raises(BackendError, match="Redis refused the credentials: "):
            stranger.call([b"PING"])
    absent = TcpBackend(f"redis://{host}:{port}/99")
    with pytest.raises(BackendError, match=r"Redis refused the connection: .*out of range"):
        absent.call([b"PING"])
    admin.close()


def test_a_unix_socket(need_tool: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "redis.sock"
    command = [
        need_tool("redis-server"),
        "--port",
        "0",
        "--unixsocket",
        str(path),
        "--save",
        "",
        "--dir",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 10
            while not path.exists():
                assert time.monotonic() < deadline
                time.sleep(0.02)
            backend = TcpBackend(f"unix://{path}")
            assert backend.call([b"PING"]) == status("PONG")
            backend.close()
        finally:
            process.terminate()


def test_a_connection_lost_between_calls_is_opened_again(redis_server: tuple[str, int]) -> None:
    backend, other = TcpBackend.at(*redis_server), TcpBackend.at(*redis_server)
    first = backend.call([b"CLIENT", b"ID"])
    assert other.call([b"CLIENT", b"KILL", b"ID", b"%d" % first.value]) == integer(1)
    assert backend.call([b"CLIENT", b"ID"]).value != first.value
    backend.close()
    other.close()


def test_messages_nobody_asked_for_are_no_replies(redis_server: tuple[str, int]) -> None:
    backend, other = TcpBackend.at(*redis_server), TcpBackend.at(*redis_server)
    assert backend.call([b"SUBSCRIBE", b"news"]).kind == "push"
    other.call([b"PUBLISH", b"news", b"late"])
    assert backend.call([b"PING"]) == status("PONG")
    backend.close()
    other.close()


# TCP: servers that misbehave


@contextlib.contextmanager
def scripted(answer: Callable[[list[bytes]], bytes | None]) -> Iterator[int]:
    """Listen on a free port and answer each request by ``answer``; None hangs up."""

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    converse(connection)

    def converse(connection: socket.socket) -> None:
        parser = RequestParser()
        while data := connection.recv(4096):
            parser.feed(data)
            while (request := parser.next_request()) is not None:
                reply = answer(request)
                if reply is None:
                    return
                connection.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def handshake(reply: bytes | None) -> Callable[[list[bytes]], bytes | None]:
    """Return answers of a server that knows no HELLO and answers GET by ``reply``."""
    return lambda request: reply if request[0] == b"GET" else b"-ERR unknown command\r\n"


def test_a_server_without_hello_is_spoken_to_in_resp2() -> None:
    asked: list[bytes] = []

    def answer(request: list[bytes]) -> bytes:
        asked.append(request[0])
        return b"$1\r\nv\r\n" if request[0] == b"GET" else b"-ERR unknown command\r\n"

    with scripted(answer) as port:
        backend = TcpBackend.at("127.0.0.1", port)
        assert backend.call([b"GET", b"k"]) == bulk("v")
        backend.close()
    assert asked.count(b"HELLO") == 1


def test_a_connection_lost_during_a_call_is_not_repeated() -> None:
    asked = []

    def answer(request: list[bytes]) -> bytes | None:
        asked.append(request[0])
        return handshake(None)(request)

    with scripted(answer) as port:
        backend = TcpBackend.at("127.0.0.1", port)
        with pytest.raises(BackendError, match="connection to Redis was lost"):
            backend.call([b"GET", b"k"])
        backend.close()
    assert asked.count(b"GET") == 1


@pytest.mark.parametrize("reply", [b"?what\r\n", b"$-7\r\n", b":12x\r\n", b"*2\r\n$1\r\nab\r\n"])
def test_a_malformed_reply(reply: bytes) -> None:
    with scripted(handshake(reply)) as port:
        backend = TcpBackend.at("127.0.0.1", port)
        with pytest.raises(BackendError, match="Redis sent a malformed reply"):
            backend.call([b"GET", b"k"])
        backend.close()


def test_a_reply_that_does_not_come() -> None:
    with scripted(handshake(b"")) as port:
        backend = TcpBackend(f"redis://127.0.0.1:{port}?socket_timeout=0.05")
        with pytest.raises(BackendError, match="Redis did not answer in time"):
            backend.call([b"GET", b"k"])
        backend.close()


def test_attributes_and_every_kind_of_reply() -> None:
    kinds = b"*3\r\n#t\r\n(12345678901234567890123\r\n=7\r\ntxt:abc\r\n"
    with scripted(handshake(b"|1\r\n+ttl\r\n:1\r\n" + kinds)) as port:
        backend = TcpBackend.at("127.0.0.1", port)
        reply = backend.call([b"GET", b"k"])
        assert reply.value[:2] == [boolean(True), big_number(12345678901234567890123)]
        assert (reply.value[2].kind, reply.value[2].value) == ("verbatim", b"abc")
        backend.close()
