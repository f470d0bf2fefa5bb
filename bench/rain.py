"""How fast does a Raincall server run scripts? RAIN.FALL against GET, with ``redis-benchmark``."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final

SCRIPTS: Final = Path(sys.executable).parent

KEY: Final = "bench"
VALUE: Final = "moonquake"
#: What is compared with GET: a label, the script.
SCRIPT_LINES: Final = [
    ("a constant", "return 1"),
    ("its argument", "return ..."),
    ("RAIN.CALL GET", f"return RAIN.CALL('GET', '{KEY}')"),
]


@contextmanager
def raincall_server() -> Iterator[int]:
    """Run a Raincall server on a free loopback port and yield the port."""
    with subprocess.Popen(
        [str(SCRIPTS / "raincall"), "serve", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline().rpartition(":")[2])
        finally:
            server.terminate()
            server.wait(timeout=10)


def requests_per_second(tool: str, port: int, clients: int, requests: int, command: Sequence[str]) -> float:
    done = subprocess.run(
        [tool, "-p", str(port), "-c", str(clients), "-n", str(requests), "--csv", *command],
        capture_output=True,
        text=True,
        check=True,
    )
    # "test","rps",... and below it the figures; the name of the test may hold commas.
    return float(done.stdout.splitlines()[-1].split('","')[1].rstrip('"'))


def bench_rain(rounds: int, clients: int, requests: int) -> int:
    """Print the ratios and return the exit status."""
    import redis

    tool = shutil.which("redis-benchmark")
    if tool is None:
        raise SystemExit("bench: redis-benchmark is not installed")
    with raincall_server() as port:
        client = redis.Redis(port=port, decode_responses=True)
        client.set(KEY, VALUE)
        expected: list[object] = [1, VALUE, VALUE]
        replies: list[object] = [
            client.execute_command("RAIN.FALL", script, VALUE)  # type: ignore[no-untyped-call]  # redis-py
            for _, script in SCRIPT_LINES
        ]
        stored: object = client.get(KEY)
        client.close()
        if stored != VALUE or replies != expected:
            print(f"not timed: GET replied {stored!r}, the scripts {replies!r}", file=sys.stderr)
            return 1
        print(f"{clients} clients, no pipelining, {requests} requests a run, {rounds} rounds\n")
        print(f"{'RAIN.FALL of':14} {'GET/s':>8} {'FALL/s':>8} {'ratio':>7}   least - most")
        for label, script in SCRIPT_LINES:
            pairs = [
                (
                    requests_per_second(tool, port, clients, requests, ["GET", KEY]),
                    requests_per_second(tool, port, clients, requests, ["RAIN.FALL", script, VALUE]),
                )
                for _ in range(rounds)
            ]
            each = [fall / get for get, fall in pairs]
            gets, falls = (median(rates) for rates in zip(*pairs, strict=True))
            print(
                f"{label:14} {gets:8.0f} {falls:8.0f} {median(each):7.2f}   {min(each):.2f} - {max(each):.2f}"
            )
    return 0
