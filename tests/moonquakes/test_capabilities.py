"""What Lua code reaches under each profile, and what of it is shared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from moonquakes import LuaError, LuaRuntime, LuaSyntaxError, Sandbox
from moonquakes.stdlib.profiles import GRANTABLE, NAMES


def runtime(engine: str, profile: str = "safe", **options: Any) -> LuaRuntime:
    return LuaRuntime(engine=engine, sandbox=Sandbox(profile, **options))  # type: ignore[arg-type]  # names of both


def names_of(lua: LuaRuntime) -> set[str]:
    """Return all functions and values among the globals, by their names."""
    found = lua.eval(
        """(function()
            local found = {}
            for name, value in next, _G do
              if type(value) ~= "table" or value == _G then found[#found + 1] = name
              elseif name ~= "python" then
                for member in next, value do found[#found + 1] = name .. "." .. member end
              end
            end
            return found
        end)()"""
    )
    return set(found.values())


@pytest.mark.parametrize("profile", ["minimal", "safe", "scripting"])
def test_a_profile_has_what_its_list_says(engine: str, profile: str) -> None:
    assert names_of(runtime(engine, profile)) == set(NAMES[profile])  # type: ignore[index]  # one of them


def test_the_full_profile_has_all_and_modules(engine: str) -> None:
    names = names_of(runtime(engine, "full"))
    assert names - GRANTABLE == {
        *("require", "package.config", "package.cpath", "package.loaded", "package.loadlib", "package.path"),
        *("package.preload", "package.searchers", "package.searchpath"),
    }
    assert names >= GRANTABLE


def test_profiles_are_in_order() -> None:
    assert set(NAMES["minimal"]) < set(NAMES["safe"]) < set(NAMES["scripting"]) < GRANTABLE


def test_single_functions_are_added_and_removed(engine: str) -> None:
    lua = runtime(engine, "minimal", add=["os.time", "debug.traceback"], remove=["load", "string.rep"])
    assert names_of(lua) == {*NAMES["minimal"], "os.time", "debug.traceback"} - {"load", "string.rep"}
    full = runtime(engine, "full", remove=["os.execute", "io.popen", "dofile"])
    assert full.eval("os.execute, io.popen, dofile, io.open ~= nil") == (None, None, None, True)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"profile": "none"},
            ValueError,
            "profile must be 'minimal', 'safe', 'scripting' or 'full', not 'none'",
        ),
        ({"add": ["os.nothing"]}, ValueError, "add: there is no function 'os.nothing' to grant"),
        ({"add": ["require"]}, ValueError, "add: there is no function 'require' to grant"),
        ({"remove": ["x"]}, ValueError, "remove: there is no function 'x' to grant"),
        ({"add": "load"}, TypeError, "add must be an iterable of names, not str"),
        ({"add": [1]}, TypeError, "add must hold strings, not int"),
        ({"add": ["load"], "remove": ["load"]}, ValueError, "'load' is both in add and in remove"),
        ({"folders": ["/no/such/folder"]}, ValueError, "folders: '/no/such/folder' is no folder"),
        ({"folders": [1]}, TypeError, "folders must hold paths, not int"),
        ({"folders": ["/"]}, ValueError, "folders: there is no io.open or io.lines here"),
        ({"environment": ["HOME"]}, ValueError, "environment: there is no os.getenv here"),
        ({"environment": "HOME"}, TypeError, "environment must be an iterable of names, not str"),
        ({"profile": "full", "environment": ["HOME"]}, ValueError, "'full' reaches all of them"),
        ({"seed": "1"}, TypeError, "seed must be an int or None, not str"),
        ({"sealed": 1}, TypeError, "sealed must be a bool or None, not int"),
    ],
)
def test_wrong_capabilities_are_refused(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        Sandbox(**options)
    assert message in str(caught.value)


def test_two_profiles_are_one_too_many() -> None:
    with pytest.raises(ValueError, match="profile is 'full', and that of sandbox 'safe'"):
        LuaRuntime(profile="full", sandbox=Sandbox())
    assert LuaRuntime(profile="full", sandbox=Sandbox("full")).eval("io ~= nil")


def test_binary_chunks_are_for_the_full_profile(engine: str) -> None:
    full = LuaRuntime(encoding=None, profile="full")
    chunk = full.eval(b"string.dump(function() return 7 end)")
    assert full.execute(chunk) == 7
    for profile in ("minimal", "safe", "scripting"):
        lua = LuaRuntime(encoding=None, engine=engine, profile=profile)  # type: ignore[arg-type]  # names of both
        lua.globals()[b"chunk"] = chunk
        assert lua.eval(b"load(chunk)") == (None, b"attempt to load a binary chunk (mode is 't')")
        only_text = (None, b"attempt to load a binary chunk (only text is allowed)")
        assert lua.eval(b"load(chunk, 'x', 'b')") == only_text
        with pytest.raises(LuaSyntaxError, match="binary chunk"):
            lua.execute(chunk)


def test_seeded_random_numbers_repeat(engine: str) -> None:
    code = "math.random(1 << 40), math.random(1 << 40), math.randomseed()"
    first = runtime(engine, seed=5).eval(code)
    assert runtime(engine, seed=5).eval(code) == first
    assert runtime(engine, seed=6).eval(code) != first
    assert runtime(engine).eval(code) != runtime(engine).eval(code)


def test_files_below_folders_are_read(engine: str, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_bytes(b"one\ntwo\n3.5 rest")
    (tmp_path / "y.txt").write_text("outside")
    lua = runtime(engine, "scripting", folders=[tmp_path / "a"], fuel=1_000_000, memory=1 << 24)
    assert lua.eval("io.open('x.txt'):read('l', 'L', 'n', 'a')") == ("one", "two\n", 3.5, " rest")
    assert lua.eval("io.open('x.txt'):read(5)") == "one\nt"
    assert lua.execute("local t = {} for l in io.lines('x.txt') do t[#t + 1] = l end return #t, t[3]") == (
        3,
        "3.5 rest",
    )
    assert lua.eval("io.open(...)", str(tmp_path / "a" / "x.txt")) is not None
    for name in ("../y.txt", str(tmp_path / "y.txt"), "missing"):
        assert lua.eval("io.open(...)", name) == (None, f"{name}: No such file or directory", 2)
    assert lua.eval("io.open('x.txt', 'w')") == (None, "x.txt: Permission denied", 13)
    with pytest.raises(LuaError, match=r"cannot open file '\.\./y\.txt' \(No such file or directory\)"):
        lua.execute("io.lines('../y.txt')")


def test_given_variables_are_seen(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOONQUAKES_GIVEN", "value")
    monkeypatch.setenv("MOONQUAKES_OTHER", "secret")
    lua = runtime(engine, "scripting", environment=["MOONQUAKES_GIVEN", "MOONQUAKES_MISSING"])
    code = "os.getenv('MOONQUAKES_GIVEN'), os.getenv('MOONQUAKES_OTHER'), os.getenv('MOONQUAKES_MISSING')"
    assert lua.eval(code) == ("value", None, None)


def test_libraries_of_a_sandbox_are_sealed(engine: str) -> None:
    lua = runtime(engine)
    for code in ("string.upper = nil", "math.pi = 3", "rawset(table, 'x', 1)", "python.none = 1"):
        with pytest.raises(LuaError, match="read-only table"):
            lua.execute(code)
    with pytest.raises(LuaError, match="protected metatable"):
        lua.execute("setmetatable(string, {})")
    assert lua.eval("getmetatable(''), getmetatable(string)") == (False, False)
    runtime(engine, sealed=False).execute(
        "string.trim = function(s) return s end assert(('x'):trim() == 'x')"
    )
    LuaRuntime(engine=engine).execute("string.x = 1")  # type: ignore[arg-type]  # without a sandbox, one program's


def test_each_script_has_an_environment(engine: str) -> None:
    lua = runtime(engine, "safe", seed=1)
    lua.globals().shared = 1
    one, two = lua.environment(), lua.environment()
    lua.execute("x = 1 shared = 2 load('y = 2')() print = nil math.randomseed(1)", environment=one)
    assert lua.eval("x, y, shared, print, _G.x", environment=one) == (1, 2, 2, None, 1)
    assert lua.eval("x, y, shared, print ~= nil, _G.x", environment=two) == (None, None, 1, True, None)
    assert lua.eval("x, y, shared, print ~= nil") == (None, None, 1, True)
    random = "math.random(1 << 40)"
    assert lua.eval(random, environment=one) != lua.eval(random, environment=two)
    function = lua.compile("z = 1", environment=one)
    function()
    assert one.z == 1
    with pytest.raises(TypeError, match="environment must be a LuaTable or None, not dict"):
        lua.execute("", environment={})  # type: ignore[arg-type]  # the misuse that is tested
