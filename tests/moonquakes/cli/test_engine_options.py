"""``--engine``, ``--engine-report`` and ``--py`` of ``moonquakes``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from moonquakes.cli.moonquakes import USAGE, main

Output = pytest.CaptureFixture[bytes]
NONE = "moonquakes: engine fast: no function ran on the VM\n"


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("LUA_INIT", "LUA_INIT_5_4"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MOONQUAKES_ENGINE", "fast")
    return tmp_path


@pytest.mark.parametrize("option", [["--engine", "vm"], ["--engine=vm"]])
def test_the_engine_may_be_chosen(option: list[str], capfdbinary: Output) -> None:
    assert main([*option, "--engine-report", "-e", "print(1)"]) == 0
    assert capfdbinary.readouterr() == (b"1\n", b"moonquakes: engine vm: every function ran on the VM\n")


def test_the_option_comes_before_the_environment(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: Output
) -> None:
    monkeypatch.setenv("MOONQUAKES_ENGINE", "vm")
    assert main(["-E", "--engine-report", "-e", "x = 1"]) == 0
    assert main(["--engine", "fast", "--engine-report", "-e", "x = 1"]) == 0
    assert capfdbinary.readouterr().err.decode() == (
        "moonquakes: engine vm: every function ran on the VM\n" + NONE
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--engine", "slow", "-e", "print(1)"], "engine must be 'vm' or 'fast', not 'slow'"),
        (["--engine=VM", "-e", "print(1)"], "engine must be 'vm' or 'fast', not 'VM'"),
        (["--engine"], "'--engine' needs argument"),
        (["--engine="], "'--engine' needs argument"),
        (["--engine", "-e", "print(1)"], "'--engine' needs argument"),
        (["--engine", "fast", "--step", "x.lua"], "'--step' needs engine 'vm'"),
        (["--trace", "--engine", "fast", "x.lua"], "'--trace' needs engine 'vm'"),
        (["--py"], "'--py' needs a script"),
        (["--py", "-lmod"], "'--py' needs a script"),
        (["--py", "--step", "x.lua"], "'--py' runs nothing and does not go with '--step'"),
        (["--py", "--trace", "x.lua"], "'--py' runs nothing and does not go with '--trace'"),
        (["--py", "-i", "x.lua"], "'--py' runs nothing and does not go with '-i'"),
    ],
)
def test_wrong_use(arguments: list[str], message: str, capfdbinary: Output) -> None:
    assert main(arguments) == 1
    assert capfdbinary.readouterr() == (b"", f"moonquakes: {message}\n{USAGE}".encode())


def test_a_wrong_environment_is_a_wrong_use(monkeypatch: pytest.MonkeyPatch, capfdbinary: Output) -> None:
    monkeypatch.setenv("MOONQUAKES_ENGINE", "quick")
    assert main(["-e", "print(1)"]) == 1
    out, err = capfdbinary.readouterr()
    assert out == b""
    assert err.startswith(b"moonquakes: MOONQUAKES_ENGINE must be 'vm' or 'fast', not 'quick'\nusage: ")
    assert main(["--engine", "vm", "-e", "print(1)"]) == 0


def test_what_is_looked_at_runs_on_the_vm(capfdbinary: Output) -> None:
    Path("x.lua").write_text("print(1)")
    assert main(["--engine-report", "--trace=trace.txt", "x.lua"]) == 0
    assert capfdbinary.readouterr() == (b"1\n", b"moonquakes: engine vm: every function ran on the VM\n")
    assert "GETTABUP" in Path("trace.txt").read_text()


def test_a_report_tells_watched_functions_from_fall_backs(capfdbinary: Output) -> None:
    Path("hooks.lua").write_text("debug.sethook()")
    assert main(["--engine-report", "hooks.lua"]) == 0
    assert capfdbinary.readouterr().err.decode() == (
        "moonquakes: engine fast:\n"
        "watched on the VM: 1\n"
        "  chunk hooks.lua: its chunk names sethook\n"
        "fall-backs on the VM: none\n"
    )


@pytest.mark.parametrize(
    ("end", "status"), [("error('no', 0)", 1), ("os.exit(3)", 3), ("os.exit(4, true)", 4)]
)
def test_a_report_comes_however_the_program_ends(end: str, status: int) -> None:
    command = [sys.executable, "-m", "moonquakes.cli.moonquakes", "--engine-report", "-e", f"print(1) {end}"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (status, "1\n")
    assert done.stderr.endswith(NONE)


def test_the_python_of_a_file_and_of_statements(capfdbinary: Output) -> None:
    Path("x.lua").write_text("local total = 1 print(total + ...)")
    assert main(["--py", "-e", "return 5", "x.lua", "ignored"]) == 0
    out, err = (stream.decode() for stream in capfdbinary.readouterr())
    assert err == ""
    first, _, second = out.partition("# x.lua as Python")
    assert first.startswith("# (command line) as Python")
    assert "return 5" in first
    assert "def main(*va):" in second
    assert "S[0]" in second


def test_the_python_of_standard_input() -> None:
    command = [sys.executable, "-m", "moonquakes.cli.moonquakes", "--py", "-"]
    done = subprocess.run(command, input="return 7", capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# stdin as Python")
    assert "return 7" in done.stdout


def test_what_has_no_python(capfdbinary: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("wrong.lua").write_text("x =")
    assert main(["--py", "wrong.lua"]) == 1
    assert capfdbinary.readouterr() == (b"", b"moonquakes: wrong.lua:1: unexpected symbol near <eof>\n")
    assert main(["--py", "none.lua"]) == 1
    assert capfdbinary.readouterr() == (b"", b"moonquakes: cannot open none.lua: No such file or directory\n")

    from moonquakes.cli import python_text

    def refuse(proto: object) -> str:
        raise python_text.Untranslatable("it is Tuesday")

    monkeypatch.setattr(python_text, "python_listing", refuse)
    assert main(["--py", "-e", "x = 1"]) == 1
    expected = b"moonquakes: (command line) has no Python and runs on the VM: it is Tuesday\n"
    assert capfdbinary.readouterr() == (b"", expected)
