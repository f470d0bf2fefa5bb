"""``mqc``: options, messages and exit statuses as ``luac`` has them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from moonquakes.bytecode.dump import undump
from moonquakes.bytecode.verify import verify
from moonquakes.cli.mqc import USAGE, main

Output = pytest.CaptureFixture[bytes]


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.lua").write_text("local x = 1\nreturn x\n")
    (tmp_path / "two.lua").write_text("#!/usr/bin/lua\nprint('two', ...)\n")
    (tmp_path / "bad.lua").write_text("x =\n")
    return tmp_path


def test_listing(capfdbinary: Output) -> None:
    assert main(["-p", "-l", "one.lua"]) == 0
    out, err = capfdbinary.readouterr()
    assert out.decode() == (
        "\nmain <one.lua:0,0> (4 instructions at 0x00000001)\n"
        "0+ params, 2 slots, 1 upvalue, 1 local, 0 constants, 0 functions\n"
        "\t1\t[1]\tVARARGPREP\t0\n"
        "\t2\t[1]\tLOADI    \t0 1\n"
        "\t3\t[2]\tRETURN   \t0 2 1\t; 1 out\n"
        "\t4\t[2]\tRETURN   \t1 1 1\t; 0 out\n"
    )
    assert err == b""
    assert not Path("mqc.out").exists()


def test_full_listing_has_the_tables(capfdbinary: Output) -> None:
    assert main(["-l", "-l", "-p", "one.lua"]) == 0
    out = capfdbinary.readouterr().out.decode()
    assert "constants (0) for 0x00000001:\nlocals (1) for 0x00000001:\n\t0\tx\t3\t5\n" in out
    assert out.endswith("upvalues (1) for 0x00000001:\n\t0\t_ENV\t1\t0\n")


def test_output_goes_to_mqc_out_by_default_and_is_listed_without_files(capfdbinary: Output) -> None:
    assert main(["one.lua"]) == 0
    assert undump(Path("mqc.out").read_bytes(), "x").lines == [1, 1, 2, 2]
    assert main(["-l"]) == 0
    assert b"main <one.lua:0,0>" in capfdbinary.readouterr().out


def test_output_file_and_stripping() -> None:
    assert main(["-s", "-o", "chunk", "one.lua"]) == 0
    proto = undump(Path("chunk").read_bytes(), "x")
    assert proto.lines == []
    assert proto.local_variables == []


def test_output_to_standard_output(capfdbinary: Output) -> None:
    assert main(["-o", "-", "--", "one.lua"]) == 0
    assert undump(capfdbinary.readouterr().out, "x").source == "@one.lua"


def test_a_binary_chunk_is_read_again(capfdbinary: Output) -> None:
    assert main(["-o", "chunk", "two.lua"]) == 0
    assert main(["-l", "-p", "chunk"]) == 0
    assert b"[2]\tGETTABUP " in capfdbinary.readouterr().out


def test_several_files_run_one_after_the_other() -> None:
    lupa = pytest.importorskip("lupa.lua54", reason="the reference Lua (lupa) is not installed")
    Path("three.lua").write_text("result = (result or '') .. 'a'")
    assert main(["-o", "chunk", "three.lua", "three.lua", "one.lua"]) == 0
    data = Path("chunk").read_bytes()
    verify(undump(data, "x"), "x")
    runtime = lupa.LuaRuntime(encoding="latin-1")
    runtime.eval("function(s) assert(load(s, 'x', 'b'))() end")(data.decode("latin-1"))
    assert runtime.globals().result == "aa"


def test_standard_input() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "moonquakes.cli.mqc", "-l", "-p", "-"], input=b"x = 1", capture_output=True
    )
    assert done.returncode == 0
    assert b"\nmain <stdin:0,0> (3 instructions" in done.stdout


def test_version(capfdbinary: Output) -> None:
    assert main(["-v"]) == 0
    assert main(["-v", "-p", "one.lua"]) == 0
    out = capfdbinary.readouterr().out.decode().splitlines()
    assert out == ["Moonquakes 0.1.0  Lua 5.4 of Lua.org, PUC-Rio"] * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-x"], "unrecognized option '-x'"),
        (["-ll"], "unrecognized option '-ll'"),
        (["-o"], "'-o' needs argument"),
        (["-o", "-l"], "'-o' needs argument"),
        ([], "no input files given"),
        (["-s"], "no input files given"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, capfdbinary: Output) -> None:
    assert main(arguments) == 1
    assert capfdbinary.readouterr().err.decode() == f"mqc: {message}\n{USAGE}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.lua"], "cannot open nowhere.lua: No such file or directory"),
        (["."], "cannot read .: Is a directory"),
        (["bad.lua"], "bad.lua:2: unexpected symbol near <eof>"),
        (["one.lua", "bad.lua"], "bad.lua:2: unexpected symbol near <eof>"),
        (["-o", "no/where", "one.lua"], "cannot open no/where: No such file or directory"),
        (["-l"], "cannot open mqc.out: No such file or directory"),
    ],
)
def test_failures(arguments: list[str], message: str, capfdbinary: Output) -> None:
    assert main(arguments) == 1
    assert capfdbinary.readouterr().err.decode() == f"mqc: {message}\n"


def test_binary_bytes(capfdbinary: Output) -> None:
    Path("noise").write_bytes(bytes(range(128, 256)) * 4)
    Path("broken").write_bytes(b"\x1bLua\x54")
    assert main(["noise"]) == 1
    assert main(["broken"]) == 1
    err = capfdbinary.readouterr().err
    assert err == (
        b"mqc: noise:1: unexpected symbol near '<\\128>'\nmqc: broken: bad binary format (truncated chunk)\n"
    )


def test_names_and_texts_are_bytes(capfdbinary: Output) -> None:
    Path("ä.lua").write_text("y = 'ä'", encoding="utf-8")
    assert main(["-l", "-p", "ä.lua"]) == 0
    out = capfdbinary.readouterr().out
    assert "main <ä.lua:0,0>".encode() in out
    assert b'"y" "\\195\\164"' in out
