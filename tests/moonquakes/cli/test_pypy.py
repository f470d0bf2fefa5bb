"""When is PyPy's compiler off, and whose options hold?"""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from moonquakes.cli import pypy

OFF_AND_ON = ["off", "threshold=1039,function_threshold=1619"]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a PyPy is asked for."""
    asked: list[str] = []
    module = ModuleType("pypyjit")
    module.set_param = asked.append  # type: ignore[attr-defined]  # stands for PyPy's
    monkeypatch.setitem(sys.modules, "pypyjit", module)
    monkeypatch.setattr(sys, "implementation", SimpleNamespace(name="pypy"))
    monkeypatch.setattr(sys, "orig_argv", ["pypy3", "moonquakes", "program.lua"])
    monkeypatch.setattr(pypy._Compiler, "set_param", None)
    return asked


def test_nothing_is_asked_before_the_command_line_says_so(calls: list[str]) -> None:
    with pypy.untraced():
        pass
    assert calls == []


def test_nothing_is_traced_while_a_program_is_loaded(calls: list[str]) -> None:
    pypy.tune()
    assert calls == []
    with pypy.untraced(100):
        assert calls == OFF_AND_ON[:1]
    assert calls == OFF_AND_ON


def test_tracing_goes_on_after_an_error(calls: list[str]) -> None:
    pypy.tune()
    with pytest.raises(ValueError, match="wrong"), pypy.untraced():
        raise ValueError("wrong")
    assert calls == OFF_AND_ON


def test_a_long_text_is_worth_tracing(calls: list[str]) -> None:
    pypy.tune()
    with pypy.untraced(10_000_000):
        pass
    assert calls == []


def test_options_of_pypy_hold(calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "orig_argv", ["pypy3", "--jit", "threshold=5", "moonquakes", "program.lua"])
    pypy.tune()
    with pypy.untraced():
        pass
    assert calls == []


def test_other_pythons_have_no_such_compiler(calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "implementation", SimpleNamespace(name="cpython"))
    pypy.tune()
    assert calls == []
