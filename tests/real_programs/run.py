"""Runs third-party Lua programs on Moonquakes and on the reference, and compares exit status and output.

``./dev programs fetch`` clones them into ``.cache/programs``; ``./dev programs [NAME...]`` runs them.
``MOONQUAKES_PROGRAMS`` names another folder that holds the clones.  None of their code is part of
this repository.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
FOLDER: Final = Path(os.environ.get("MOONQUAKES_PROGRAMS") or HERE.parent.parent / ".cache" / "programs")

#: Where each comes from, at the commit that was tried.
REPOSITORIES: Final = {
    "json.lua": ("https://github.com/rxi/json.lua", "dbf4b2dd2eb7c23be2773c89eb059dadd6436f94"),
    "inspect.lua": ("https://github.com/kikito/inspect.lua", "a8ca3120dfec48801036eaeff9335ab7a096dd24"),
    "middleclass": ("https://github.com/kikito/middleclass", "aa8f88b31715d7a58cc52d4bc6721d55e6c84f92"),
    "serpent": ("https://github.com/pkulchenko/serpent", "139fc18263bc5ffecc1729147891f1eb383046bf"),
    "luaunit": ("https://github.com/bluebird75/luaunit", "9678c933e71cb26adcdfa6cf1baceb926398eb48"),
}

#: What differs from run to run on the reference too: addresses, durations, the order of pairs.
VARYING: Final = [
    (re.compile(r"0x[0-9a-f]{6,16}"), "ADDRESS"),
    (re.compile(r"\d+(?:\.\d+)?(?:e-\d+)?(?= ?s(?:econds)?\b)"), "TIME"),
    (re.compile(r"\[x *[\d.e+-]+\]"), "[xRATIO]"),
    (re.compile(r"^full: .*$", re.MULTILINE), "full: (in the order of pairs)"),
]


@dataclass(frozen=True)
class Program:
    """One program: what to run, in which folder of which repository.

    Attributes:
        expected: a text that the output must hold, so that two empty outputs do not agree.
        files: files to put into the folder beforehand, by name.
        slow: runs for more than some seconds; left out unless it is named.
    """

    name: str
    repository: str
    script: str
    expected: str
    folder: str = "."
    arguments: tuple[str, ...] = ()
    lua_path: str = ";;"
    files: dict[str, str] = field(default_factory=dict)
    slow: bool = False


#: The benchmark of json.lua compares it with three other libraries, which it would download;
#: json.lua itself stands in for them, behind the interface that the benchmark expects of them.
_STAND_INS: Final = {
    "dkjson.lua": 'return loadfile("../json.lua")()\n',
    "json4lua.lua": 'return loadfile("../json.lua")()\n',
    "jfjson.lua": 'local json = loadfile("../json.lua")()\n'
    "return { encode = function(_, v) return json.encode(v) end, "
    "decode = function(_, s) return json.decode(s) end }\n",
}
_BUSTED: Final = str(HERE / "busted.lua")

PROGRAMS: Final = [
    Program("json-tests", "json.lua", "test.lua", "[pass] encode escape", folder="test"),
    Program(
        "json-benchmark",
        "json.lua",
        "bench_all.lua",
        "jfjson.lua",
        folder="bench",
        files=_STAND_INS,
        slow=True,
    ),
    Program("inspect-specs", "inspect.lua", _BUSTED, " 0 failed", arguments=("spec/inspect_spec.lua",)),
    Program(
        "middleclass-specs",
        "middleclass",
        _BUSTED,
        "130 passed, 2 failed",  # Lua 5.4 has no __ipairs
        arguments=tuple(
            f"spec/{name}_spec.lua"
            for name in ("class", "classes", "default_methods", "instances", "metamethods", "mixins")
        ),
    ),
    Program("serpent-tests", "serpent", "test.lua", "pretty: {", folder="t", lua_path="../src/?.lua;;"),
    Program("luaunit-tests", "luaunit", "run_unit_tests.lua", "214 successes, 0 failures"),
]


@dataclass(frozen=True)
class Outcome:
    status: int
    output: str
    seconds: float


def run_program(program: Program, command: Sequence[str]) -> Outcome:
    """Run a program with an interpreter's command, in a copy of its repository."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / program.repository
        shutil.copytree(FOLDER / program.repository, copy, ignore=shutil.ignore_patterns(".git"))
        folder = copy / program.folder
        for name, text in program.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        started = time.perf_counter()
        done = subprocess.run(
            [*command, program.script, *program.arguments],
            cwd=folder,
            env={**os.environ, "LUA_PATH": program.lua_path, "LUA_INIT": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=600,
            check=False,
        )
        output = done.stdout.decode("latin-1")
    return Outcome(done.returncode, output, time.perf_counter() - started)


def settled(output: str) -> list[str]:
    """Return the lines of an output without what varies from run to run."""
    for pattern, text in VARYING:
        output = pattern.sub(text, output)
    return output.splitlines()


def moonquakes_command() -> list[str]:
    return [str(Path(sys.executable).parent / "moonquakes")]


def reference_command() -> list[str]:
    return [sys.executable, str(HERE / "reference.py")]


def complaints(program: Program, ours: Outcome, theirs: Outcome) -> list[str]:
    """Return what is wrong about the outcomes of one program, nothing when they agree."""
    found = []
    for side, outcome in (("Moonquakes", ours), ("the reference", theirs)):
        if program.expected not in outcome.output:
            found.append(f"{program.expected!r} is missing on {side}:\n{outcome.output[-2000:]}")
    if ours.status != theirs.status:
        found.append(f"exit status {ours.status} on Moonquakes, {theirs.status} on the reference")
    expected, printed = settled(theirs.output), settled(ours.output)
    difference = list(difflib.unified_diff(expected, printed, "reference", "moonquakes", n=0, lineterm=""))
    if difference:
        found.append("\n".join(difference[:60]))
    return found


def available(program: Program) -> bool:
    return (FOLDER / program.repository).is_dir()


def fetch() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (url, commit) in REPOSITORIES.items():
        target = FOLDER / name
        if not target.is_dir():
            print(f"fetching {url}")
            subprocess.run(["git", "clone", "--quiet", url, str(target)], check=True)
            subprocess.run(["git", "-C", str(target), "checkout", "--quiet", commit], check=True)
    return 0


def main(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["fetch"]:
        return fetch()
    known = ", ".join(f"{program.name}{' (slow)' if program.slow else ''}" for program in PROGRAMS)
    if arguments[:1] == ["help"]:
        print("usage: ./dev programs [fetch | NAME...]")
        print(f"programs: {known}\nWithout a name, all but the slow ones.")
        return 0
    chosen = [
        program for program in PROGRAMS if (program.name in arguments if arguments else not program.slow)
    ]
    missing = sorted({program.repository for program in chosen if not available(program)})
    if missing:
        print(f"not in {FOLDER}: {', '.join(missing)}; run: ./dev programs fetch")
    if not chosen:
        print(f"programs: {known}")
    if missing or not chosen:
        return 2
    failed = 0
    for program in chosen:
        ours, theirs = run_program(program, moonquakes_command()), run_program(program, reference_command())
        found = complaints(program, ours, theirs)
        failed += bool(found)
        verdict = "FAILED" if found else "ok    "
        print(f"{verdict} {program.name:20} {ours.seconds:7.2f} s, reference {theirs.seconds:.2f} s")
        for complaint in found:
            print(complaint.encode("latin-1", "replace").decode("utf-8", "replace"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
