"""Which commands a script inside the server may not call."""

from __future__ import annotations

import pytest

from raincall.commands import COMMANDS
from raincall.policy import is_allowed

REFUSED = """
    RAIN.FALL RAIN.CALL RAIN.LOAD RAIN.ANYTHING EVAL EVALSHA EVAL_RO EVALSHA_RO SCRIPT FUNCTION
    FCALL FCALL_RO MULTI EXEC WATCH UNWATCH DISCARD SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE
    PUNSUBSCRIBE SUNSUBSCRIBE BLPOP BRPOP BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX BZMPOP WAIT
    WAITAOF CLIENT CONFIG SHUTDOWN DEBUG MODULE AUTH HELLO SELECT QUIT RESET MONITOR SYNC PSYNC
    REPLICAOF FAILOVER CLUSTER ACL SAVE BGSAVE BGREWRITEAOF
""".split()  # noqa: SIM905  # a list of ninety quoted names is no easier to compare with Redis'


def words(line: str) -> list[bytes]:
    return line.encode().split()


@pytest.mark.parametrize("name", REFUSED)
def test_the_list(name: str) -> None:
    for spelled in (name, name.lower(), name.title()):
        assert not is_allowed(words(spelled))
        assert not is_allowed(words(f"{spelled} HELP"))


@pytest.mark.parametrize("flag", ["noscript", "blocking", "admin", "pubsub"])
def test_whatever_redis_flags_so(flag: str) -> None:
    flagged = {name for name, command in COMMANDS.items() if flag in command.flags}
    assert flagged
    for name in flagged - {"xread", "xreadgroup"}:
        assert not is_allowed([name.encode(), b"x"]), name


@pytest.mark.parametrize(
    "line",
    [
        *(
            "GET k",
            "set k v",
            "DEL k",
            "HGETALL h",
            "COMMAND LIST",
            "COMMAND COUNT",
            "PING",
            "ECHO x",
            "TIME",
            "KEYS *",
        ),
        *(
            "OBJECT ENCODING k",
            "MEMORY USAGE k",
            "XINFO STREAM s",
            "NOSUCH a",
            "FLUSHALL",
            "XGROUP CREATE s g $",
        ),
        "",
    ],
)
def test_what_may_be_called(line: str) -> None:
    assert is_allowed(words(line) or [b""])


@pytest.mark.parametrize("line", ["SLOWLOG GET", "LATENCY DOCTOR", "latency reset", "PUBSUB CHANNELS"])
def test_flags_of_subcommands_count(line: str) -> None:
    assert not is_allowed(words(line))


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("XREAD STREAMS s 0", True),
        ("XREAD COUNT 2 STREAMS s 0", True),
        ("XREAD BLOCK 0 STREAMS s $", False),
        ("xread count 2 block 5 streams s $", False),
        ("XREAD STREAMS block 0", True),
        ("XREAD COUNT BLOCK STREAMS s 0", True),
        ("XREADGROUP GROUP g c STREAMS s >", True),
        ("XREADGROUP GROUP block block NOACK STREAMS s >", True),
        ("XREADGROUP GROUP g c COUNT 1 BLOCK 0 STREAMS s >", False),
        ("XREADGROUP GROUP g c NOACK BLOCK 0 STREAMS s >", False),
        ("XREAD", True),
    ],
)
def test_streams_are_refused_only_when_they_block(line: str, allowed: bool) -> None:
    assert is_allowed(words(line)) is allowed
