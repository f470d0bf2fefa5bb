"""Runs lupa's own test suite on Moonquakes and prints what passed.

``./dev lupa-suite`` fetches the source distribution of lupa by name into ``.cache``, lets
:mod:`moonquakes.lupa_compat` stand for lupa and its Lua 5.4, and runs ``lupa/tests/test.py`` and the examples
of ``README.rst`` against it, each in a process of its own.  What cannot pass is listed in
``lupa_exceptions.toml`` with its reason; a test that is listed and passes is a failure, too.
"""

from __future__ import annotations

import argparse
import doctest
import importlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import types
import unittest
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from moonquakes.vm.engine import VARIABLE, Engine, chosen_engine

ROOT: Final = Path(__file__).resolve().parent.parent
EXCEPTIONS: Final = Path(__file__).parent / "lupa_exceptions.toml"
PACKAGE: Final = "lupa==2.8"
CACHE: Final = ROOT / ".cache" / "lupa-suite-2.8"
#: What of the distribution the suite needs.
_INSIDE: Final = ("/lupa/tests/", "/README.rst", "/LICENSE.txt")
#: Where the tests of one Lua are; the others of the suite's classes are of another.
MODULE: Final = "lua54"


@dataclass
class Result:
    """What became of the tests, by name."""

    passed: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


def fetch() -> Path:
    """Return the folder of the suite, downloading it when it is not there yet."""
    if not (CACHE / "lupa" / "tests" / "test.py").exists():
        print(f"fetching the source of {PACKAGE}", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            download = ("download", "--quiet", "--no-binary", "lupa", "--no-deps")
            subprocess.run([sys.executable, "-m", "pip", *download, "--dest", folder, PACKAGE], check=True)
            (archive,) = Path(folder).glob("*.tar.gz")
            extract(archive, CACHE)
    return CACHE


def extract(archive: Path, target: Path) -> None:
    """Put the tests that a distribution carries into ``target``."""
    with tempfile.TemporaryDirectory(dir=_made(target.parent)) as folder, tarfile.open(archive) as tar:
        members = [
            member
            for member in tar
            if any(f"/{member.name.partition('/')[2]}".startswith(inside) for inside in _INSIDE)
        ]
        # Before Python 3.11.4 there is no filter.
        safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        tar.extractall(folder, members, **safely)
        (top,) = Path(folder).iterdir()
        top.replace(target)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def read_exceptions(path: Path = EXCEPTIONS) -> dict[str, str]:
    """Return why a test cannot pass, by its name."""
    return {
        name: entry["reason"]
        for entry in tomllib.loads(path.read_text("utf-8"))["exception"]
        for name in entry["tests"]
    }


# In the process of the tests


def run_here(suite: Path) -> Result:
    """Run the tests in this process, which has not imported lupa."""
    from moonquakes import lupa_compat

    lupa_compat.install()
    lupa_compat.__path__.append(str(suite / "lupa"))
    # Its __init__ would look for other Luas beside it, which are not there.
    package = types.ModuleType("lupa.tests")
    package.__path__ = [str(suite / "lupa" / "tests")]

    class LupaTestCase(unittest.TestCase):
        lupa = lupa_compat

    package.LupaTestCase = LupaTestCase  # type: ignore[attr-defined]  # what the tests import
    sys.modules["lupa.tests"] = package
    tests = importlib.import_module("lupa.tests.test")
    cases = [
        case
        for name, case in vars(tests).items()
        if isinstance(case, type)
        and issubclass(case, unittest.TestCase)
        and case.__module__ == tests.__name__
    ]
    result = Result()
    for case in cases:
        # These count Python's objects before and after: chunks that are compiled once must be there.
        if case.__name__ == "TestLuaRuntimeRefcounting":
            unittest.defaultTestLoader.loadTestsFromTestCase(case).run(unittest.TestResult())
        _run(unittest.defaultTestLoader.loadTestsFromTestCase(case), result)
    _run([_readme(suite)], result)
    return result


def _readme(suite: Path) -> unittest.TestCase:
    """Return the examples of the README as a test; the one Lua there is runs those of the others."""
    text = (suite / "README.rst").read_text("utf-8").replace("lua52", MODULE)
    text = text.partition("Importing Lua binary modules\n----")[0]
    examples = doctest.DocTestParser().get_doctest(text, {}, "README.rst", "README.rst", 0)
    return doctest.DocTestCase(examples)


def _run(tests: Iterable[unittest.TestCase | unittest.TestSuite], into: Result) -> None:
    for test in _flat(tests):
        outcome = unittest.TestResult()
        test.run(outcome)
        name = (
            "README.rst"
            if isinstance(test, doctest.DocTestCase)
            else test.id().removeprefix("lupa.tests.test.")
        )
        problems = [text for _, text in (*outcome.failures, *outcome.errors)]
        if problems:
            into.failed[name] = "\n".join(problems)
        elif outcome.skipped:
            into.skipped[name] = outcome.skipped[0][1]
        else:
            into.passed.append(name)


def _flat(tests: Iterable[unittest.TestCase | unittest.TestSuite]) -> Iterator[unittest.TestCase]:
    for test in tests:
        if isinstance(test, unittest.TestSuite):
            yield from _flat(test)
        else:
            yield test


# In the process of the runner


def run(suite: Path, python: str, engine: Engine, limit: float) -> Result:
    """Run the tests in a process of their own."""
    command = [python, str(Path(__file__).resolve()), "--here", str(suite)]
    environment = {**os.environ, VARIABLE: engine, "PYTHONPATH": str(ROOT)}
    process = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, timeout=limit, check=False, text=True, cwd=suite
    )
    lines = process.stdout.splitlines()
    if process.returncode or not lines:
        raise RuntimeError(f"the tests ended with status {process.returncode}")
    return Result(**json.loads(lines[-1]))


def judge(result: Result, exceptions: dict[str, str]) -> list[str]:
    """Return what is wrong: tests that fail and are not listed, and listed ones that do not fail."""
    faults = [f"{name} failed:\n{text}" for name, text in result.failed.items() if name not in exceptions]
    faults += [
        f"{name} is listed as an exception and {'passed' if name in result.passed else 'did not run'}"
        for name in exceptions
        if name not in result.failed
    ]
    return faults


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev lupa-suite", description="Run lupa's test suite on Moonquakes."
    )
    parser.add_argument(
        "--suite", type=Path, metavar="PATH", help="lupa's source distribution (default: fetched)"
    )
    parser.add_argument("--engine", choices=["vm", "fast"], help="the engine (default: as elsewhere)")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that runs the tests")
    parser.add_argument("--time-limit", type=float, default=300, metavar="SECONDS", help="for all of them")
    parser.add_argument("--here", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.here is not None:
        print(json.dumps(vars(run_here(options.here))))
        return 0

    suite = options.suite.resolve() if options.suite else fetch()
    exceptions = read_exceptions()
    engine = chosen_engine(options.engine)
    start = time.monotonic()
    result = run(suite, options.python, engine, options.time_limit)
    faults = judge(result, exceptions)
    for fault in faults:
        print(fault)
    for name, reason in exceptions.items():
        print(f"exception: {name}: {reason}")
    for reason in sorted(set(result.skipped.values())):
        count = sum(value == reason for value in result.skipped.values())
        print(f"skipped by the suite itself: {count} tests: {reason}")
    listed = sum(name in exceptions for name in result.failed)
    print(
        f"{len(result.passed)} tests passed on {engine}, {len(result.failed) - listed} failed, "
        f"{listed} listed as exceptions, {len(result.skipped)} skipped in {time.monotonic() - start:.0f} s"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
