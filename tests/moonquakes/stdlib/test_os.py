"""The os library (§6.9): dates and failures as on the reference, clock and environment from the state."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from moonquakes.errors import LuaExit
from moonquakes.vm.state import State

Run = Callable[..., tuple[Any, ...]]


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_as_the_reference(snippet: str, same: Callable[..., None]) -> None:
    if sys.implementation.name == "pypy" and "year=2147485547" in snippet:
        pytest.skip("PyPy's localtime does not reach the last year of C's")
    same(snippet)


def test_local_time_has_a_zone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    source = "local t = os.date('*t', 1720000000) return os.date('%H %Z %z', 1720000000), t.isdst, os.time(t)"
    zone, isdst, again = run(source)
    assert zone == "11 CEST +0200"
    assert isdst
    assert again == 1720000000


def test_time_and_clock_are_the_states(run: Run, state: State) -> None:
    state.time = lambda: 86400.9
    state.clock = lambda: 1.25
    assert run("return os.time(), os.clock(), os.date('!%F')") == (86400, 1.25, "1970-01-02")


def test_the_environment_is_the_states(run: Run, state: State) -> None:
    state.environ = {"NAME": "v\udcff\u00e9"}
    assert run("return os.getenv('NAME'), os.getenv('PATH')") == ("v\xff\xc3\xa9", None)


@pytest.mark.parametrize(
    ("arguments", "code", "close"),
    [
        ("nil", 0, False),
        ("true", 0, False),
        ("false", 1, False),
        ("3", 3, False),
        ("nil, true", 0, True),
        ("4, 1", 4, True),
    ],
)
def test_exit_ends_the_program_past_every_pcall(arguments: str, code: int, close: bool, run: Run) -> None:
    with pytest.raises(LuaExit) as caught:
        run(f"pcall(coroutine.wrap(function() pcall(os.exit, {arguments}) end))")
    assert (caught.value.code, caught.value.close) == (code, close)


def test_commands_tell_how_they_ended(run: Run, tmp_path: Path) -> None:
    assert [str(v) for v in run("return os.execute('exit 3')")] == ["None", "exit", "3"]
    assert [str(v) for v in run("return os.execute('true')")] == ["true", "exit", "0"]
    assert [str(v) for v in run("return os.execute('kill -9 $$')")] == ["None", "signal", "9"]
    assert [str(v) for v in run("return os.execute()")] == ["true"]
    run("os.execute(...)", f"echo hello > {tmp_path}/out")
    assert (tmp_path / "out").read_text() == "hello\n"


def test_files_are_removed_and_renamed(run: Run, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("x")
    assert str(*run("return os.rename(...)", str(old), str(new))) == "true"
    assert new.read_text() == "x"
    assert run("return os.remove(...)", str(tmp_path)) == (None, f"{tmp_path}: Directory not empty", 39)
    assert str(*run("return os.remove(...)", str(new))) == "true"
    assert str(*run("return os.remove(...)", str(tmp_path))) == "true"
    assert run("return os.remove(...)", str(new)) == (None, f"{new}: No such file or directory", 2)


def test_tmpname_names_a_new_file(run: Run) -> None:
    (name,) = run("return os.tmpname()")
    assert os.path.getsize(name) == 0
    os.remove(name)
