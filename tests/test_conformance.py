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


@pytest.mark.parametrize("name", run.case_names())
def test_moonquakes_prints_what_the_case_says(name: str) -> None:
    assert run.compare(name, run.moonquakes_runner()) == ""


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


def test_an_error_of_a_case_is_printed() -> None:
    assert run.moonquakes_runner()("print(1) error('no')", "case.lua") == "1\nerror: case.lua:1: no"
