"""The interactive mode: prompts, echo, multi-line input, errors; piped and on a terminal."""

from __future__ import annotations

import io
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from moonquakes.cli.moonquakes import main

pytestmark = pytest.mark.usefixtures("engine")

Interact = Callable[..., tuple[str, str]]
COMMAND = [sys.executable, "-m", "moonquakes.cli.moonquakes"]
BANNER = "Moonquakes 0.1.0  Lua 5.4 of Lua.org, PUC-Rio"
ERROR_TRACEBACK = "stack traceback:\n\t[C]: in function 'error'\n\tstdin:1: in main chunk\n\t[C]: in ?\n"


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LUA_INIT", raising=False)
    monkeypatch.delenv("LUA_INIT_5_4", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("INPUTRC", os.devnull)


@pytest.fixture
def interact(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Interact:
    """Return a function that runs a session with a text piped into it.

    It gives back what was written, without the banner, and the errors.
    """

    def run(text: str, *arguments: str) -> tuple[str, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode("latin-1"))))
        assert main(["-i", *arguments]) == 0
        out, err = (stream.decode("latin-1") for stream in capfdbinary.readouterr())
        assert out.startswith(BANNER + "\n")
        return out[len(BANNER) + 1 :], err

    return run


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("", "> \n"),
        ("1 + 1\n", "> 1 + 1\n2\n> \n"),
        ("1, nil, 'x'\n", "> 1, nil, 'x'\n1\tnil\tx\n> \n"),
        ("nil\n", "> nil\nnil\n> \n"),
        ("\n-- nothing\n", "> \n> -- nothing\n> \n"),
        ("x = 5\nx\n", "> x = 5\n> x\n5\n> \n"),
        ("local y = 5\ny\n", "> local y = 5\n> y\nnil\n> \n"),
        ("= 7\n", "> = 7\n7\n> \n"),
        ("return 3\n", "> return 3\n3\n> \n"),
        ("math.pi\n", "> math.pi\n3.1415926535898\n> \n"),
        ("'\xe9\xff'\n", "> '\xe9\xff'\n\xe9\xff\n> \n"),
        ("for i = 1, 2 do\nprint(i)\nend\n", "> for i = 1, 2 do\n>> print(i)\n>> end\n1\n2\n> \n"),
        (
            "function f(\na)\nreturn a\nend\nf(4)\n",
            "> function f(\n>> a)\n>> return a\n>> end\n> f(4)\n4\n> \n",
        ),
        ("s = [[a\nb]]\ns\n", "> s = [[a\n>> b]]\n> s\na\nb\n> \n"),
        ("print(\n1)\n", "> print(\n>> 1)\n1\n> \n"),
        (
            "_PROMPT = '$ '\n_PROMPT2 = 12\nprint(\n1)\n",
            "> _PROMPT = '$ '\n$ _PROMPT2 = 12\n$ print(\n121)\n1\n$ \n",
        ),
        (
            "_PROMPT = setmetatable({}, {__tostring = function() return 'obj ' end})\n1\n",
            "> _PROMPT = setmetatable({}, {__tostring = function() return 'obj ' end})\nobj 1\n1\nobj \n",
        ),
        ("io.read()\nthe line\n", "> io.read()\nthe line\n> \n"),
        ("print(...)\n", "> print(...)\n\n> \n"),
    ],
)
def test_what_is_shown(text: str, output: str, interact: Interact) -> None:
    assert interact(text) == (output, "")


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("1 1\n", "stdin:1: unexpected symbol near '1'\n"),
        ("x y\n", "stdin:1: syntax error near 'y'\n"),
        ("s = 'abc\n'\n", "stdin:1: unfinished string near ''abc'\n"),
        ("goto x\n", "stdin:1: no visible label 'x' for <goto> at line 1\n"),
        ("error('x', 0)\n", "x\n" + ERROR_TRACEBACK),
        ("error({})\n", "(error object is a table value)\n" + ERROR_TRACEBACK),
        ("print = nil\n1\n", "error calling 'print' (attempt to call a nil value)\n"),
        ("print = error\n'x'\n", "error calling 'print' (x)\n"),
        ("print = function() error({}) end\n1\n", "error calling 'print' (error object is a table value)\n"),
    ],
)
def test_errors_are_shown_and_the_session_goes_on(text: str, errors: str, interact: Interact) -> None:
    out, err = interact(text + "local _ = io.write('still here\\n')\n")
    assert err == errors
    assert out.endswith("> local _ = io.write('still here\\n')\nstill here\n> \n")


def test_input_that_ends_inside_a_chunk_is_an_error(interact: Interact) -> None:
    out, err = interact("f(\n")
    assert out == "> f(\n>> > \n"
    assert err == "stdin:1: unexpected symbol near <eof>\n"


def test_after_a_script_its_globals_are_there(tmp_path: Path, interact: Interact) -> None:
    script = tmp_path / "script.lua"
    script.write_text("value = ...")
    assert interact("value\n", str(script), "argument") == ("> value\nargument\n> \n", "")


def test_an_error_in_the_script_ends_the_program(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["-i", "nowhere.lua"]) == 1
    assert capfdbinary.readouterr().out.decode() == BANNER + "\n"


class Screen:
    """A session on a pseudo-terminal."""

    def __init__(self, *arguments: str) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: _take_terminal(slave),
        )  # fmt: skip
        os.close(slave)
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def interrupt(self, pattern: str) -> None:
        """Press Ctrl-C at the prompt until ``pattern`` shows.

        Python misses one that comes after its readline drew a character and before it waits for the next.
        """
        for _ in range(20):
            self.type("\x03")
            try:
                self.expect(pattern, timeout=1)
            except AssertionError:
                continue
            return
        raise AssertionError(f"no {pattern!r} in {self.seen!r}")

    def expect(self, pattern: str, timeout: float = 30) -> str:
        """Wait until ``pattern`` is on the screen; return what stood before it, and forget both."""
        deadline = time.monotonic() + timeout
        while True:
            found = re.search(pattern, self.seen)
            if found:
                before = self.seen[: found.start()]
                self.seen = self.seen[found.end() :]
                return before
            ready, _, _ = select.select([self.master], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"no {pattern!r} in {self.seen!r}"
            try:
                data = os.read(self.master, 4096)
            except OSError:  # the other side is closed
                data = b""
            assert data, f"the end before {pattern!r} in {self.seen!r}"
            self.seen += data.decode("utf-8", "replace").replace("\r\n", "\n")

    def close(self) -> int:
        status = self.process.wait(timeout=30)
        os.close(self.master)
        return status


def _take_terminal(slave: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


@pytest.fixture
def screen() -> Iterator[Screen]:
    if sys.implementation.name == "pypy":
        pytest.skip("PyPy's own line editing redraws the screen, or does not run on a dumb terminal")
    screen = Screen()
    screen.expect(re.escape(BANNER) + "\n> ")
    yield screen
    if screen.process.poll() is None:
        screen.process.kill()
        screen.close()


def test_on_a_terminal_it_starts_without_options(screen: Screen) -> None:
    screen.type("1 + 1\n")
    assert "2" in screen.expect("\n2\n> ") + "2"
    screen.type("\x04")
    screen.expect("\n")
    assert screen.close() == 0


def test_lines_are_edited_and_remembered(screen: Screen, tmp_path: Path) -> None:
    pytest.importorskip("readline", reason="this Python has no readline")
    screen.type("first = 41\n")
    screen.expect("> ")
    screen.type("fist + 1\x01\x06\x06r\n")  # start of line, two to the right, the missing letter
    screen.expect("\n42\n> ")
    screen.type("\x10\n")  # the line before again
    screen.expect("\n42\n> ")
    screen.type("os.exit(3)\n")
    assert screen.close() == 3
    history = (tmp_path / "state" / "moonquakes" / "history").read_text().splitlines()
    assert [line for line in history if line != "_HiStOrY_V2_"] == ["first = 41", "first + 1", "os.exit(3)"]
    again = Screen()
    again.expect("> ")
    again.type("\x10\x10\n")
    again.expect("\nstdin:1: attempt to perform arithmetic on a nil value \\(global 'first'\\)\n")
    again.expect("> ")
    again.type("\x04")
    assert again.close() == 0


def test_an_interrupt_stops_what_runs_and_not_the_session(screen: Screen) -> None:
    screen.type("io.write('go\\n') while true do end\n")
    screen.expect("\ngo\n")
    screen.type("\x03")
    screen.expect(
        "stdin:1: interrupted!\nstack traceback:\n(.*\n)*\tstdin:1: in main chunk\n\t\\[C\\]: in \\?\n> "
    )
    screen.type("'alive'\n")
    screen.expect("\nalive\n> ")
    screen.type("\x04")
    assert screen.close() == 0


def test_an_interrupt_at_the_prompt_forgets_the_line(screen: Screen) -> None:
    screen.type("garbage(((")
    screen.expect("garbage\\(\\(\\(")
    screen.interrupt("\n> ")
    screen.type("for i = 1, 2 do\n")
    screen.expect("\n>> ")
    screen.interrupt("\n> ")
    screen.type("'alive'\n")
    screen.expect("\nalive\n> ")
    screen.type("\x04")
    assert screen.close() == 0


def test_text_beyond_ascii(screen: Screen) -> None:
    screen.type("#'\u00e9', '\u00e9'\n")
    screen.expect("\n2\t\u00e9\n> ")
    screen.type("\x04")
    assert screen.close() == 0
