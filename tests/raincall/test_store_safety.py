"""What of fakeredis must never be reached by a client: its pickles and its scripting."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import pytest

from raincall.reply import NIL, OK, bulk, bulks, error, integer, map_of
from raincall.server.testing import Wire, running

BAD_PAYLOAD = error("ERR DUMP payload version or checksum are wrong")


class Touch:
    """Unpickling this makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("signature", [b"", b"\0" * 32, hashlib.sha256(b"").digest()])
def test_restore_runs_no_code(wire: Wire, tmp_path: Path, signature: bytes) -> None:
    """fakeredis' RESTORE unpickles whatever has the right SHA1."""
    canary = tmp_path / "canary"
    value = pickle.dumps(Touch(canary))
    payload = hashlib.sha1(value).digest() + value
    assert wire.call("RESTORE", "k", "0", signature + payload) == BAD_PAYLOAD
    assert not canary.exists()
    pickle.loads(value)
    assert canary.exists(), "the payload is harmless, so the test shows nothing"


def test_dump_and_restore_within_one_server(wire: Wire) -> None:
    wire.call("RPUSH", "l", "a", "b")
    wire.call("HSET", "h", "f", "v")
    wire.call("HELLO", "3")
    for key in ("l", "h"):
        payload = wire.call("DUMP", key).value
        assert wire.call("RESTORE", "copy:" + key, "0", payload) == OK
        assert wire.call("RESTORE", "copy:" + key, "0", payload) == error(
            "BUSYKEY Target key name already exists."
        )
        assert wire.call("RESTORE", "copy:" + key, "1000000", payload, "REPLACE") == OK
        assert wire.call("RESTORE", "other", "0", payload[:-1] + b"x") == BAD_PAYLOAD
    assert wire.call("LRANGE", "copy:l", "0", "-1") == bulks(("a", "b"))
    assert wire.call("HGETALL", "copy:h") == map_of(((bulk("f"), bulk("v")),))
    assert wire.call("PTTL", "copy:h").value > 0
    assert wire.call("DUMP", "missing") == NIL
    assert wire.call("EXISTS", "other") == integer(0)


def test_a_dump_of_one_server_is_nothing_to_another(wire: Wire) -> None:
    wire.call("SET", "k", "v")
    payload = wire.call("DUMP", "k").value
    with running() as server, Wire(server.address[1]) as other:
        assert other.call("RESTORE", "k", "0", payload) == BAD_PAYLOAD


def test_no_script_of_the_store_inside_rain_fall(rain_port: int) -> None:
    with Wire(rain_port) as rain:
        for name in ("EVAL", "EVALSHA", "SCRIPT", "FUNCTION", "FCALL", "FCALL_RO", "EVAL_RO"):
            reply = rain.call("RAIN.FALL", f"return RAIN.CALL('{name}', 'return python.eval(1)', '0')")
            assert reply.kind == "error"
            assert b"not allowed" in reply.value
