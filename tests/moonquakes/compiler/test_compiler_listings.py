"""The code of small programs, as one reads it: ``data/listings.txt`` holds each with its listing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from moonquakes.bytecode.listing import listing
from moonquakes.compiler import compile_source

CASES = {
    name: tuple(part.strip("\n") for part in rest.split("\n--\n"))
    for name, _, rest in (
        case.partition("\n")
        for case in (Path(__file__).parent / "data" / "listings.txt").read_text().split("=== ")[1:]
    )
}


def short_listing(source: str) -> str:
    """Return a listing without pcs: ``line: OPCODE operands ; comment``; inner functions follow."""
    lines: list[str] = []
    for text in listing(compile_source(source, "=x")).splitlines():
        if text.startswith("function "):
            lines.append("function")
        elif text.startswith("\t"):
            _, _, line, opcode, *rest = text.split("\t")
            lines.append(f"{line[1:-1]}: {opcode.strip()} {' '.join(rest).strip()}".rstrip())
    return "\n".join(lines)


@pytest.mark.parametrize("name", CASES)
def test_listing(name: str, assert_same: Callable[[str], None]) -> None:
    source, expected = CASES[name]
    assert short_listing(source) == expected
    assert_same(source)
