"""The benchmark's runner: it times only what prints the right thing, and says what it leaves out."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def lua(need_tool: Callable[[str], str]) -> str:
    return need_tool("lua5.4")


def run_bench(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench.run", *arguments, "--rounds", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_ratios_memory_and_the_mean_of_a_right_program(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    done = run_bench("sieve", "calls", "--small", "--sides", "vm,python", "--json", figures)
    assert done.returncode == 0, done.stderr
    data = json.loads(figures.read_text())
    assert set(data["programs"]) == {"calls", "sieve"}
    for row in data["programs"].values():
        for side in ("lua", "vm", "python"):
            assert row[side]["note"] == ""
            assert row[side]["ratio"] > 0
            assert len(row[side]["seconds"]) == 1
            assert side == "lua" or row[side]["peak"] > 1000  # C Lua may end before anybody looks
    assert data["geometric_mean"]["lua"] == 1
    assert data["start_up"].keys() == {"lua", "vm", "python"}
    assert "geometric mean" in done.stdout


def test_a_wrong_output_is_reported_not_timed_and_an_error(tmp_path: Path) -> None:
    program = tmp_path / "address.lua"
    program.write_text("print('same')\nprint(print)\n")
    done = run_bench(program, "--sides", "vm")
    assert done.returncode == 1
    assert "address not timed on vm: line 2: printed" in done.stderr
    assert "WRONG" in done.stdout


def test_a_program_that_fails_is_reported_and_an_error(tmp_path: Path) -> None:
    program = tmp_path / "failing.lua"
    program.write_text("error('no')\n")
    done = run_bench(program, "--sides", "vm")
    assert done.returncode == 1
    assert "failing not timed on lua: ended with status 1" in done.stderr


def test_a_program_without_a_python_twin_is_left_out_and_no_error(tmp_path: Path) -> None:
    program = tmp_path / "lonely.lua"
    program.write_text("print(1)\n")
    done = run_bench(program, "--sides", "python", "--markdown")
    assert done.returncode == 0
    assert "| `lonely` |" in done.stdout


@pytest.mark.parametrize("arguments", [["nothing"], ["sieve", "--sides", "nobody"]])
def test_unknown_names_are_refused(arguments: list[str]) -> None:
    done = run_bench(*arguments)
    assert done.returncode == 1
    assert f"there is no {'side nobody' if 'sieve' in arguments else 'program nothing'}" in done.stderr


def test_the_warm_driver_prints_what_one_run_prints(lua: str) -> None:
    program = ROOT / "bench" / "programs" / "globals.lua"
    once = subprocess.run([lua, program, "5"], capture_output=True, text=True, check=True)
    warm = subprocess.run(
        [lua, ROOT / "bench" / "warm.lua", program, "5"], capture_output=True, text=True, check=True
    )
    assert warm.stdout == once.stdout
    assert float(warm.stderr) >= 0


@pytest.mark.parametrize(
    ("output", "same"),
    [("sum -123 x1\n", True), ("sum 9.5e7 x1\n", True), ("total 5 x1\n", False), ("sum 5 x1\nmore\n", False)],
)
def test_other_numbers_are_told_from_other_output(
    output: str, same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT)
    suite = importlib.import_module("bench.suite")
    run = importlib.import_module("bench.process").Run
    done = run(output.encode(), "", 0.1, 1, 0)
    assert suite.same_but_for_numbers(done, b"sum 4171 x1\n") is same
