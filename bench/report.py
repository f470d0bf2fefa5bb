"""How is a result of the benchmark shown? As text, as Markdown for the documentation, or as JSON."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from statistics import median
from typing import Any

from bench.sides import REFERENCE
from bench.suite import Cell, Result


def megabytes(peak: int) -> str:
    return f"{peak / 1024:.0f}" if peak else "-"


def ratio_text(cell: Cell) -> str:
    if cell.ratio is not None:
        return f"{cell.ratio:.2f}{'~' if cell.differs else ''}"
    return "WRONG" if cell.fault else "-"


def table(result: Result) -> list[list[str]]:
    """Return the table's cells: for C Lua seconds, for the others ratios, and MB of memory beside each."""
    others = [side for side in result.sides if side.name != REFERENCE]
    rows = [["program", "C Lua s", "MB"]]
    for side in others:
        rows[0] += [side.name, "MB"]
    for program, row in result.cells.items():
        reference = row[REFERENCE]
        seconds = f"{median(reference.seconds):.3f}" if reference.seconds else ratio_text(reference)
        line = [program, seconds, megabytes(reference.peak)]
        for side in others:
            line += [ratio_text(row[side.name]), megabytes(row[side.name].peak)]
        rows.append(line)
    for label, choose in (("geometric mean", None), ("largest", max)):
        line = [label, "", ""]
        for side in others:
            ratios = result.ratios(side.name)
            value = result.mean(side.name) if choose is None else choose(ratios, default=None)
            line += ["-" if value is None else f"{value:.2f}", ""]
        rows.append(line)
    start = ["an empty program"]
    for side in result.sides:
        known = side.name in result.start_up
        start.append(f"{result.start_up[side.name]:.3f}s" if known else "-")
        start.append(megabytes(result.start_peak[side.name]) if known else "-")
    rows.append(start)
    return rows


def notes(result: Result) -> list[str]:
    lines = [f"{side.name}: {side.label}, times C Lua's time" for side in result.sides[1:]]
    lines += [f"{name} is not available: {reason}" for name, reason in result.missing.items()]
    for side in result.sides:
        wrong = [
            program for program, row in result.cells.items() if row[side.name].note not in ("", "not written")
        ]
        if any(row[side.name].differs for row in result.cells.values()):
            lines.append("~: printed other numbers, since its integers are narrower")
        if wrong:
            lines.append(f"{side.name} not timed, other output: {', '.join(wrong)}")
    return lines


def heading(result: Result) -> str:
    return (
        f"{platform.python_implementation()} {platform.python_version()}, {result.rounds} rounds, "
        "processor time without start-up"
    )


def as_text(result: Result) -> str:
    rows = table(result)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [heading(result), ""]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join([*lines, "", *notes(result)])


def as_markdown(result: Result) -> str:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    first, *rest = table(result)
    rule = line(["---", *["---:"] * (len(first) - 1)])
    body = [line([f"`{row[0]}`" if row[0] in result.cells else row[0], *row[1:]]) for row in rest]
    return "\n".join(
        [f"{heading(result)}.", "", line(first), rule, *body, "", *(f"- {n}" for n in notes(result))]
    )


def as_json(result: Result) -> str:
    """Return everything: seconds of each round, peak KiB, ratios and notes by program and side."""
    data: dict[str, Any] = {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "rounds": result.rounds,
        "missing": result.missing,
        "start_up": result.start_up,
        "start_peak": result.start_peak,
        "geometric_mean": {side.name: result.mean(side.name) for side in result.sides},
        "programs": {
            program: {
                name: {
                    "seconds": cell.seconds,
                    "peak": cell.peak,
                    "ratio": cell.ratio,
                    "note": cell.note,
                    "differs": cell.differs,
                }
                for name, cell in row.items()
            }
            for program, row in result.cells.items()
        },
    }
    return json.dumps(data, indent=1)
