"""The package library (§6.3): searching, requiring, and what loadlib may load."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from moonquakes.errors import LuaError
from moonquakes.stdlib import open_libraries
from moonquakes.values import LuaResults, LuaValue
from moonquakes.vm.exports import export
from moonquakes.vm.state import State

Run = Callable[..., tuple[Any, ...]]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a directory ``d`` of modules, in the current directory."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "d"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("text")
    (folder / "mod.lua").write_text("return {...}")
    (folder / "bad.lua").write_text("x=")
    (folder / "err.lua").write_text('error"boo"')
    (folder / "sub" / "inner.lua").write_text("return 'inner of ' .. ...")
    return folder


@pytest.mark.usefixtures("directory")
def test_as_the_reference(snippet: str, same: Callable[..., None]) -> None:
    same(snippet)


def test_what_was_tried_is_told(run: Run) -> None:
    run("package.path, package.cpath = './?.lua;./?/init.lua', './?.so'")
    with pytest.raises(LuaError) as caught:
        run("require('no.such')")
    assert caught.value.value == (
        "q:1: module 'no.such' not found:\n"
        "\tno field package.preload['no.such']\n"
        "\tno file './no/such.lua'\n"
        "\tno file './no/such/init.lua'\n"
        "\tno file './no/such.so'\n"
        "\tno file './no.so'"
    )


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize("name", ["a", "a.part"])
def test_a_library_on_the_path_is_an_error(name: str, run: Run) -> None:
    run("package.path, package.cpath = '', 'd/?.txt'")
    with pytest.raises(LuaError) as caught:
        run("require(...)", name)
    assert caught.value.value == (
        f"error loading module '{name}' from file 'd/a.txt':\n"
        "\tdynamic libraries not enabled; check your Lua installation"
    )


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "DEFAULT"),
        ({"LUA_PATH": "a;b"}, "a;b"),
        ({"LUA_PATH": "a", "LUA_PATH_5_4": "b"}, "b"),
        ({"LUA_PATH": ";;"}, "DEFAULT"),
        ({"LUA_PATH": "a;;b"}, "a;DEFAULT;b"),
        ({"LUA_PATH": "a;;"}, "a;DEFAULT"),
        ({"LUA_PATH": ";;b"}, "DEFAULT;b"),
        ({"LUA_PATH": ""}, ""),
    ],
)
def test_the_path_comes_from_the_environment(environ: dict[str, str], expected: str) -> None:
    def path(state: State) -> str:
        open_libraries(state, ["package"])
        return state.loaded.get("package").get("path")  # type: ignore[no-any-return]

    state = State()
    state.environ = {}
    default = path(state)
    assert default.startswith("/usr/local/share/lua/5.4/?.lua;")
    state = State()
    state.environ = environ
    assert path(state) == expected.replace("DEFAULT", default)
    state = State()
    state.environ = environ
    state.registry.set("LUA_NOENV", 1)
    assert path(state) == default


def test_the_path_of_libraries_comes_from_the_environment() -> None:
    default = "/usr/local/lib/lua/5.4/?.so;/usr/local/lib/lua/5.4/loadall.so;./?.so"
    for environ, expected in (
        ({}, default),
        ({"LUA_CPATH": "a;;b"}, f"a;{default};b"),
        ({"LUA_CPATH": "a", "LUA_CPATH_5_4": "?.so"}, "?.so"),
    ):
        state = State()
        state.environ = environ
        open_libraries(state, ["package"])
        assert state.loaded.get("package").get("cpath") == expected


# loadlib


@pytest.fixture
def module() -> Iterator[ModuleType]:
    """Return an imported Python module that exports one of its two functions."""
    module = ModuleType("exporting_module")

    def double(x: LuaValue = None, *_: LuaValue) -> LuaResults:
        return x * 2

    def secret(*_: LuaValue) -> LuaResults:
        raise AssertionError("was called")

    module.__dict__.update(mq_double=export(double), secret=secret, unhashable=[])
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


@pytest.mark.usefixtures("module")
def test_an_exported_function_is_loaded(run: Run) -> None:
    assert run("return package.loadlib('exporting_module', 'mq_double')(21)") == (42,)
    assert str(*run("return package.loadlib('exporting_module', '*')")) == "true"


@pytest.mark.usefixtures("module")
@pytest.mark.parametrize("name", ["secret", "missing", "unhashable", "__name__", "__dict__"])
def test_nothing_else_is_loaded(name: str, run: Run) -> None:
    value, message, where = run("return package.loadlib('exporting_module', ...)", name)
    assert (value, where) == (None, "init")
    assert message == f"module 'exporting_module' exports no function '{name}'"


@pytest.mark.parametrize("name", ["no_such_module", "", ".relative", "os.no.such", "a\0b", "\xe9"])
def test_a_missing_module_is_absent(name: str, run: Run) -> None:
    value, message, where = run("return package.loadlib(..., 'f')", name)
    assert (value, where) == (None, "absent")
    assert "cannot import module" in message


@pytest.mark.usefixtures("module")
def test_a_state_may_forbid_loading(run: Run, state: State) -> None:
    state.allow_loadlib = False
    value, message, where = run("return package.loadlib('exporting_module', 'mq_double')")
    assert (value, where) == (None, "absent")
    assert message == "dynamic libraries not enabled; check your Lua installation"


# Profiles


def test_the_safe_profile_reaches_no_files() -> None:
    state = State()
    open_libraries(state, "safe")
    for name in ("io", "package", "debug", "require", "dofile", "loadfile"):
        assert state.globals.get(name) is None, name
    assert sorted(k for k, v in state.globals.get("os").hash.items() if v is not None) == [
        "clock",
        "date",
        "difftime",
        "time",
    ]
    assert state.call(state.load("return #string.rep('x', 3)", "=q")) == 3


def test_libraries_are_chosen_by_name() -> None:
    state = State()
    open_libraries(state, ["base", "math"])
    assert state.globals.get("math") is state.loaded.get("math")
    assert state.globals.get("table") is None
    assert state.loaded.get("_G") is state.globals
