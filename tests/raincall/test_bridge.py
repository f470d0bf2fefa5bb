"""RAIN inside Lua: arguments, errors, and how replies become Lua values."""

from __future__ import annotations

import math
import socket
import subprocess
import sys

import pytest

from moonquakes.api import (
    MQ_ERRRUN,
    MQ_OK,
    mq_gettop,
    mq_State,
    mq_tolstring,
    mqL_dostring,
    mqL_newstate,
    mqL_openlibs,
    mqL_tolstring,
)
from raincall.backend import BackendError, NotConnectedError
from raincall.bridge import MAX_DEPTH, install
from raincall.reply import (
    NIL,
    Reply,
    array,
    big_number,
    boolean,
    bulk,
    double,
    error,
    integer,
    map_of,
    push,
    set_of,
    status,
    verbatim,
)


class Canned:
    """A backend with one answer, or one way to fail."""

    def __init__(self, answer: Reply | Exception) -> None:
        self.answer = answer
        self.calls: list[list[bytes]] = []
        self.closed = False

    def call(self, argv: list[bytes]) -> Reply:
        self.calls.append(argv)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def L() -> mq_State:
    L = mqL_newstate()
    mqL_openlibs(L)
    return L


def run(L: mq_State, code: str) -> list[bytes]:
    """Run ``code`` and return its results as ``tostring`` shows them."""
    before = mq_gettop(L)
    assert mqL_dostring(L, code) == MQ_OK, mq_tolstring(L, -1)
    count = mq_gettop(L) - before
    return [mqL_tolstring(L, before + index) for index in range(1, count + 1)]


def failure(L: mq_State, code: str) -> bytes:
    """Run ``code`` and return its error message."""
    assert mqL_dostring(L, code) == MQ_ERRRUN
    message = mq_tolstring(L, -1)
    assert message is not None
    return message


# Arguments and errors


def test_a_state_without_a_host_has_no_rain(L: mq_State) -> None:
    assert run(L, "return RAIN") == [b"nil"]


def test_without_a_backend(L: mq_State) -> None:
    install(L, None)
    message = b"RAIN.CALL: host bridge is not installed"
    assert failure(L, 'RAIN.CALL("PING")') == message
    assert failure(L, "RAIN.CALL({})") == message
    assert failure(L, "RAIN.CALL()") == b"RAIN.CALL: expected command name"
    assert run(L, 'return RAIN.PCALL("PING")') == [b"nil", message]


def test_arguments_are_strings_and_numbers(L: mq_State) -> None:
    backend = Canned(status("OK"))
    install(L, backend)
    run(L, "RAIN.CALL('SET', 'k\\0\\255', 1, 2.0, 1e100, -0.0, 2^53, math.mininteger)")
    assert backend.calls == [
        [b"SET", b"k\0\xff", b"1", b"2.0", b"1e+100", b"-0.0", b"9.007199254741e+15", b"-9223372036854775808"]
    ]
    for wrong in ("{}", "nil", "true", "print", "'GET', nil", "'GET', {}, 'x'"):
        message = failure(L, f"RAIN.CALL({wrong})")
        assert message == b"RAIN.CALL: command arguments must be strings or numbers"
    assert len(backend.calls) == 1


def test_a_backend_that_fails(L: mq_State) -> None:
    install(L, Canned(NotConnectedError()))
    assert failure(L, "RAIN.CALL('PING')") == b"RAIN.CALL: Redis backend is not connected"
    install(L, Canned(BackendError("too rainy")))
    assert failure(L, "RAIN.CALL('PING')") == b"RAIN.CALL: too rainy"
    assert run(L, "return RAIN.PCALL('PING')") == [b"nil", b"RAIN.CALL: too rainy"]


def test_an_error_of_redis_is_the_error_value(L: mq_State) -> None:
    install(L, Canned(error("WRONGTYPE no\xff".encode("latin-1"))))
    assert run(L, "return pcall(RAIN.CALL, 'GET', 'k')") == [b"false", b"WRONGTYPE no\xff"]
    assert run(L, "return RAIN.PCALL('GET', 'k')") == [b"nil", b"WRONGTYPE no\xff"]
    install(L, Canned(array([bulk("a"), map_of([(bulk("k"), error("ERR inner"))])])))
    assert failure(L, "RAIN.CALL('X')") == b"ERR inner"


def test_pcall_gives_the_reply(L: mq_State) -> None:
    install(L, Canned(integer(5)))
    assert run(L, "return RAIN.PCALL('INCR', 'n')") == [b"5"]


# Replies


@pytest.mark.parametrize(
    ("reply", "kind", "shown"),
    [
        (status("OK"), b"string", b"OK"),
        (bulk(b"\0\xff"), b"string", b"\0\xff"),
        (verbatim("text"), b"string", b"text"),
        (big_number(2**70), b"string", b"1180591620717411303424"),
        (integer(-7), b"integer", b"-7"),
        (double(3.0), b"float", b"3.0"),
        (double(math.inf), b"float", b"inf"),
        (boolean(True), b"boolean", b"true"),
        (boolean(False), b"boolean", b"false"),
        (NIL, b"nil", b"nil"),
    ],
)
def test_scalars(L: mq_State, reply: Reply, kind: bytes, shown: bytes) -> None:
    install(L, Canned(reply))
    assert run(L, "local v = RAIN.CALL('X') return math.type(v) or type(v), v") == [kind, shown]


@pytest.mark.parametrize(
    "reply",
    [
        array([integer(1), NIL, bulk("x"), NIL]),
        set_of([integer(1), NIL, bulk("x"), NIL]),
        push([integer(1), NIL, bulk("x"), NIL]),
        Reply("attribute", [integer(1), NIL, bulk("x"), NIL]),
    ],
)
def test_sequences_keep_their_length(L: mq_State, reply: Reply) -> None:
    install(L, Canned(reply))
    assert run(L, "local t = RAIN.CALL('X') return t.n, t[1], t[2], t[3], t[4]") == [
        b"4",
        b"1",
        b"nil",
        b"x",
        b"nil",
    ]


def test_maps_keep_their_order_and_nest(L: mq_State) -> None:
    install(
        L, Canned(map_of([(bulk("z"), array([integer(1)])), (integer(2), NIL), (bulk("z"), boolean(True))]))
    )
    code = """
        local t = RAIN.CALL('X')
        return t.n, t[1].key, t[1].value[1], t[1].value.n, t[2].key, t[2].value, t[3].key, t[3].value
    """
    assert run(L, code) == [b"3", b"z", b"1", b"1", b"2", b"nil", b"z", b"true"]


def test_an_empty_aggregate(L: mq_State) -> None:
    install(L, Canned(array([])))
    assert run(L, "local t = RAIN.CALL('X') return type(t), #t, t.n") == [b"table", b"0", b"0"]


def test_a_reply_nested_too_deeply(L: mq_State) -> None:
    reply = integer(1)
    for _ in range(MAX_DEPTH + 1):
        reply = array([reply])
    install(L, Canned(reply))
    assert failure(L, "RAIN.CALL('X')") == b"RAIN.CALL: reply is nested too deeply"
    install(L, Canned(reply.value[0]))
    assert run(L, "return type(RAIN.CALL('X'))") == [b"table"]


# RAIN.CONNECT


def test_only_a_standalone_host_connects(L: mq_State) -> None:
    install(L, None)
    assert run(L, "return RAIN.CONNECT") == [b"nil"]


@pytest.mark.parametrize("arguments", ["", "'h'", "nil, 1", "'h', nil"])
def test_connect_without_its_arguments(L: mq_State, arguments: str) -> None:
    install(L, None, may_connect=True)
    assert failure(L, f"RAIN.CONNECT({arguments})") == b"RAIN.CONNECT: expected host and port"


@pytest.mark.parametrize(
    "arguments",
    [
        "'h', 0",
        "'h', 65536",
        "'h', 'port'",
        "'h', 1.5",
        "'', 1",
        "{}, 1",
        "'h', {}",
        "127, 1",
        "'\\255', 1",
        "'a\\0', 1",
    ],
)
def test_connect_with_wrong_arguments(L: mq_State, arguments: str) -> None:
    install(L, None, may_connect=True)
    assert failure(L, f"RAIN.CONNECT({arguments})") == b"RAIN.CONNECT: invalid host or port"


def test_connect(L: mq_State, redis_server: tuple[str, int]) -> None:
    host, port = redis_server
    first = Canned(status("first"))
    bridge = install(L, first, may_connect=True)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        message = failure(L, f"RAIN.CONNECT('127.0.0.1', {unused.getsockname()[1]})")
    assert message == b"RAIN.CONNECT: Redis backend is not connected"
    assert run(L, "return RAIN.CALL('PING')") == [b"first"]
    assert not first.closed
    assert run(L, f"return RAIN.CONNECT('{host}', {port}), RAIN.CALL('PING')") == [b"true", b"PONG"]
    assert first.closed
    assert run(L, f"return RAIN.CONNECT('{host}', '{port}')") == [b"true"]
    assert bridge.backend is not None
    bridge.backend.close()


# Standalone


def test_loadlib_installs_the_capability(redis_server: tuple[str, int]) -> None:
    script = f"""
        local install = assert(package.loadlib("raincall", "raincall_install"))
        install()
        assert(RAIN.CONNECT("{redis_server[0]}", {redis_server[1]}))
        print(RAIN.CALL("SET", "moon", "quake"), RAIN.CALL("GET", "moon"), RAIN.CALL("HELLO").n > 0)
    """
    run = subprocess.run(
        [sys.executable, "-m", "moonquakes.cli.moonquakes", "-e", script],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (run.stdout, run.stderr) == ("OK\tquake\ttrue\n", "")


def test_loadlib_gives_nothing_else(L: mq_State) -> None:
    assert run(L, "return (package.loadlib('raincall', 'bridge'))") == [b"nil"]
    assert run(L, "return (package.loadlib('os', 'system'))") == [b"nil"]
    assert run(
        L, "return select('#', package.loadlib('nomodule', 'f')), (package.loadlib('nomodule', 'f'))"
    ) == [
        b"3",
        b"nil",
    ]
    assert run(L, "return select(3, package.loadlib('nomodule', 'f'))") == [b"absent"]


def test_the_default_connection_waits_for_the_first_call(L: mq_State) -> None:
    run(L, "package.loadlib('raincall', 'raincall_install')()")
    assert run(L, "return type(RAIN.CALL), type(RAIN.PCALL), type(RAIN.CONNECT)") == [b"function"] * 3
