"""``moonquakes --trace`` as a program."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from moonquakes.cli.moonquakes import Options, main, parse_options

Output = pytest.CaptureFixture[bytes]


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LUA_INIT", raising=False)
    monkeypatch.delenv("LUA_INIT_5_4", raising=False)
    return tmp_path


def instructions(trace: bytes) -> list[str]:
    return re.findall(r"^ *\[\d+\] +\d+ ([A-Z]\w*)", trace.decode(), re.MULTILINE)


def test_options() -> None:
    assert vars(parse_options(["--trace", "x"])) == {**vars(Options()), "trace": "", "script": 1}
    assert vars(parse_options(["--trace=t", "x"])) == {**vars(Options()), "trace": "t", "script": 1}


def test_the_trace_goes_to_standard_error(capfdbinary: Output) -> None:
    Path("a.lua").write_text("print(...)")
    assert main(["--trace", "a.lua", "x"]) == 0
    out, err = capfdbinary.readouterr()
    assert out == b"x\n"
    assert err.startswith(b'--> main chunk <a.lua>("x")\n')
    assert instructions(err) == ["VARARGPREP", "GETTABUP", "VARARG", "CALL", "RETURN"]


def test_the_trace_goes_to_a_file(capfdbinary: Output) -> None:
    assert main(["--trace=out.txt", "-e", "x = 1"]) == 0
    assert capfdbinary.readouterr() == (b"", b"")
    assert instructions(Path("out.txt").read_bytes()) == ["VARARGPREP", "SETTABUP", "RETURN"]


def test_a_file_that_cannot_be_written(capfdbinary: Output) -> None:
    assert main(["--trace=no/such/file", "-e", "print(1)"]) == 1
    assert capfdbinary.readouterr() == (
        b"",
        b"moonquakes: cannot open no/such/file: No such file or directory\n",
    )


def test_an_error_ends_the_trace(capfdbinary: Output) -> None:
    assert main(["--trace", "-e", "local t\nt.x = 1"]) == 1
    err = capfdbinary.readouterr().err
    assert instructions(err) == ["VARARGPREP", "LOADNIL", "SETFIELD"]
    assert b"moonquakes: (command line):2: attempt to index a nil value (local 't')\n" in err
    assert err.endswith(b"<-- main chunk <(command line)>: error\n")


def test_os_exit_loses_nothing() -> None:
    Path("a.lua").write_text("os.exit(4)")
    command = [sys.executable, "-m", "moonquakes.cli.moonquakes", "--trace", "a.lua"]
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert done.returncode == 4
    assert instructions(done.stderr)[-1] == "CALL"
    assert done.stderr.endswith(b"<-- main chunk <a.lua>: error\n")


def test_a_long_program_is_traced_whole(capfdbinary: Output) -> None:
    assert main(["--trace=t", "-e", "local n = 0 for i = 1, 1000 do n = n + i end print(n)"]) == 0
    assert capfdbinary.readouterr().out == b"500500\n"
    assert instructions(Path("t").read_bytes()).count("FORLOOP") == 1000
