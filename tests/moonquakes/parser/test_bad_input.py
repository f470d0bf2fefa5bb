"""Whatever bytes ``load`` gets: a function or Lua's own error, the reference's, and nothing else.

The official suite, whose files are cut and mutated here, is taken from where ``conformance/official.py``
puts it, or from the folder that the environment variable MOONQUAKES_SUITE names.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lupa.lua54 import LuaRuntime

from moonquakes.bytecode.dump import dump
from moonquakes.bytecode.proto import Proto
from moonquakes.compiler import compile_source
from moonquakes.errors import LuaError, LuaSyntaxError
from moonquakes.vm.load import load_chunk
from moonquakes.vm.state import State

_load: Callable[[str], str | None] = LuaRuntime(encoding="latin-1").eval(
    "function(source) local _, message = load(source, '=x') return message end"
)


def reference(source: str) -> str | None:
    """Return the reference's message, None when it accepts the text."""
    message = _load(source)
    # An overflow passes the host's message handler, which adds a traceback.
    return message if message is None else message.partition("\nstack traceback:")[0]


def ours(source: str) -> str | None:
    try:
        load_chunk(source, "=x")
    except LuaSyntaxError as error:
        message: str = error.value
        return message
    return None


def test_every_text_of_up_to_two_bytes() -> None:
    characters = [chr(byte) for byte in range(256)]
    texts = ["", *characters, *map("".join, product(characters, repeat=2))]
    assert len(texts) == 65_793
    wrong = [text for text in texts if ours(text) != reference(text)]
    assert wrong == []


# The official suite, cut and mutated

_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
#: Mutations of all files together, prefixes of each file, and how much of a file is taken at most.
MUTATIONS, PREFIXES, LONGEST = (10_000, 200, 1_000_000) if _LONG else (150, 2, 6_000)


def suite_files() -> list[Path]:
    folder = os.environ.get("MOONQUAKES_SUITE")
    found = Path(folder) if folder else Path(__file__).parents[3] / ".cache" / "official-suite-5.4.8"
    return sorted(found.glob("*.lua"))


@pytest.fixture(scope="module")
def suite() -> list[str]:
    """Return the texts of the official suite's files."""
    files = suite_files()
    if not files:
        pytest.skip("the official test suite is not there: set MOONQUAKES_SUITE to its folder")
    return [file.read_text("latin-1").removeprefix("#")[:LONGEST] for file in files]


def test_prefixes_of_the_suite(suite: list[str]) -> None:
    chance = random.Random(1)
    for text in suite:
        for _ in range(PREFIXES):
            prefix = text[: chance.randrange(len(text))]
            assert ours(prefix) == reference(prefix), prefix[-200:]


def mutations(chance: random.Random, texts: list[str], count: int) -> Iterator[str]:
    """Yield texts with a few bytes changed, dropped, doubled, or pieces of them exchanged."""
    for _ in range(count):
        text = chance.choice(texts)
        for _ in range(chance.randrange(1, 4)):
            start = chance.randrange(len(text))
            end = min(len(text), start + chance.choice((0, 1, 1, 2, 10)))
            other = chance.randrange(len(text))
            piece = chance.choice(
                ("", chr(chance.randrange(256)), text[start:end] * 2, text[other : other + 10])
            )
            text = text[:start] + piece + text[end:]
        yield text


def test_mutations_of_the_suite(suite: list[str]) -> None:
    for text in mutations(random.Random(2), suite, MUTATIONS):
        mine, theirs = ours(text), reference(text)
        if mine != theirs:
            line = int((theirs or mine or "").split(":")[1])
            around = text.split("\n")[max(line - 3, 0) : line + 1]
            assert mine == theirs, around


# Nesting

NESTS = {
    "parentheses": ("(", "1", ")", "return "),
    "tables": ("{", "", "}", "return "),
    "keys": ("{[", "1", "]=1}", "return "),
    "functions": ("function() return ", "1", " end", "return "),
    "blocks": ("do ", "", " end", ""),
    "loops": ("while x do ", "", " end", ""),
    "conditions": ("if x then ", "", " end", ""),
    "for loops": ("for i = 1, 2 do ", "", " end", ""),
    "local functions": ("local function f() ", "", " end", ""),
    "negations": ("- ", "x", "", "return "),
    "nots": ("not ", "x", "", "return "),
    "concatenations": ("x .. ", "x", "", "return "),
    "powers": ("x ^ ", "x", "", "return "),
    "additions": ("x + ", "x", "", "return "),
    "conjunctions": ("x and ", "x", "", "return "),
    "index chains": ("", "x", "[1]", "return "),
    "fields": ("", "x", ".y", "return "),
    "calls": ("", "f", "()", "return "),
    "calls with calls": ("f(", "", ")", "return "),
    "methods": ("", "f", ":m()", "return "),
    "strings": ("", "f", "'s'", "return "),
    "labels": ("::", "a", "::", ""),
    "targets": ("a, ", "a", "", ""),
    "clauses": ("if x then else", "if x then ", " end", ""),
    "repeats": ("repeat ", "", " until x", ""),
}


#: What takes the reference time that grows with the square of the depth, and a depth it is given instead.
QUADRATIC_IN_REFERENCE = {"clauses": 5_000, "conjunctions": 5_000}


@pytest.mark.parametrize("depth", [200, 100_000])
@pytest.mark.parametrize("name", NESTS)
def test_nests(name: str, depth: int) -> None:
    opening, middle, closing, before = NESTS[name]
    there = min(depth, QUADRATIC_IN_REFERENCE.get(name, depth))
    for closings in (1, 0):
        source, shorter = (
            before + opening * count + (middle + closing * count) * closings for count in (depth, there)
        )
        assert ours(source) == reference(shorter)


# Binary chunks


def binary(source: str) -> str:
    return dump(compile_source(source, "=x"), strip=False).decode("latin-1")


CHUNKS = [
    binary(source)
    for source in (
        "return 1",
        "local a <const>, b = 1, 'two' for i = 1, 10 do b = b .. i end return function(...) return b end",
        "local t = {1, 2, x = 3.5} for k, v in pairs(t) do if v then goto on end t[k] = k ::on:: end",
        "local x <close> = nil; return x or not x, 1 << 3, t.a.b:c(2 ^ 0.5)",
    )
]


def run_binary(chunk: str) -> None:
    """Load a chunk that may be wrong; one that is accepted may fail, but only with Lua's errors."""
    try:
        proto = load_chunk(chunk, "=x")
    except LuaSyntaxError:
        return
    assert isinstance(proto, Proto)
    state = State()
    function = state.closure(proto, state.globals)
    left = [2000]

    class StopError(Exception):
        """The chunk runs for long."""

    def observe(frame: object, pc: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise StopError

    state.observer = observe
    state.watchers += 1
    with suppress(LuaError, StopError):
        state.call(function)


@given(st.binary(max_size=60))
def test_random_binary_chunks(data: bytes) -> None:
    run_binary("\x1b" + data.decode("latin-1"))
    run_binary("\x1bLua" + data.decode("latin-1"))


@given(st.sampled_from(CHUNKS), st.randoms(use_true_random=False))
def test_corrupted_binary_chunks(chunk: str, chance: random.Random) -> None:
    for text in mutations(chance, [chunk], 5):
        run_binary(text)
        position = chance.randrange(len(chunk))
        run_binary(chunk[:position])
        run_binary(chunk[:position] + chr(chance.randrange(256)) + chunk[position + 1 :])
