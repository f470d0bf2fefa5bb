"""The conformance cases: Moonquakes and the reference both print what the cases say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


def load_runner() -> ModuleType:
    path = Path(__file__).parent.parent / "conformance" / "run.py"
    spec = importlib.util.spec_from_file_location("conformance_run", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


run = load_runner()


@pytest.mark.parametrize("engine", ["vm", "fast"])
@pytest.mark.parametrize("name", run.case_names())
def test_moonquakes_prints_what_the_case_says(name: str, engine: str) -> None:
    assert run.compare(name, run.moonquakes_runner(engine)) == ""


@pytest.mark.parametrize("name", run.case_names())
def test_the_case_says_what_the_reference_prints(name: str) -> None:
    pytest.importorskip("lupa.lua54", reason="lupa, the reference Lua, is not installed")
    assert run.compare(name, run.reference_runner()) == ""


def test_a_wrong_output_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "read_case", lambda name: "print(1) --> 1\nprint(2, 3) --> 2 4\n-->\n")
    difference = run.compare("invented", lambda source, name: "1\n2\t3\n")
    assert "-2 4" in difference
    assert "+2 3" in difference
    assert run.compare("invented", lambda source, name: "1\n2\t4\n") == ""


def test_checked_mode_compares_all_that_is_left_of_a_program(tmp_path: Path) -> None:
    program = tmp_path / "program.lua"
    program.write_text("print(1, {}) io.stderr:write('no\\n') os.exit(3)")
    end = run.run_program(program, "vm")
    assert end == ("1\ttable: ADDRESS\n", "no\n", 3)
    assert run.check(program) == ""

    def other(**changes: object) -> str:
        ends = {"vm": end, "fast": end._replace(**changes)}
        return str(run.check(program, lambda path, engine: ends[engine]))

    assert other() == ""
    assert "-1\ttable: ADDRESS\n+2\n" in other(output="2\n")
    assert "-no\n+yes\n" in other(errors="yes\n")
    assert other(status=1) == "exit status on vm: 3, on fast: 1\n"


def test_checked_mode_stops_at_the_first_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "CASES", tmp_path)
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.lua").write_text("print(1) --> 1\n")
    looked_at = []

    def check(path: Path) -> str:
        looked_at.append(path.stem)
        return "they differ\n" if path.stem == "b" else ""

    monkeypatch.setattr(run, "check", check)
    monkeypatch.setenv("MOONQUAKES_CHECK", "1")
    assert run.main([]) == 1
    assert looked_at == ["a", "b"]
    assert capsys.readouterr().out == "DIFFERS b\nthey differ\n"
    monkeypatch.setenv("MOONQUAKES_CHECK", "")
    assert run.main([]) == 0
    assert looked_at == ["a", "b"]


def test_an_error_of_a_case_is_printed() -> None:
    assert run.moonquakes_runner("fast")("print(1) error('no')", "case.lua") == "1\nerror: case.lua:1: no"
