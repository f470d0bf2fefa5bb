"""Measures speed as ratios of runs made in turns; ``./dev bench [vm | rain] [OPTION...]``.

``vm``: the programs of ``bench/programs`` on Moonquakes against ``lua5.4``, processor time without loading.
``rain``: RAIN.FALL against GET on one Raincall server, with ``redis-benchmark``.

A program whose output is not the reference's is not timed, and the exit status is then 1.
"""

from __future__ import annotations

import argparse
import math
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final

HERE: Final = Path(__file__).parent
PROGRAMS: Final = HERE / "programs"
SCRIPTS: Final = Path(sys.executable).parent


def need(tool: str) -> str:
    path = shutil.which(tool)
    if path is None:
        raise SystemExit(f"bench: {tool} is not installed")
    return path


# Programs on the virtual machine against C Lua


def run_once(command: Sequence[str], program: Path) -> tuple[str, float]:
    """Return a program's output and the seconds it took."""
    done = subprocess.run(
        [*command, str(HERE / "measure.lua"), str(program)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"bench: {program.stem} failed on {command[0]}:\n{done.stderr}")
    return done.stdout, float(done.stderr)


def bench_programs(names: Sequence[str], rounds: int) -> int:
    reference, ours = [need("lua5.4")], [str(SCRIPTS / "moonquakes")]
    programs = [path for path in sorted(PROGRAMS.glob("*.lua")) if not names or path.stem in names]
    if not programs:
        raise SystemExit(f"bench: no program is named {' or '.join(names)}")
    print(f"{platform.python_implementation()} {platform.python_version()} against lua5.4, {rounds} rounds\n")
    print(f"{'program':12} {'lua5.4':>9} {'ours':>9} {'ratio':>8}   least - most")
    ratios = []
    wrong = 0
    for program in programs:
        theirs_output, _ = run_once(reference, program)
        ours_output, _ = run_once(ours, program)
        if ours_output != theirs_output:
            wrong += 1
            print(f"{program.stem:12} not timed: printed {ours_output!r}, lua5.4 printed {theirs_output!r}")
            continue
        pairs = [(run_once(reference, program)[1], run_once(ours, program)[1]) for _ in range(rounds)]
        each = [our_time / their_time for their_time, our_time in pairs]
        ratio = median(each)
        ratios.append(ratio)
        theirs, mine = (median(times) for times in zip(*pairs, strict=True))
        print(
            f"{program.stem:12} {theirs:8.3f}s {mine:8.3f}s {ratio:8.1f}   {min(each):.1f} - {max(each):.1f}"
        )
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"\ngeometric mean of {len(ratios)} ratios: {mean:.1f}")
    return 1 if wrong else 0


# RAIN.FALL against GET on one server

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
    import redis

    tool = need("redis-benchmark")
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


def main(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["help"]:
        arguments = ["--help"]
    parser = argparse.ArgumentParser(
        prog="./dev bench", description=__doc__.partition("\n")[0] if __doc__ else ""
    )
    parser.add_argument("what", nargs="?", choices=["all", "vm", "rain"], default="all")
    parser.add_argument(
        "programs", nargs="*", metavar="PROGRAM", help="only these programs of bench/programs"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="how often the two sides take turns (default: 3)"
    )
    parser.add_argument("--clients", type=int, default=20, help="of redis-benchmark (default: 20)")
    parser.add_argument("--requests", type=int, default=20000, help="of redis-benchmark (default: 20000)")
    options = parser.parse_args(arguments)
    status = 0
    if options.what in ("all", "vm"):
        status |= bench_programs(options.programs, options.rounds)
    if options.what in ("all", "rain"):
        status |= bench_rain(options.rounds, options.clients, options.requests)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
