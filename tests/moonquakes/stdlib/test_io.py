"""The io library (§6.8): files as on the reference, standard streams from the state."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lupa.lua54 import LuaRuntime

from moonquakes.errors import LuaError
from moonquakes.stdlib import open_libraries
from moonquakes.vm.state import State

Run = Callable[..., tuple[Any, ...]]

TEXT = b"line one\nline two\n  42 0x1F -3.5e2 nan 0x1p4 1e 99999999999999999999 .5 5. +7x\nlast"


@pytest.fixture
def prepare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function that makes the directory ``d`` with a file ``a.txt`` anew."""
    monkeypatch.chdir(tmp_path)

    def prepare() -> None:
        shutil.rmtree("d", ignore_errors=True)
        Path("d").mkdir()
        Path("d/a.txt").write_bytes(TEXT)

    return prepare


def test_as_the_reference(snippet: str, same: Callable[..., None], prepare: Callable[[], None]) -> None:
    same(snippet, prepare)


# Standard streams


def test_write_and_print_go_to_one_stream(run: Run, state: State) -> None:
    run("io.write('a', 1, ' ', 2.5, '\\n') print('b') io.stdout:write('c\\255\\0')")
    assert state.stdout.getvalue() == b"a1 2.5\nb\nc\xff\0"


def test_the_host_may_replace_its_streams(run: Run, state: State) -> None:
    state.stdout = io.BytesIO()
    run("io.write('a') print('b') io.stderr:write('c')")
    assert (state.stdout.getvalue(), state.stderr.getvalue()) == (b"ab\n", b"c")


def test_standard_input_is_read_in_all_formats(run: Run, state: State) -> None:
    state.stdin = io.BytesIO(b"first\nsecond\n 12 0x10rest\nfour five")
    source = """
        local line, full = io.read(), io.read("L")
        local n, hex = io.read("n", "n")
        return line, full, n, hex, io.read("l"), io.read(4), io.read("a"), (io.read("l"))"""
    assert run(source) == (
        "first",
        "second\n",
        12,
        16,
        "rest",
        "four",
        " five",
        None,
    )


def test_lines_of_standard_input(run: Run, state: State) -> None:
    state.stdin = io.BytesIO(b"a\nb\n\nc")
    source = "local r = {} for l in io.lines() do r[#r + 1] = '<' .. l .. '>' end return table.concat(r)"
    assert run(source) == ("<a><b><><c>",)


class Terminal(io.BytesIO):
    """A stream that counts how often it was flushed, and says it is a terminal."""

    flushes = 0

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        self.flushes += 1


def test_a_terminal_gets_each_line_at_once(run: Run, state: State) -> None:
    state.stdout = terminal = Terminal()
    run("io.write('a') io.write('b')")
    assert terminal.flushes == 0
    run("print('c')")
    assert terminal.flushes == 1
    run("io.stdout:setvbuf('no') io.write('d')")
    assert terminal.flushes == 2
    run("io.stdout:setvbuf('full') io.write('e\\n')")
    assert terminal.flushes == 2


def test_print_is_seen_at_once_even_in_a_pipe(run: Run, state: State) -> None:
    state.stdout = terminal = Terminal()
    run("io.stdout:setvbuf('full') print('a')")
    assert terminal.flushes == 1


def test_a_prompt_is_seen_before_the_answer_is_read(run: Run, state: State) -> None:
    state.stdout = terminal = Terminal()
    state.stdin = io.BytesIO(b"answer\n")
    assert run("io.write('name? ') return io.read()") == ("answer",)
    assert terminal.flushes == 1


def test_standard_files_stay_open(run: Run, state: State) -> None:
    assert run("return io.stdout:close()") == (None, "cannot close standard file")
    run("local f <close> = io.stdout io.write('still')")
    assert state.stdout.getvalue() == b"still"


# Files and processes


def test_a_forgotten_file_keeps_what_was_written(tmp_path: Path) -> None:
    program = (
        "from moonquakes.vm.state import State\n"
        "from moonquakes.stdlib import open_libraries\n"
        "state = State()\n"
        "open_libraries(state)\n"
        "state.call(state.load('f = io.open(..., [[w]]) f:write([[kept]]) os.exit(3)', '=q'), 'file')\n"
    )
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": _root()}, check=False)
    assert ended.returncode == 3
    assert (tmp_path / "file").read_bytes() == b"kept"


def _root() -> str:
    return str(Path(__file__).parents[3])


def test_pipes_from_and_to_processes(run: Run, tmp_path: Path) -> None:
    source = "local f = io.popen('echo hi; exit 3') local s = f:read('a') return s, f:close()"
    assert run(source) == ("hi\n", None, "exit", 3)
    assert run("return io.popen('kill -15 $$'):close()") == (None, "signal", 15)
    source = "local f = io.popen(..., 'w') f:write('to the cat') return f:close()"
    result = run(source, f"cat > {tmp_path}/out")
    assert [str(v) for v in result] == ["true", "exit", "0"]
    assert (tmp_path / "out").read_text() == "to the cat"
    assert run("return io.popen('true'):seek()") == (None, "Illegal seek", 29)
    assert run("return io.popen('true'):write('x')") == (None, "Bad file descriptor", 9)
    with pytest.raises(LuaError, match=r"bad argument #2 to 'popen' \(invalid mode\)"):
        run("io.popen('x', 'rw')")


def test_a_device_that_is_full_tells_so(run: Run) -> None:
    source = "local f = io.open('/dev/full', 'w') f:setvbuf('no') return f:write('x')"
    assert run(source) == (None, "No space left on device", 28)


def test_enormous_reads_make_no_enormous_buffer(run: Run, state: State) -> None:
    state.stdin = io.BytesIO(b"x" * 3_000_000)
    assert run("return #io.read(1 << 60), io.read(1 << 60)") == (3_000_000, None)


numerals = st.text(st.sampled_from("0123456789abfxXeEpP+-.\n _"), max_size=24)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("numerals")


@given(text=numerals)
def test_numbers_are_read_as_the_reference_reads_them(directory: Path, text: str) -> None:
    file = directory / "numerals"
    file.write_text(text)
    source = """
        local f <close> = io.open(...)
        local r = {}
        for i = 1, 6 do
            local n = f:read("n")
            r[i] = string.format("%s %s@%d", math.type(n), n, f:seek())
        end
        return table.concat(r, ", ") .. "|" .. tostring(f:read("L"))"""
    state = State()
    open_libraries(state)
    ours = state.call(state.load(source, "=q"), str(file))
    assert ours == LuaRuntime(encoding="latin-1").execute(source, str(file))
