"""lupa's name, defaults and memory functions; the command that runs lupa's own tests."""

from __future__ import annotations

import importlib.util
import inspect
import subprocess
import sys
import unittest
from pathlib import Path
from types import ModuleType

import lupa.lua54
import pytest

from moonquakes import LuaError, LuaMemoryError, LuaRuntime, Sandbox, lupa_compat

ROOT = Path(__file__).parent.parent.parent.parent


def test_defaults_are_lupas_or_safe() -> None:
    names = "python.eval, python.builtins, io, require, debug"
    assert all(value is not None for value in lupa_compat.LuaRuntime().eval(names))
    assert LuaRuntime().eval(names)[:4] == (None, None, None, None)
    assert issubclass(lupa_compat.LuaRuntime, LuaRuntime)
    assert (lupa_compat.LUA_VERSION, lupa_compat.LuaRuntime().lua_implementation) == ((5, 4), "Lua 5.4")


def test_a_sandbox_has_no_way_to_python() -> None:
    for options in ({"sandbox": Sandbox("safe")}, {"profile": "safe"}):
        lua = lupa_compat.LuaRuntime(**options)  # type: ignore[arg-type]  # of one type each
        assert lua.eval("python.eval, python.builtins, io, load ~= nil") == (None, None, None, True)
    asked = lupa_compat.LuaRuntime(register_eval=True, sandbox=Sandbox("safe"))
    assert asked.eval("python.eval('1 + 1')") == 2


def test_install() -> None:
    code = """
import sys
from moonquakes import lupa_compat
lupa_compat.install()
lupa_compat.install()
import lupa, lupa.lua54
from lupa import lua54
from lupa.lua54 import LuaRuntime
assert lupa is lua54 is lupa.lua54 is lupa_compat
assert LuaRuntime().eval("1 + 1") == 2
with lupa.allow_lua_module_loading():
    pass
try:
    import lupa.lua51
except ImportError:
    pass
else:
    raise AssertionError("there is no other Lua")
lupa_compat.uninstall()
assert "lupa" not in sys.modules
sys.modules["lupa"] = sys
try:
    lupa_compat.install()
except RuntimeError as error:
    assert "lupa is imported already" in str(error)
else:
    raise AssertionError("two of one name")
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.usefixtures("engine")
def test_memory() -> None:
    lua = LuaRuntime(max_memory=400_000)
    assert lua.get_memory_used() == 0
    total = lua.get_memory_used(total=True)
    assert total is not None
    assert total > 0
    assert lua.get_max_memory() == 400_000
    assert lua.get_max_memory(total=True) == 400_000 + total
    lua.execute("a = ('a'):rep(50000)")
    used = lua.get_memory_used()
    assert used is not None
    assert 50_000 <= used < 100_000
    with pytest.raises(LuaMemoryError, match=r"^not enough memory$") as caught:
        lua.execute("b = ('b'):rep(390000)")
    assert isinstance(caught.value, LuaError)
    assert isinstance(caught.value, MemoryError)
    lua.execute("a = nil b = ('b'):rep(200000)")
    lua.set_max_memory(1000, total=True)
    with pytest.raises(LuaMemoryError):
        lua.execute("c = {}")
    lua.set_max_memory(0)
    lua.execute("c = ('c'):rep(1000000)")
    assert lua.get_max_memory() == 0
    without = LuaRuntime()
    assert (without.get_memory_used(), without.get_max_memory()) == (None, None)


@pytest.mark.usefixtures("engine")
def test_collector() -> None:
    lua = LuaRuntime(profile="full")
    with lua.nogc():
        assert lua.eval("collectgarbage('isrunning')") is False
        with lua.nogc():
            pass
        assert lua.eval("collectgarbage('isrunning')") is False
    assert lua.eval("collectgarbage('isrunning')") is True
    lua.execute("setmetatable({}, {__gc = function() gone = true end})")
    lua.gccollect()
    assert lua.globals().gone is True


# The command


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    path = ROOT / "conformance" / "lupa_suite.py"
    spec = importlib.util.spec_from_file_location("conformance_lupa_suite", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


SUITE = """
import unittest
import lupa
from lupa.tests import LupaTestCase

class TestSome(LupaTestCase):
    def test_passes(self):
        self.assertEqual(2, self.lupa.LuaRuntime().eval("1 + 1"))
    def test_fails(self):
        self.assertEqual(3, lupa.lua54.LuaRuntime().eval("1 + 1"))
    @unittest.skip("why not")
    def test_skips(self):
        pass
"""


def test_the_runner(runner: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "lupa" / "tests").mkdir(parents=True)
    (tmp_path / "lupa" / "tests" / "test.py").write_text(SUITE)
    (tmp_path / "README.rst").write_text("    >>> from lupa import lua52\n    >>> 1 + 1\n    2\n")
    result = runner.run(tmp_path, sys.executable, "vm", 60)
    assert sorted(result.passed) == ["README.rst", "TestSome.test_passes"]
    assert list(result.failed) == ["TestSome.test_fails"]
    assert result.skipped == {"TestSome.test_skips": "why not"}
    (fault,) = runner.judge(result, {})
    assert fault.startswith("TestSome.test_fails failed:\n")
    assert runner.judge(result, {"TestSome.test_fails": "cannot"}) == []
    faults = runner.judge(
        result, {"TestSome.test_fails": "x", "TestSome.test_passes": "x", "TestSome.test_new": "x"}
    )
    assert [fault.partition(" is listed ")[2] for fault in faults] == [
        "as an exception and passed",
        "as an exception and did not run",
    ]
    assert unittest.TestResult().testsRun == 0


def test_the_exceptions_are_read(runner: ModuleType, tmp_path: Path) -> None:
    listed = runner.read_exceptions()
    assert "TestMissingReference.test_functions" in listed
    page = (ROOT / "docs" / "lupa.md").read_text("utf-8")
    for name in listed:
        assert name.partition(".")[0] in page


def test_the_constructors_take_the_same_arguments() -> None:
    """In lupa's order; lupa itself does not tell its signature, its documentation does."""
    order = [
        *("self", "encoding", "source_encoding", "attribute_filter", "attribute_handlers", "register_eval"),
        *(
            "unpack_returned_tuples",
            "register_builtins",
            "overflow_handler",
            "max_memory",
            "string_hash_seed",
        ),
    ]
    for runtime in (LuaRuntime, lupa_compat.LuaRuntime):
        assert list(inspect.signature(runtime.__init__).parameters)[: len(order)] == order
    positional = ("latin-1", None, None, (), True, True, True, float, 0, 5)
    for runtime in (LuaRuntime, lupa_compat.LuaRuntime, lupa.lua54.LuaRuntime):
        lua = runtime(*positional)
        assert lua.eval("python.eval('(1, 2)')") == (1, 2)
        assert lua.eval("math.type(...)", 2**70) == "float"
        assert lua.get_max_memory() is not None


@pytest.mark.parametrize("name", lupa_compat.__all__)
def test_names_are_lupas(name: str) -> None:
    assert name in lupa.lua54.__all__


def test_no_name_of_lupa_is_missing() -> None:
    assert set(lupa.lua54.__all__) <= set(lupa_compat.__all__)
    for name in dir(lupa.lua54.LuaRuntime):
        if not name.startswith("__"):
            assert hasattr(LuaRuntime, name), name
