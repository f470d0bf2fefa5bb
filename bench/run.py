"""Measures speed: ``./dev bench [PROGRAM...]`` against C Lua, ``./dev bench border`` calls between Python and
Lua against lupa, ``./dev bench rain`` RAIN.FALL against GET.

The programs of ``bench/programs`` run on each side in turns, and what counts is the ratio of processor
times without start-up.  A program whose output is not C Lua's is not timed, and the exit status is then 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.border import bench_border
from bench.rain import bench_rain
from bench.report import as_json, as_markdown, as_text
from bench.sides import DEFAULT_SIDES, SIDES
from bench.suite import bench, find_programs


def programs_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev bench", description=__doc__.partition("\n\n")[0] if __doc__ else ""
    )
    parser.add_argument(
        "programs", nargs="*", metavar="PROGRAM", help="only these programs of bench/programs, or FILE.lua"
    )
    parser.add_argument(
        "--sides",
        default=",".join(DEFAULT_SIDES),
        help=f"which run beside C Lua: {','.join(SIDES)}, or all (default: {','.join(DEFAULT_SIDES)})",
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often the sides take turns (default: 3)")
    parser.add_argument(
        "--small",
        action="store_true",
        help="each program at its small test scale: checks, and measures nothing",
    )
    parser.add_argument("--markdown", action="store_true", help="print a Markdown table")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to this file")
    return parser


def rain_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev bench rain")
    parser.add_argument(
        "--rounds", type=int, default=3, help="how often the two sides take turns (default: 3)"
    )
    parser.add_argument("--clients", type=int, default=20, help="of redis-benchmark (default: 20)")
    parser.add_argument("--requests", type=int, default=20000, help="of redis-benchmark (default: 20000)")
    return parser


def border_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev bench border")
    parser.add_argument(
        "only", nargs="?", default="", metavar="TEXT", help="only cases whose name has this text"
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often the sides take turns (default: 5)")
    return parser


def main(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["border"]:
        options = border_parser().parse_args(arguments[1:])
        return bench_border(max(1, options.rounds), options.only)
    if arguments[:1] == ["rain"]:
        options = rain_parser().parse_args(arguments[1:])
        return bench_rain(options.rounds, options.clients, options.requests)
    if arguments[:1] == ["help"]:
        arguments = ["--help"]
    options = programs_parser().parse_args(arguments)
    sides = list(SIDES) if options.sides == "all" else options.sides.split(",")
    result = bench(find_programs(options.programs), sides, max(1, options.rounds), small=options.small)
    print(as_markdown(result) if options.markdown else as_text(result))
    if options.json:
        options.json.write_text(as_json(result) + "\n", encoding="utf-8")
    return 1 if result.faults() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
