"""How do the sides compare on each program? Outputs are checked first, then the sides are timed in turns."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import geometric_mean, median
from typing import Final

from bench.process import Run, run
from bench.sides import REFERENCE, SIDES, Side

PROGRAMS: Final = Path(__file__).resolve().parent / "programs"

#: The least that a time can be, so that a program of no length at all has a ratio.
TICK: Final = 0.0005


@dataclass
class Cell:
    """What one side did with one program.

    Attributes:
        seconds: of each round, without start-up.
        peak: largest resident memory in KiB, 0 where it did not run.
        ratio: median of its seconds by that of C Lua's, None where it was not timed.
        note: why it was not timed.
        differs: whether it was timed though its numbers are others (see ``Side.exact``).
        fault: whether that is an error of the side.
    """

    seconds: list[float] = field(default_factory=list)
    peak: int = 0
    ratio: float | None = None
    note: str = ""
    differs: bool = False
    fault: bool = False


@dataclass
class Result:
    """A whole run of the benchmark.

    Attributes:
        sides: those that ran, the reference first.
        missing: sides that could not run, and why.
        cells: program to side's name to what it did.
        start_up: seconds of an empty program on each side.
        start_peak: peak memory of an empty program in KiB on each side.
    """

    sides: list[Side]
    missing: dict[str, str] = field(default_factory=dict)
    cells: dict[str, dict[str, Cell]] = field(default_factory=dict)
    start_up: dict[str, float] = field(default_factory=dict)
    start_peak: dict[str, int] = field(default_factory=dict)
    rounds: int = 0

    def ratios(self, side: str) -> list[float]:
        return [row[side].ratio for row in self.cells.values() if row[side].ratio is not None]  # type: ignore[misc]  # None is excluded

    def mean(self, side: str) -> float | None:
        """Return the geometric mean of a side's ratios, None if it has none."""
        ratios = self.ratios(side)
        return geometric_mean(ratios) if ratios else None

    def faults(self) -> int:
        return sum(cell.fault for row in self.cells.values() for cell in row.values())


def find_programs(names: Sequence[str]) -> list[Path]:
    """Return the suite's programs, or those of these names; a name that ends in .lua is a file of its own."""
    if not names:
        return sorted(PROGRAMS.glob("*.lua"))
    found = []
    for name in names:
        path = Path(name).resolve() if name.endswith(".lua") else PROGRAMS / f"{name}.lua"
        if not path.is_file():
            raise SystemExit(f"bench: there is no program {name}")
        found.append(path)
    return found


def small_scale(program: Path) -> str | None:
    """Return the small scale that a program names for tests, None if it names none."""
    match = re.search(r"^-- test scale: (\d+)$", program.read_text(encoding="utf-8"), re.MULTILINE)
    return match[1] if match else None


def find_sides(names: Sequence[str]) -> Result:
    """Return an empty result with the sides that can run, C Lua always among them."""
    result = Result([SIDES[REFERENCE]])
    if reason := SIDES[REFERENCE].why_not():
        raise SystemExit(f"bench: {reason}")
    for name in names:
        side = SIDES.get(name)
        if side is None:
            raise SystemExit(f"bench: there is no side {name}; there are {', '.join(SIDES)} and all")
        if side in result.sides:
            continue
        if reason := side.why_not():
            result.missing[name] = reason
        else:
            result.sides.append(side)
    return result


def measure_start_up(result: Result, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        commands = {side.name: side.empty_command(Path(folder)) for side in result.sides if not side.warm}
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds + 2):
            for name, command in commands.items():
                times[name].append(run(command, SIDES[name].environment).seconds)
        for name, command in commands.items():
            result.start_up[name] = median(times[name])
            # Of a process so short a look sees a part or nothing.
            result.start_peak[name] = max(
                run(command, SIDES[name].environment, watch_memory=True).peak for _ in range(5)
            )


def why_wrong(side: Side, done: Run, expected: bytes) -> str:
    """Return what is wrong with a run, or ""."""
    if done.status != 0:
        last = done.errors.strip().splitlines()[-1:] or [""]
        return f"ended with status {done.status}: {last[0][:100]}"
    if done.output == expected:
        return ""
    lines = zip(done.output.splitlines(), expected.splitlines(), strict=False)
    for number, (ours, theirs) in enumerate(lines, 1):
        if ours != theirs:
            return f"line {number}: printed {ours.decode('latin-1')!r}, C Lua {theirs.decode('latin-1')!r}"
    return "printed more or less than C Lua"


def same_but_for_numbers(done: Run, expected: bytes) -> bool:
    def masked(text: bytes) -> bytes:
        return re.sub(rb"-?\b\d[0-9a-f.]*\b", b"#", text)

    return done.status == 0 and masked(done.output) == masked(expected)


def seconds_of(side: Side, done: Run, start_up: dict[str, float]) -> float:
    if side.warm:
        return max(TICK, float(done.errors.split()[-1]))
    return max(TICK, done.seconds - start_up[side.name])


def bench_program(result: Result, program: Path, scale: str | None) -> dict[str, Cell]:
    """Check and time one program on each side of a result."""
    row = {side.name: Cell() for side in result.sides}
    commands = {side.name: side.command_for(program, scale) for side in result.sides}
    expected = b""
    timed = []
    for side in result.sides:
        cell, command = row[side.name], commands[side.name]
        if command is None:
            cell.note = "not written"
            continue
        done = run(command, side.environment, watch_memory=True)
        if side.name == REFERENCE:
            expected = done.output
        cell.peak = done.peak
        cell.note = why_wrong(side, done, expected)
        if cell.note and not side.exact and same_but_for_numbers(done, expected):
            cell.note, cell.differs = "", True
        if cell.note:
            cell.fault = side.exact
            if side.name == REFERENCE:
                break
            continue
        timed.append((side, command, cell))
    for _ in range(result.rounds):
        for side, command, cell in timed:
            cell.seconds.append(seconds_of(side, run(command, side.environment), result.start_up))
    if row[REFERENCE].seconds:
        reference = median(row[REFERENCE].seconds)
        for _, _, cell in timed:
            cell.ratio = median(cell.seconds) / reference
    return row


def bench(programs: Sequence[Path], sides: Sequence[str], rounds: int, *, small: bool = False) -> Result:
    """Run the benchmark; progress goes to standard error."""
    result = find_sides(sides)
    result.rounds = rounds
    measure_start_up(result, rounds)
    for program in programs:
        row = bench_program(result, program, small_scale(program) if small else None)
        result.cells[program.stem] = row
        for name, cell in row.items():
            if cell.note and cell.note != "not written":
                print(f"bench: {program.stem} not timed on {name}: {cell.note}", file=sys.stderr)
        if sys.stderr.isatty():
            print(f"bench: {len(result.cells)} of {len(programs)}: {program.stem}", file=sys.stderr)
    return result
