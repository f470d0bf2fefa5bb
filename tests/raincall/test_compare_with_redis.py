"""The same commands to Raincall and to a real redis-server: the reply bytes must be equal, in RESP2 and
RESP3.

Where Redis 8, whose behaviour the store shows, differs from the server at hand (7.0), or fakeredis from both,
the command is left out here and stands under KNOWN_DIFFERENCES.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from raincall.reply import Reply
from raincall.resp import split_inline
from raincall.server.testing import Wire

#: One conversation per line group: commands in redis-cli's notation, one per line.
CONVERSATIONS: dict[str, list[str]] = {
    path.stem: [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    for path in sorted((Path(__file__).parent / "conversations").glob("*.txt"))
}

#: What differs, and why; each is a command that gives different bytes, after the commands before it.
KNOWN_DIFFERENCES: dict[str, tuple[list[str], str]] = {
    "doubles": (
        ["ZADD z 3.2 m", "ZSCORE z m"],
        "RESP2: shortest text, as Redis >= 7.2; 7.0 writes 17 digits",
    ),
    "distances": (
        ["GEOADD g 13.361389 38.115556 p 15.087269 37.502669 c", "GEODIST g p c"],
        "fakeredis keeps the coordinates as given, Redis rounds them to 52 bits",
    ),
    "hyperloglog": (
        ["SET s x", "PFADD s a"],
        "fakeredis keeps HyperLogLogs as a type of their own, not as strings",
    ),
    "stream fields": (["XADD s 1-1 f v", "XINFO STREAM s"], "fakeredis adds the fields of Redis 8"),
    "encodings": (["RPUSH l a", "OBJECT ENCODING l"], "small lists are listpacks since Redis 7.2"),
}


def argv_of(line: str) -> list[bytes]:
    return split_inline(line.encode())


@pytest.fixture(params=[2, 3], ids=["RESP2", "RESP3"])
def both(
    request: pytest.FixtureRequest, port: int, redis_server: tuple[str, int]
) -> Iterator[tuple[Wire, Wire]]:
    with Wire(port) as ours, Wire(redis_server[1]) as theirs:
        for wire in (ours, theirs):
            wire.call("FLUSHALL")
            wire.call("HELLO", str(request.param))
        yield ours, theirs


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_same_bytes(both: tuple[Wire, Wire], name: str) -> None:
    ours, theirs = both
    differences = []
    for line in CONVERSATIONS[name]:
        our_bytes, their_bytes = ours.raw_call(*argv_of(line)), theirs.raw_call(*argv_of(line))
        if our_bytes != their_bytes:
            differences.append(f"{line}\n  raincall {our_bytes!r}\n  redis    {their_bytes!r}")
    assert not differences, "\n" + "\n".join(differences)


@pytest.mark.parametrize("name", KNOWN_DIFFERENCES)
def test_known_differences_are_still_there(port: int, redis_server: tuple[str, int], name: str) -> None:
    """A difference that has gone belongs into the conversations."""
    lines, reason = KNOWN_DIFFERENCES[name]
    with Wire(port) as ours, Wire(redis_server[1]) as theirs:
        theirs.call("FLUSHALL")
        replies = [(ours.raw_call(*argv_of(line)), theirs.raw_call(*argv_of(line))) for line in lines]
    assert replies[-1][0] != replies[-1][1], reason


def described(reply: Reply) -> dict[str, Reply]:
    return {item.value[0].value.decode(): item for item in reply.value if item.kind == "array"}


def test_the_command_table_agrees_with_command_info(both: tuple[Wire, Wire]) -> None:
    """Arity, flags, keys, categories and key specifications of every command that both run."""
    ours, theirs = (described(wire.call("COMMAND")) for wire in both)
    common = ours.keys() & theirs.keys()
    assert len(common) > 180
    for name in common:
        for place, (our_part, their_part) in enumerate(
            zip(ours[name].value[:9], theirs[name].value[:9], strict=True)
        ):
            assert flat(our_part) == flat(their_part), (name, place)


def flat(reply: Reply) -> str:
    """Return a text in which the order of sets does not count."""
    if reply.kind == "map":
        return json.dumps([[flat(key), flat(value)] for key, value in reply.value])
    if isinstance(reply.value, list):
        items = [flat(item) for item in reply.value]
        return json.dumps(sorted(items))
    return repr(reply.value)
