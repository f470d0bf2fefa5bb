"""Who chooses the engine, and what is said of functions that run on the VM all the same."""

from __future__ import annotations

import pytest

from moonquakes import LuaRuntime
from moonquakes.bytecode.proto import Proto
from moonquakes.stdlib import open_libraries
from moonquakes.vm import load
from moonquakes.vm.chunk_cache import ChunkCache
from moonquakes.vm.engine import VARIABLE, chosen_engine
from moonquakes.vm.fast import functions
from moonquakes.vm.fast.translator import Untranslatable
from moonquakes.vm.report import EngineReport
from moonquakes.vm.state import State


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def test_the_argument_comes_before_the_environment_and_that_before_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert [State().engine, State("vm").engine, LuaRuntime().engine] == ["fast", "vm", "fast"]
    monkeypatch.setenv(VARIABLE, "vm")
    assert [State().engine, State("fast").engine] == ["vm", "fast"]
    assert [LuaRuntime().engine, LuaRuntime(engine="fast").engine] == ["vm", "fast"]
    monkeypatch.setenv(VARIABLE, "")
    assert State().engine == "fast"


def test_other_names_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"^engine must be 'vm' or 'fast', not 'Fast'$"):
        LuaRuntime(engine="Fast")  # type: ignore[arg-type]  # that is the point
    with pytest.raises(ValueError, match=r"^engine must be 'vm' or 'fast', not ''$"):
        chosen_engine("")
    monkeypatch.setenv(VARIABLE, "slow")
    with pytest.raises(ValueError, match=r"^MOONQUAKES_ENGINE must be 'vm' or 'fast', not 'slow'$"):
        LuaRuntime()
    assert LuaRuntime(engine="vm").engine == "vm"


def test_a_runtime_on_the_vm_lists_nothing() -> None:
    lua = LuaRuntime(engine="vm", profile="full")
    lua.execute("debug.sethook()")
    assert lua.engine_report().functions == []
    assert str(lua.engine_report()) == "engine vm: every function ran on the VM"


def test_a_translated_program_leaves_nothing_to_the_vm() -> None:
    lua = LuaRuntime(engine="fast")
    assert lua.eval("(function(a) return a + 1 end)(1)") == 2
    assert lua.engine_report().functions == []
    assert str(lua.engine_report()) == "engine fast: no function ran on the VM"


def test_a_chunk_that_names_what_looks_at_frames_is_watched() -> None:
    lua = LuaRuntime(engine="fast", profile="full")
    before = lua.engine_report()
    for name in ("sethook", "getlocal", "setlocal", "sethook"):
        lua.execute(f"local f = function() return debug.{name} end", name=f"={name}.lua")
    report = lua.engine_report()
    assert [str(function) for function in report.watched] == [
        "chunk sethook.lua: its chunk names sethook",
        "chunk getlocal.lua: its chunk names getlocal",
        "chunk setlocal.lua: its chunk names setlocal",
    ]
    assert report.fallbacks == []
    assert before.functions == [], "a report does not grow"
    assert str(report).startswith("engine fast:\nwatched on the VM: 3\n  chunk sethook.lua: ")
    assert str(report).endswith("\nfall-backs on the VM: none")


def test_without_the_debug_library_nothing_is_watched() -> None:
    lua = LuaRuntime(engine="fast", profile="safe")
    lua.execute("local t = {sethook = 1}")
    assert lua.engine_report().functions == []


def test_a_function_called_while_a_hook_is_set_is_watched() -> None:
    state = State("fast")
    open_libraries(state)
    state.call(state.load("function f() return 1 end", "=f.lua"))
    state.call(state.load("debug.sethook(function() end, 'c') f() debug.sethook()", "=hook.lua"))
    assert [str(function) for function in state.report.watched] == [
        "chunk hook.lua: its chunk names sethook",
        "function f.lua:1: a hook was set",
    ]


def test_what_cannot_be_translated_runs_on_the_vm(monkeypatch: pytest.MonkeyPatch) -> None:
    def translate(*_: object) -> None:
        raise Untranslatable("it is Tuesday")

    monkeypatch.setattr(functions, "translate", translate)
    monkeypatch.setattr(load, "CHUNKS", ChunkCache())
    lua = LuaRuntime(engine="fast")
    assert lua.execute("return 1 + 1", name="@a.lua") == 2
    report = lua.engine_report()
    assert report.watched == []
    assert [(each.chunk, each.reason) for each in report.fallbacks] == [("a.lua", "it is Tuesday")]
    assert str(report) == (
        "engine fast:\nwatched on the VM: none\nfall-backs on the VM: 1\n  chunk a.lua: it is Tuesday"
    )


def test_a_report_stays_small() -> None:
    report = EngineReport("fast")
    for number in range(1100):
        report.note(Proto(source=f"={number}"), "why")
        report.note(Proto(source="=0"), "why")
    assert len(report.functions) == 1000
    assert not report.is_complete
    assert str(report).endswith("\nand more: only 1000 are told apart")
