"""The runner of the official suite, on small suites made here: what it says of passing and failing files."""

from __future__ import annotations

import importlib.util
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest


def load_runner() -> ModuleType:
    path = Path(__file__).parent.parent / "conformance" / "official.py"
    spec = importlib.util.spec_from_file_location("conformance_official", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


official = load_runner()

LEDGER = """
[[blanked]]
file = "a.lua"
lines = ["2", "4-5"]
reason = "cannot pass"

[[passed_over]]
file = "a.lua"
lines = ["7-9"]
message = "no T: skipping"
reason = "needs T"
"""


@pytest.fixture
def ledger(tmp_path: Path) -> object:
    path = tmp_path / "ledger.toml"
    path.write_text(LEDGER)
    return official.read_ledger(path)


def run(tmp_path: Path, ledger: object, file: str, source: str, limit: float = 60) -> object:
    suite = tmp_path / "suite"
    suite.mkdir(exist_ok=True)
    (suite / file).write_text(source)
    settings = official.Settings(sys.executable, limit)
    outcome = official.run_file(suite, file, ledger, settings)
    assert (suite / file).read_text() == source, "the suite itself stays as it is"
    return outcome


@pytest.mark.parametrize(
    ("file", "source", "fault"),
    [
        ("b.lua", "assert(_port == false and _soft == false) print('OK')", None),
        ("b.lua", "assert(io.read() == nil and io.stdin:seek('set', 9) == nil)", None),
        ("b.lua", "print(1)\nassert(1 == 2)", "failed at line 2: assertion failed!"),
        ("b.lua", "local x\nerror('told', 0)", "failed at line 2: told"),
        ("b.lua", "x =", "failed at line 1: unexpected symbol near <eof>"),
        ("b.lua", "os.exit(3)", "failed: exit status 3"),
        (
            "b.lua",
            "print('\\n >>> no T: skipping <<<\\n')",
            "passed over a part that the ledger does not list: ",
        ),
        ("a.lua", "print('\\n >>> no T: skipping <<<\\n')", None),
        ("b.lua", "print('>>> a farewell <<<')", None),
        ("a.lua", "local x\nerror()\nx = 1\nerror(\n)\nassert(x == 1)", None),
        (
            "a.lua",
            "local x\nerror()\nx = 1\nerror(\n)\nassert(x == 2)",
            "failed at line 6: assertion failed!",
        ),
        ("big.lua", "coroutine.yield 'b' return 'a'", None),
        ("all.lua", "print('final OK !!!')", None),
        ("all.lua", "print('final')", "ended without 'final OK !!!'"),
        (
            "all.lua",
            "print(\"\\n***** FILE 'b.lua'*****\") assert(load('\\nassert(false)', '@b.lua'))()",
            "failed at b.lua, line 2: assertion failed! (in b.lua)",
        ),
    ],
)
def test_the_verdict(tmp_path: Path, ledger: object, file: str, source: str, fault: str | None) -> None:
    outcome = run(tmp_path, ledger, file, source)
    if fault is not None and fault.endswith(": "):
        assert outcome.fault == fault + "no T: skipping"
    else:
        assert outcome.fault == fault


def test_a_file_that_does_not_end_is_ended(tmp_path: Path, ledger: object) -> None:
    outcome = run(tmp_path, ledger, "b.lua", "while true do end", limit=1)
    assert outcome.fault == "still running after 1 s"


def test_the_table_tells_what_was_left_out(tmp_path: Path, ledger: object) -> None:
    outcome = official.Outcome("a.lua", 1.25, None, "")
    assert official.report(outcome, ledger).splitlines() == [
        "a.lua               1.2 s  passed",
        "    left out 2, 4-5: cannot pass",
        "    passes over 7-9: needs T",
    ]


def test_the_command_fails_when_a_file_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.lua").write_text("print('fine')")
    (tmp_path / "bad.lua").write_text("error('no')")
    (tmp_path / "heavy.lua").write_text("error('is no test')")
    suite = ["--suite", str(tmp_path)]
    assert official.main([*suite, "good"]) == 0
    assert official.main([*suite, "--output", str(tmp_path / "out")]) == 1
    assert "1 of 2 files passed" in capsys.readouterr().out
    assert (tmp_path / "out" / "good.lua.txt").read_text() == "fine\n"
    assert official.main([*suite, "unknown"]) == 2


def test_the_suite_comes_out_of_its_archive(tmp_path: Path) -> None:
    inside = tmp_path / "carrier" / official.INSIDE
    inside.mkdir(parents=True)
    (inside / "all.lua").write_text("print()")
    (tmp_path / "carrier" / "setup.py").write_text("")
    with tarfile.open(tmp_path / "carrier.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "carrier", "carrier-1.0")
    official.extract(tmp_path / "carrier.tar.gz", tmp_path / "cache" / "suite")
    assert [path.name for path in (tmp_path / "cache" / "suite").iterdir()] == ["all.lua"]


def test_the_ledger_blanks_only_what_was_agreed() -> None:
    ledger = official.read_ledger()
    blanked = {
        file: [pair for part in parts if part.blanked for pair in part.lines]
        for file, parts in ledger.omissions.items()
    }
    assert {file: lines for file, lines in blanked.items() if lines} == {
        "gc.lua": [(201, 201), (221, 223), (226, 228), (554, 556)],
        "main.lua": [(230, 232)],
    }
    assert all(part.reason for parts in ledger.omissions.values() for part in parts)
