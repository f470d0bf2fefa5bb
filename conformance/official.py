"""Runs Lua's official test suite on Moonquakes and prints what passed.

``./dev conformance official [FILE...]`` runs the files named (``math`` or ``math.lua``), or all of
them, ``all.lua`` among them, which runs the others once more in its own wrapping.

The suite is fetched by name into ``.cache``: the source distribution of lupa carries it.  Each file
runs in a process of its own, in a copy of the suite in which the lines that ``ledger.toml`` excuses
are empty.  A file also fails when it passes over a part that the ledger does not list.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from moonquakes.vm.engine import VARIABLE, Engine, chosen_engine

ROOT: Final = Path(__file__).resolve().parent.parent
LEDGER: Final = Path(__file__).parent / "ledger.toml"
CACHE: Final = ROOT / ".cache" / "official-suite-5.4.8"

#: The source distribution with the suite, and where in it the suite lies.
CARRIER: Final = "lupa==2.8"
INSIDE: Final = "third-party/lua54/testes"

#: Modules of the suite, and the one file that fills the memory on purpose and is no part of all.lua.
NOT_TESTS: Final = ("tracegc.lua", "heavy.lua")

#: What runs a file that does not run as a script; ``all.lua`` runs it so, too.
WRAPPED: Final = {
    "big.lua": "local f = coroutine.wrap(assert(loadfile 'big.lua')) assert(f() == 'b') assert(f() == 'a')",
}

#: What a file prints when it passes over a part; without the space before it, it tells something else.
_MESSAGE: Final = re.compile(r"^ >>> (.*) <<<$", re.MULTILINE)

#: What ``all.lua`` prints at its end.
ALL_PASSED: Final = "final OK !!!"

#: A program that starts Moonquakes and that a shell can run by one name, as main.lua does.
#: It goes through sh because a ``#!`` line cannot name a path with a space.
LAUNCHER: Final = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys
sys.path.insert(0, {root!r})
from moonquakes.cli.moonquakes import main
sys.exit(main())
"""


@dataclass
class Omission:
    """A part of a file that does not run; ``lines`` are pairs of first and last line."""

    lines: list[tuple[int, int]]
    reason: str
    blanked: bool
    message: str | None = None

    def describe(self) -> str:
        ranges = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in self.lines)
        return f"{ranges}: {self.reason}" if ranges else self.reason


@dataclass
class Ledger:
    """What is left out, by file."""

    omissions: dict[str, list[Omission]] = field(default_factory=dict)

    def of(self, file: str) -> list[Omission]:
        """Return the omissions of a file; those of all files for all.lua."""
        if file == "all.lua":
            return [omission for omissions in self.omissions.values() for omission in omissions]
        return self.omissions.get(file, [])

    def apply(self, suite: Path) -> None:
        """Empty the blanked lines in a copy of the suite; the others keep their numbers."""
        for file, omissions in self.omissions.items():
            path = suite / file
            if path.exists():
                source = path.read_bytes().split(b"\n")
                for first, last in (pair for each in omissions if each.blanked for pair in each.lines):
                    source[first - 1 : last] = [b""] * (last - first + 1)
                path.write_bytes(b"\n".join(source))


@dataclass
class Outcome:
    """What became of a file: ``fault`` is None when it passed."""

    file: str
    seconds: float
    fault: str | None
    output: str


@dataclass
class Settings:
    """How files are run; ``limit`` is in seconds, for all.lua three times as long."""

    python: str
    limit: float
    soft: bool = False
    portable: bool = False
    engine: Engine = "fast"


def read_ledger(path: Path = LEDGER) -> Ledger:
    tables = tomllib.loads(path.read_text("utf-8"))
    ledger = Ledger()
    for kind in ("blanked", "passed_over"):
        for entry in tables.get(kind, ()):
            lines = [_line_range(text) for text in entry["lines"]]
            omission = Omission(lines, entry["reason"], kind == "blanked", entry.get("message"))
            ledger.omissions.setdefault(entry["file"], []).append(omission)
    return ledger


def _line_range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def fetch() -> Path:
    """Return the folder of the suite, downloading it when it is not there yet."""
    if not (CACHE / "all.lua").exists():
        print(f"fetching the suite with the source of {CARRIER}", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            download = ("download", "--quiet", "--no-binary", "lupa", "--no-deps")
            subprocess.run([sys.executable, "-m", "pip", *download, "--dest", folder, CARRIER], check=True)
            (archive,) = Path(folder).glob("*.tar.gz")
            extract(archive, CACHE)
    return CACHE


def extract(archive: Path, target: Path) -> None:
    """Put the suite that an archive carries into ``target``, whole or not at all."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(archive) as tar:
        members = [member for member in tar if f"/{INSIDE}/" in member.name]
        # Before Python 3.11.4 there is no filter.
        safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        tar.extractall(folder, members, **safely)
        (top,) = Path(folder).iterdir()
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.move(top / INSIDE, part)
        part.replace(target)


def test_files(suite: Path) -> list[str]:
    """Return the names of the suite's tests, all.lua first because it takes longest."""
    names = sorted(path.name for path in suite.glob("*.lua") if path.name not in NOT_TESTS)
    return sorted(names, key=lambda name: name != "all.lua")


def run_file(suite: Path, file: str, ledger: Ledger, settings: Settings) -> Outcome:
    """Run one file in a copy of the suite."""
    with tempfile.TemporaryDirectory(prefix="lua-suite-") as folder:
        copy = Path(folder, "suite")
        shutil.copytree(suite, copy)
        ledger.apply(copy)
        launcher = Path(folder, "moonquakes")
        launcher.write_text(LAUNCHER.format(python=settings.python, root=str(ROOT)), "utf-8")
        launcher.chmod(0o755)
        flags = f"_port = {str(settings.portable).lower()} _soft = {str(settings.soft).lower()}"
        what = ["-e", WRAPPED[file]] if file in WRAPPED else [file]
        limit = settings.limit * (3 if file == "all.lua" else 1)
        log = Path(folder, "output")
        start = time.monotonic()
        status = _run([str(launcher), "-W", "-e", flags, *what], copy, log, limit, settings.engine)
        seconds = time.monotonic() - start
        output = log.read_text("latin-1")
    return Outcome(file, seconds, _fault(file, status, output, ledger, limit), output)


def _run(command: list[str], folder: Path, log: Path, limit: float, engine: Engine) -> int | None:
    """Run a command with its output in a file; return its status, None when its time was up."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LUA_")}
    environment[VARIABLE] = engine  # for the programs that the file starts, too
    # An empty pipe as standard input: the suite wants one that cannot seek.
    empty, writer = os.pipe()
    os.close(writer)
    with log.open("wb") as stream, open(empty, "rb") as standard_input:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=standard_input,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            # The file may have started others: they share its group and nobody else does.
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _fault(file: str, status: int | None, output: str, ledger: Ledger, limit: float) -> str | None:
    if status is None:
        return f"still running after {limit:.0f} s{_last_file(file, output)}"
    if status != 0:
        return _failure(file, status, output) + _last_file(file, output)
    if file == "all.lua" and ALL_PASSED not in output:
        return f"ended without '{ALL_PASSED}'" + _last_file(file, output)
    for message in messages(output):
        if not any(each.message is not None and message == each.message for each in ledger.of(file)):
            return f"passed over a part that the ledger does not list: {message}"
    return None


def messages(output: str) -> Iterator[str]:
    """Yield what a file printed of the parts it passed over."""
    for match in _MESSAGE.finditer(output):
        yield " ".join(match[1].split())


def _failure(file: str, status: int, output: str) -> str:
    """Say where in the file it failed: at the error, or else where its main chunk was."""
    name = re.escape(file) if file != "all.lua" else r"\w+\.lua"
    at_error = re.search(rf"^\S*moonquakes: ({name}):(\d+): (.*)$", output, re.MULTILINE)
    if at_error:
        return f"failed at {_place(at_error, file)}: {at_error[3]}"
    in_chunk = re.search(rf"^\t({name}):(\d+): in (?:main chunk|function <.*:0>)", output, re.MULTILINE)
    message = re.search(r"^\S*moonquakes: (.*)$", output, re.MULTILINE)
    text = message[1] if message else f"exit status {status}"
    return f"failed at {_place(in_chunk, file)}: {text}" if in_chunk else f"failed: {text}"


def _place(match: re.Match[str], file: str) -> str:
    return f"line {match[2]}" if match[1] == file else f"{match[1]}, line {match[2]}"


def _last_file(file: str, output: str) -> str:
    """Name the file that all.lua had come to."""
    reports = re.findall(r"^\*{5} FILE '(.*)'\*{5}$", output, re.MULTILINE) if file == "all.lua" else []
    return f" (in {reports[-1]})" if reports else ""


def report(outcome: Outcome, ledger: Ledger) -> str:
    """Return a file's rows of the table."""
    row = f"{outcome.file:<16}{outcome.seconds:>7.1f} s  {outcome.fault or 'passed'}"
    if outcome.file == "all.lua":
        return row
    return "\n".join(
        [row]
        + [
            f"    {'left out' if omission.blanked else 'passes over'} {omission.describe()}"
            for omission in ledger.of(outcome.file)
        ]
    )


def _show(outcome: Outcome, ledger: Ledger, folder: Path | None) -> Outcome:
    print(report(outcome, ledger), flush=True)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{outcome.file}.txt").write_text(outcome.output, "latin-1")
    return outcome


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev conformance official", description="Run Lua's official test suite."
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="files of the suite (default: all of them)")
    parser.add_argument("--suite", type=Path, metavar="PATH", help="its folder (default: fetched)")
    parser.add_argument("--engine", choices=["vm", "fast"], help="the engine (default: as elsewhere)")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that runs the engine")
    parser.add_argument("--time-limit", type=float, default=300, metavar="SECONDS", help="for one file")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many files run at a time")
    parser.add_argument("--soft", action="store_true", help="set the suite's _soft: without what takes long")
    parser.add_argument("--portable", action="store_true", help="set its _port: without what needs a system")
    parser.add_argument("--output", type=Path, metavar="PATH", help="a folder for what the files print")
    options = parser.parse_args(arguments)

    suite = options.suite.resolve() if options.suite else fetch()
    known = test_files(suite)
    wanted = [name if name.endswith(".lua") else f"{name}.lua" for name in options.files]
    unknown = [name for name in wanted if name not in known]
    if unknown or not known:
        print(f"{suite} has no {' or '.join(unknown) or 'tests'}", file=sys.stderr)
        return 2
    python = shutil.which(options.python)
    if python is None:
        print(f"cannot run {options.python}", file=sys.stderr)
        return 2
    ledger = read_ledger()
    engine = chosen_engine(options.engine)
    settings = Settings(os.path.abspath(python), options.time_limit, options.soft, options.portable, engine)
    start = time.monotonic()
    with ThreadPoolExecutor(options.jobs) as pool:
        runs = [pool.submit(run_file, suite, file, ledger, settings) for file in wanted or known]
        outcomes = [_show(run.result(), ledger, options.output) for run in (*runs[1:], runs[0])]
    failed = sum(outcome.fault is not None for outcome in outcomes)
    count = len(wanted or known)
    print(f"{count - failed} of {count} files passed on {engine} in {time.monotonic() - start:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
