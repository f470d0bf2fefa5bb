"""Third-party Lua programs do on Moonquakes what they do on the reference.

Opt-in: they are not in the repository, ``./dev programs fetch`` brings them.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def load_runner() -> ModuleType:
    spec = importlib.util.spec_from_file_location("real_programs_run", Path(__file__).parent / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


run = load_runner()


@pytest.mark.programs
@pytest.mark.parametrize("program", [p for p in run.PROGRAMS if not p.slow], ids=lambda program: program.name)
def test_program(program: run.Program) -> None:  # type: ignore[name-defined]  # loaded by path
    if not run.available(program):
        pytest.skip("third-party programs are not here; ./dev programs fetch brings them")
    ours = run.run_program(program, run.moonquakes_command())
    theirs = run.run_program(program, run.reference_command())
    assert run.complaints(program, ours, theirs) == []


def test_a_difference_is_a_complaint() -> None:
    program = run.Program("invented", "none", "x.lua", "done")
    same = run.Outcome(0, "table: 0x55d0aabbcc\ndone in 0.05 seconds\n", 1.0)
    other = run.Outcome(0, "table: 0x7fd0aabbcc\ndone in 1.25 seconds\n", 1.0)
    assert run.complaints(program, same, other) == []
    assert run.complaints(program, run.Outcome(0, "table: nil\ndone\n", 1.0), other) != []
    assert run.complaints(program, run.Outcome(1, same.output, 1.0), other) == [
        "exit status 1 on Moonquakes, 0 on the reference"
    ]
    assert run.complaints(program, run.Outcome(0, "", 1.0), run.Outcome(0, "", 1.0)) != []
