"""The main job, seen from outside: a real Redis client has Lua run by a Raincall server.

Starts ``raincall serve`` on its embedded store and a free loopback port, sends
RAIN.FALL with redis-py, prints what was sent and what came back, and exits with
status 0 only when every reply is the expected one.  ``./dev demo`` runs it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

from moonquakes.api import mq_close, mq_tolstring, mqL_dostring, mqL_newstate, mqL_openlibs
from raincall.bridge import install

LEADERBOARD = (Path(__file__).parent / "leaderboard.lua").read_text(encoding="utf-8")

ADA_FIRST = ["1. ada     50 points, rides: 2", "2. brian   45 points, rides: 1"]

#: Arguments after the source, and the expected reply: total, place, podium.
RIDES: list[tuple[tuple[str, ...], list[Any]]] = [
    (("race", "ada", "30"), [30, 1, ["1. ada     30 points, rides: 1"]]),
    (("race", "brian", "45"), [45, 1, ["1. brian   45 points, rides: 1", "2. ada     30 points, rides: 1"]]),
    (("race", "ada", "20"), [50, 1, ADA_FIRST]),
    (("race", "grace", "12"), [12, 3, [*ADA_FIRST, "3. grace   12 points, rides: 1"]]),
]

#: One-liners, and a test of the reply.
ONE_LINERS: list[tuple[str, str, Callable[[Any], bool]]] = [
    ("return RAIN.CALL('PING')", "PONG", lambda reply: reply == "PONG"),
    (
        "RAIN.CALL('SET','moon','quake'); return RAIN.CALL('GET','moon')",
        "quake",
        lambda reply: reply == "quake",
    ),
    (
        "local cmds = RAIN.CALL('COMMAND','LIST'); return {type(cmds), #cmds}",
        "['table', more than 100]",
        lambda reply: reply[0] == "table" and reply[1] > 100,
    ),
]


@contextmanager
def raincall_server() -> Iterator[int]:
    """Run ``raincall serve --port 0`` as a process of its own and yield the port it chose."""
    command = [str(Path(sys.executable).parent / "raincall"), "serve", "--port", "0"]
    print("$ raincall serve --port 0", flush=True)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            ready = server.stdout.readline()
            print(ready, end="")
            match = re.search(r":(\d+)\s*$", ready)
            if match is None:
                raise SystemExit("demo: the server did not say where it listens")
            yield int(match[1])
        finally:
            server.terminate()
            server.wait(timeout=10)


def message_without_backend() -> bytes:
    """Return what RAIN.CALL says in a state of this process whose bridge reaches no Redis."""
    L = mqL_newstate()
    mqL_openlibs(L)
    install(L, None)
    mqL_dostring(L, b"return RAIN.CALL('PING')")
    message = mq_tolstring(L, -1)
    mq_close(L)
    return message or b""


def main() -> int:
    failures = 0

    def show(reply: Any, right: bool, expected: Any) -> None:
        nonlocal failures
        print(f"  -> {reply if isinstance(reply, Exception) else repr(reply)}")
        if not right:
            failures += 1
            print(f"     WRONG, expected {expected!r}")

    with raincall_server() as port:
        client: Any = redis.Redis(host="127.0.0.1", port=port, decode_responses=True)
        print(f"\nexamples/leaderboard.lua:\n\n{LEADERBOARD}")
        for arguments, expected in RIDES:
            print("RAIN.FALL <leaderboard.lua>", *arguments)
            reply = client.execute_command("RAIN.FALL", LEADERBOARD, *arguments)
            show(reply, reply == expected, expected)
        print("what the scripts left in the store:\n\nHGETALL race:rides")
        rides = client.hgetall("race:rides")
        show(rides, rides == {"ada": "2", "brian": "1", "grace": "1"}, "ada 2, brian 1, grace 1")
        print()
        for source, wanted, is_right in ONE_LINERS:
            print(f'RAIN.FALL "{source}"')
            reply = client.execute_command("RAIN.FALL", source)
            show(reply, is_right(reply), wanted)
        print('RAIN.FALL <leaderboard.lua> race ada "many"')
        try:
            reply = client.execute_command("RAIN.FALL", LEADERBOARD, "race", "ada", "many")
            show(reply, False, "an error")
        except redis.ResponseError as error:
            show(error, str(error).endswith("points must be an integer"), "points must be an integer")
        client.close()

    print("\nRAIN.CALL('PING') in a state without a server")
    message = message_without_backend()
    show(message, message == b"RAIN.CALL: host bridge is not installed", "host bridge is not installed")
    print("\nAll replies are right." if failures == 0 else f"\n{failures} replies are wrong.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
