"""``moonquakes --step``: its commands and what they answer, by what is typed and shown."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from moonquakes.cli.moonquakes import Options, UsageError, parse_options

COMMAND = [sys.executable, "-m", "moonquakes.cli.moonquakes", "--step"]

PROGRAM = """\
local function square(n)
  return n * n
end
total = 0
for i = 1, 3 do
  total = total + square(i)
end
print("total", total)
"""


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LUA_INIT", raising=False)
    monkeypatch.delenv("LUA_INIT_5_4", raising=False)
    Path("p.lua").write_text(PROGRAM)
    return tmp_path


def run(*commands: str, script: str = "p.lua") -> subprocess.CompletedProcess[bytes]:
    text = "".join(f"{command}\n" for command in commands)
    return subprocess.run([*COMMAND, script, "arg"], input=text.encode(), capture_output=True, timeout=60)


def answers(*commands: str) -> list[str]:
    """Return what is shown after each command, addresses cut."""
    done = run(*commands)
    assert done.stderr == b""
    shown = re.sub("0x[0-9a-f]+", "0x", done.stdout.decode())
    parts = re.split(r"^\(step\) .*\n", shown, flags=re.MULTILINE)
    return [part.rstrip("\n") for part in parts[1 : len(commands) + 1]]


def test_options() -> None:
    assert vars(parse_options(["--step", "x"])) == {**vars(Options()), "step": True, "script": 1}
    for arguments in (["--step"], ["--step", "-"], ["--step", "-e", "x"]):
        with pytest.raises(UsageError, match=r"^'--step' needs a script$"):
            parse_options(arguments)


def test_it_shows_where_the_program_is_and_repeats_commands() -> None:
    done = run("s", "", "", "q")
    assert done.returncode == 0
    shown = re.sub("0x[0-9a-f]+", "0x", done.stdout.decode()).replace("(step) \n", "(step)\n")
    assert (
        shown
        == """\
p.lua:1 in main chunk
  1: local function square(n)
=>   1 [1] VARARGPREP 0
     2 [3] CLOSURE    0 0  ; <1,3>
     3 [4] SETTABUP   0 0 1k  ; _ENV "total" 0
(step) s
p.lua:3 in main chunk
  3: end
     1 [1] VARARGPREP 0
=>   2 [3] CLOSURE    0 0  ; <1,3>
     3 [4] SETTABUP   0 0 1k  ; _ENV "total" 0
     4 [5] LOADI      1 1
(step)
R[0] square = function: 0x
p.lua:4 in main chunk
  4: total = 0
     1 [1] VARARGPREP 0
     2 [3] CLOSURE    0 0  ; <1,3>
=>   3 [4] SETTABUP   0 0 1k  ; _ENV "total" 0
     4 [5] LOADI      1 1
     5 [5] LOADI      2 3
  R[0] square = function: 0x
(step)
p.lua:5 in main chunk
  5: for i = 1, 3 do
     2 [3] CLOSURE    0 0  ; <1,3>
     3 [4] SETTABUP   0 0 1k  ; _ENV "total" 0
=>   4 [5] LOADI      1 1
     5 [5] LOADI      2 3
     6 [5] LOADI      3 1
  R[0] square = function: 0x
(step) q
"""
    )


def test_moving() -> None:
    def place(answer: str) -> str:
        lines = answer.splitlines()
        return next((line for line in lines if line.startswith("p.lua:")), lines[-1])

    moves = {
        "s 3": "p.lua:5 in main chunk",
        "next": "p.lua:6 in main chunk",
        "into": "p.lua:2 in function 'square'",
        "out": "p.lua:6 in main chunk",
        "n 2": "p.lua:6 in main chunk",
        "to 8": "p.lua:8 in main chunk",
        "c": "ended",
        "run": "the program has ended",
    }
    seen = answers(*moves)
    assert [place(answer) for answer in seen] == list(moves.values())
    assert seen[6] == "total\t14\nended"


def test_breakpoints() -> None:
    seen = answers("b", "b square", "b 7", "c", "b", "d 1", "c", "d", "b", "d 9", "b 99")
    assert seen[:3] == ["no breakpoints", "breakpoint 1 at function 'square'", "breakpoint 2 at p.lua:8"]
    assert seen[3].startswith("breakpoint 1 at function 'square'\np.lua:2 in function 'square'\n")
    assert seen[4].splitlines() == [
        "breakpoint 1 at function 'square', hit 1 time",
        "breakpoint 2 at p.lua:8, hit 0 times",
    ]
    assert seen[6].startswith("breakpoint 2 at p.lua:8\np.lua:8 in main chunk\n")
    assert seen[8:] == ["no breakpoints", "no breakpoint 9", "no code at line 99 of p.lua or after it"]


def test_looking() -> None:
    commands = [
        "regs",
        "up",
        "g",
        "bt",
        "bc",
        "l 2",
        "p n, ...",
        "frame 1",
        "p i, n",
        "regs",
        "co",
        "f 7",
        "w",
    ]
    seen = dict(zip(commands, answers("b square", "c", *commands)[2:], strict=True))
    assert seen["up"] == ""
    assert seen["g"] == "total = 0"
    assert seen["bt"] == "=> 0  p.lua:2 in function 'square'\n   1  p.lua:6 in main chunk"
    assert seen["bc"].splitlines()[0] == "=>   1 [2] MUL        1 0 0"
    assert seen["l 2"].splitlines()[:2] == ["      1  local function square(n)", "=>    2    return n * n"]
    assert seen["p n, ..."] == "1"
    assert seen["frame 1"].splitlines()[0] == "p.lua:6 in main chunk"
    assert seen["p i, n"] == "1  nil"
    assert "R[4] i = 1" in seen["regs"]
    assert '... = "arg"' in seen["regs"]
    assert seen["co"] == (
        "thread: 0x (main) running\n   0  p.lua:2 in function 'square'\n   1  p.lua:6 in main chunk"
    )
    assert seen["f 7"] == "no level 7 on the stack"
    assert seen["w"].startswith("p.lua:6 in main chunk\n")


def test_variables_can_be_set() -> None:
    assert answers("to 8", "p total = 'changed'", "c")[1:] == ["", "total\tchanged\nended"]


def test_help_and_mistakes() -> None:
    seen = answers("help", "fly", "s x", "p 1 +", "p nothing()", "frame", "to 99")
    assert seen[0].startswith("step, s [n]      run one instruction")
    assert seen[1:] == [
        "unknown command 'fly'; 'help' lists the commands",
        "a number is needed, not 'x'",
        "expression:1: unexpected symbol near <eof>",
        "expression:1: attempt to call a nil value (global 'nothing')",
        "a number is needed, not ''",
        "no code at line 99 of p.lua or after it",
    ]


def test_every_command_has_a_line_of_help() -> None:
    from moonquakes.cli.session import Session
    from moonquakes.cli.stepper import HELP, Stepper
    from moonquakes.inspect import Inspector

    stepper = Stepper(Inspector(""), Session("t").prefix, input)
    words = {word for line in HELP.splitlines()[:-1] for word in re.findall(r"\w+", line[:17].split("[")[0])}
    assert set(stepper._commands) == words - {"LINE", "EXPR", "N"}


def test_a_program_that_fails_can_be_looked_at_and_gives_status_1() -> None:
    Path("bad.lua").write_text("local t = {}\nlocal function f(x)\n  return x.y.z\nend\nf(t)\n")
    done = run("c", "bt", "p x.y", "s", script="bad.lua")
    assert done.returncode == 1
    message = "bad.lua:3: attempt to index a nil value (field 'y')"
    assert done.stderr.decode().splitlines()[:2] == [f"moonquakes: {message}", "stack traceback:"]
    assert done.stdout.decode().split("(step) ", 1)[1] == (
        f"c\nfailed: {message}\n"
        "(step) bt\n=> 0  bad.lua:3 in function 'f'\n   1  bad.lua:5 in main chunk\n"
        "(step) p x.y\nnil\n"
        "(step) s\nthe program has failed\n"
        "(step) \n"
    )


def test_what_does_not_compile_or_exist() -> None:
    Path("bad.lua").write_text("x =")
    done = run(script="bad.lua")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b"moonquakes: bad.lua:1: unexpected symbol near <eof>\n"
    done = run(script="none.lua")
    assert (done.returncode, done.stderr) == (
        1,
        b"moonquakes: cannot open none.lua: No such file or directory\n",
    )


def test_the_programs_own_exit_status() -> None:
    Path("exit.lua").write_text("os.exit(7)")
    assert run("c", "q", script="exit.lua").returncode == 7


def test_the_program_reads_what_follows_the_commands() -> None:
    Path("in.lua").write_text("local line = io.read()\nprint('[' .. line .. ']')")
    done = run("n", "n", "typed", "c", script="in.lua")
    assert b"[typed]" in done.stdout


def test_an_interrupt_halts_the_program() -> None:
    Path("loop.lua").write_text("io.stdout:write('on\\n') io.stdout:flush()\nwhile true do end\n")
    with subprocess.Popen([*COMMAND, "loop.lua"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"c\n")
        process.stdin.flush()
        while process.stdout.readline() != b"on\n":
            pass
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(b"q\n", timeout=60)
    assert process.returncode == 0
    assert re.match(rb"interrupted\nloop.lua:[12] in main chunk\n", out)  # "on" appears before line 1 is over
