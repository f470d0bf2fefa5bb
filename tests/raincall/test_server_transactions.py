"""MULTI, EXEC, DISCARD and WATCH, by themselves and from several clients."""

from __future__ import annotations

import pytest

from raincall.reply import NIL, NIL_ARRAY, OK, QUEUED, array, bulk, error, integer, status
from raincall.server.testing import Wire


def test_commands_are_queued_and_run_together(wire: Wire) -> None:
    assert wire.call("MULTI") == OK
    assert wire.call("SET", "k", "1") == QUEUED
    assert wire.call("INCR", "k") == QUEUED
    assert wire.call("LPOP", "k") == QUEUED
    assert wire.call("PING") == QUEUED
    assert wire.call("EXEC") == array(
        (
            OK,
            integer(2),
            error("WRONGTYPE Operation against a key holding the wrong kind of value"),
            status("PONG"),
        )
    )
    assert wire.call("GET", "k") == bulk("2")


def test_nobody_sees_half_a_transaction(port: int, wire: Wire) -> None:
    wire.call("MULTI")
    wire.call("SET", "k", "1")
    with Wire(port) as other:
        assert other.call("GET", "k") == NIL
    wire.call("DISCARD")
    assert wire.call("GET", "k") == NIL


@pytest.mark.parametrize(
    "words", [["NOPE"], ["GET"], ["GET", "a", "b"], ["CONFIG", "NOPE"], ["EVAL", "x", "0"]]
)
def test_an_error_while_queueing_discards(wire: Wire, words: list[str]) -> None:
    wire.call("MULTI")
    wire.call("SET", "k", "1")
    assert wire.call(*words).kind == "error"
    assert wire.call("EXEC") == error("EXECABORT Transaction discarded because of previous errors.")
    assert wire.call("GET", "k") == NIL
    assert wire.call("EXEC") == error("ERR EXEC without MULTI")


def test_nesting_and_watch_inside_do_not_discard(wire: Wire) -> None:
    wire.call("MULTI")
    assert wire.call("MULTI") == error("ERR MULTI calls can not be nested")
    assert wire.call("WATCH", "k") == error("ERR WATCH inside MULTI is not allowed")
    assert wire.call("EXEC") == array(())
    assert wire.call("DISCARD") == error("ERR DISCARD without MULTI")


@pytest.mark.parametrize(
    "change",
    [
        ["SET", "k", "2"],
        ["DEL", "k"],
        ["RENAME", "k", "j"],
        ["FLUSHALL"],
        ["EXPIRE", "k", "100"],
        ["SWAPDB", "0", "1"],
    ],
)
def test_a_watched_key_that_changes(port: int, wire: Wire, change: list[str]) -> None:
    wire.call("SET", "k", "1")
    wire.call("WATCH", "k")
    with Wire(port) as other:
        assert other.call(*change).kind != "error"
    wire.call("MULTI")
    wire.call("SET", "seen", "1")
    assert wire.call("EXEC") == NIL_ARRAY
    assert wire.received.endswith(b"*-1\r\n")
    assert wire.call("GET", "seen") == NIL


def test_a_watched_key_that_does_not_change(port: int, wire: Wire) -> None:
    for forget in (["UNWATCH"], ["DISCARD"], ["GET", "k"]):
        wire.call("WATCH", "k")
        if forget == ["DISCARD"]:
            wire.call("MULTI")
        wire.call(*forget)
        with Wire(port) as other:
            other.call("SET", "k" if forget != ["GET", "k"] else "another", "2")
            other.call("SELECT", "1")
            other.call("SET", "k", "elsewhere")
        wire.call("MULTI")
        wire.call("PING")
        assert wire.call("EXEC") == array((status("PONG"),)), forget


def test_a_client_that_leaves_in_a_transaction(port: int, wire: Wire) -> None:
    with Wire(port) as other:
        other.call("WATCH", "k")
        other.call("MULTI")
        other.call("SET", "k", "1")
    assert wire.call("GET", "k") == NIL
    assert wire.call("SET", "k", "2") == OK


def test_what_runs_at_once_inside(wire: Wire) -> None:
    wire.call("MULTI")
    assert wire.call("RESET") == status("RESET")
    assert wire.call("GET", "k") == NIL
    wire.call("MULTI")
    wire.call("SET", "k", "1")
    assert wire.call("QUIT") == OK
    with pytest.raises(EOFError):
        wire.read()


def test_selecting_a_database_inside(wire: Wire) -> None:
    for words in (["MULTI"], ["SELECT", "1"], ["SET", "k", "1"], ["EXEC"]):
        wire.call(*words)
    assert wire.call("GET", "k") == bulk("1")
    wire.call("SELECT", "0")
    assert wire.call("GET", "k") == NIL
