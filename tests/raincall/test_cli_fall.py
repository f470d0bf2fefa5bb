"""``raincall fall`` and the example scripts, as a person runs them."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from raincall.cli import main
from raincall.reply import NIL, Reply, array, boolean, bulk, double, error, integer
from raincall.show import show

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def fall(*arguments: str | bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "raincall", "fall", *arguments], capture_output=True, timeout=60
    )


def outcome(*arguments: str | bytes) -> tuple[int, bytes, bytes]:
    run = fall(*arguments)
    return run.returncode, run.stdout, run.stderr


def test_a_script_on_the_embedded_store() -> None:
    source = "print('hi', ...) RAIN.CALL('SET', 'k', (...)) return {RAIN.CALL('GET', 'k'), 1, nil, n = 3}"
    assert outcome(source, "é") == (
        0,
        "hi\té\n".encode() + b'1) "\\xc3\\xa9"\n2) (integer) 1\n3) (nil)\n',
        b"",
    )


def test_bytes_that_are_no_text() -> None:
    assert outcome(b"return ... == '\\255'", b"\xff") == (0, b"(true)\n", b"")


def test_errors() -> None:
    status, output, message = outcome("print('before') error('bad')")
    assert (status, output, message) == (1, b"before\n", b"(error) ERR RAIN.FALL: RAIN.FALL:1: bad\n")
    assert outcome("return print")[2] == b"(error) ERR RAIN.FALL: unsupported Lua return type: function\n"


def test_a_redis_elsewhere(redis_server: tuple[str, int]) -> None:
    host, port = redis_server
    status, output, _ = outcome("--url", f"redis://{host}:{port}", "return RAIN.CALL('INFO', 'server')")
    assert status == 0
    assert b"redis_version" in output


def test_a_redis_that_is_not_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{unused.getsockname()[1]}"
        status, _, message = outcome("--url", url, "return RAIN.CALL('PING')")
    assert (status, message) == (1, b"(error) ERR RAIN.FALL: RAIN.CALL: Redis backend is not connected\n")
    status, _, message = outcome("--url", "http://127.0.0.1", "return 1")
    assert status == 1
    assert message.startswith(b"raincall: Redis URL must specify one of the following schemes")


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (NIL, b"(nil)\n"),
        (integer(-1), b"(integer) -1\n"),
        (double(3.5), b"(double) 3.5\n"),
        (double(3.0), b"(double) 3\n"),
        (boolean(True), b"(true)\n"),
        (boolean(False), b"(false)\n"),
        (bulk(b'a"\\\n\r\t\a\b\x01\xff'), b'"a\\"\\\\\\n\\r\\t\\a\\b\\x01\\xff"\n'),
        (error("ERR no"), b"(error) ERR no\n"),
        (array([]), b"(empty array)\n"),
        (
            array([integer(1), array([bulk("x"), array([array([NIL]), integer(2)])])]),
            b'1) (integer) 1\n2) 1) "x"\n   2) 1) 1) (nil)\n      2) (integer) 2\n',
        ),
        (
            array([integer(n) for n in range(9)] + [array([NIL, NIL])]),
            b"".join(b" %d) (integer) %d\n" % (n + 1, n) for n in range(9)) + b"10) 1) (nil)\n    2) (nil)\n",
        ),
    ],
)
def test_replies_look_as_in_redis_cli(reply: Reply, shown: bytes) -> None:
    assert show(reply) == shown


def test_the_ping_example(redis_server: tuple[str, int]) -> None:
    host, port = redis_server
    run = subprocess.run(
        [sys.executable, "-m", "moonquakes.cli.moonquakes", str(EXAMPLES / "ping.lua"), host, str(port)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stderr == ""
    assert run.stdout.splitlines() == [
        "PING:\tPONG",
        "moon:\tquake",
        "phases:\tnew, waxing, full, waning",
        "values:\t2\tquake\tnil",
        "refused:\tnil\tWRONGTYPE Operation against a key holding the wrong kind of value",
    ]


@pytest.mark.parametrize("command", [["fall", "none.lua"], ["serve"]])
def test_an_engine_that_is_none(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOONQUAKES_ENGINE", "quick")
    with pytest.raises(SystemExit) as leave:
        main(command)
    assert leave.value.code == 2
    message = "raincall: error: MOONQUAKES_ENGINE must be 'vm' or 'fast', not 'quick'\n"
    assert capsys.readouterr().err.endswith(message)
