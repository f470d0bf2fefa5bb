"""Errors across the border: Lua's, Python's, both ways, through coroutines and threads."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from moonquakes import LuaError, LuaRuntime, LuaSyntaxError, Sandbox, lupa_compat
from moonquakes.runtime import LuaTable

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def lua() -> LuaRuntime:
    return LuaRuntime()


def test_an_exception_arrives_unchanged(lua: LuaRuntime) -> None:
    cause, context = KeyError("cause"), OSError("context")
    problem = ValueError("problem")

    def fails() -> None:
        try:
            raise context
        except OSError:
            raise problem from cause

    calls = [
        "(...)()",
        "(function(f) local ok, e = pcall(f) error(e, 0) end)(...)",
        "(function(f) local ok, e = xpcall(f, function(e) return e end) error(e, 0) end)(...)",
        "coroutine.wrap(function(f) f() end)(...)",
        "(function(f) local t = setmetatable({}, {__index = function() return f() end}) return t.x end)(...)",
    ]
    for call in calls:
        problem.__traceback__ = None
        with pytest.raises(ValueError, match=r"^problem$") as caught:
            lua.eval(call, fails)
        assert caught.value is problem, call
        assert caught.value.__cause__ is cause
        assert caught.value.__context__ is context
        names = [frame.name for frame in traceback.extract_tb(problem.__traceback__)]
        assert "fails" in names, call


def test_through_several_layers(lua: LuaRuntime) -> None:
    def fails() -> None:
        raise KeyError("k")

    def again(function: Any) -> Any:
        return function()

    with pytest.raises(KeyError):
        lua.eval(
            "(function(again, fails) return again(function() return again(fails) end) end)(...)", again, fails
        )
    assert lua.eval("select(2, pcall(...))", lambda: again(lua.eval("function() error('x', 0) end"))) == "x"


def test_python_sees_the_error_of_an_inner_call(lua: LuaRuntime) -> None:
    seen: list[Any] = []

    def catches(function: Any) -> str:
        try:
            function()
        except LuaError as error:
            seen.append(error)
            raise
        return "unreached"

    with pytest.raises(LuaError, match=r"^inner$") as caught:
        lua.eval("(function(f) return f(function() error('inner', 0) end) end)(...)", catches)
    assert caught.value is seen[0]
    assert lua.eval("pcall(...)", lambda: catches(lua.eval("function() error({7}) end")))[1][1] == 7


def test_values_of_errors(lua: LuaRuntime) -> None:
    with pytest.raises(LuaError, match=r"^\(error object is a table value\)$") as caught:
        lua.execute("error({code = 7})")
    assert isinstance(caught.value.value, LuaTable)
    assert caught.value.value.code == 7
    with pytest.raises(LuaError, match=r"^custom$") as caught:
        lua.execute("error(setmetatable({}, {__tostring = function() return 'custom' end}))")
    with pytest.raises(LuaError, match=r"^7$") as caught:
        lua.execute("error(7)")
    assert caught.value.value == 7
    with pytest.raises(LuaError, match=r"^\(error object is a nil value\)$") as caught:
        lua.execute("error()")
    assert caught.value.value is None
    with pytest.raises(LuaError, match=r"^grün$") as caught:
        LuaRuntime("iso-8859-15").execute("error('grün', 0)")
    assert caught.value.args == ("grün",)
    assert caught.value.value == "grün"


def test_errors_that_the_host_makes(lua: LuaRuntime) -> None:
    class OwnError(LuaError):
        pass

    own = OwnError("é €")

    def fails() -> None:
        raise own

    with pytest.raises(OwnError) as caught:
        lua.eval("(...)()", fails)
    assert caught.value is own
    assert str(own) == "é €"
    assert lua.eval("pcall(...)", fails) == (False, "é €")


def test_errors_of_another_runtime(lua: LuaRuntime) -> None:
    other = LuaRuntime()

    def fails() -> None:
        other.execute("error({})")

    with pytest.raises(LuaError, match="error object is a table"):
        lua.eval("(...)()", fails)
    assert lua.eval("pcall(...)", fails) == (False, "(error object is a table value)")
    with pytest.raises(ValueError, match="cannot mix objects from different Lua runtimes"):
        lua.eval("...", other.table())
    assert lua.eval("pcall(...)", other.table)[0] is False


def test_exceptions_as_values(lua: LuaRuntime) -> None:
    problem = ValueError("x")
    with pytest.raises(ValueError, match=r"^x$") as caught:
        lua.eval("error(...)", problem)
    assert caught.value is problem
    assert lua.eval("select(2, pcall(error, ...))", problem) is problem
    assert lua.eval("(...).args", problem) == ("x",)
    with pytest.raises(ValueError, match=r"^x$"):
        next(lua.eval("function(e) error(e) end").coroutine(problem))


def test_what_nothing_catches(lua: LuaRuntime) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lua.eval("pcall(...)", interrupted)
    assert lua.eval("1 + 1") == 2


@pytest.mark.parametrize(
    ("source", "options", "chunk_name", "line"),
    [
        ("x x", {}, "<python>", 1),
        ("\n\nx = = 1", {"name": "=config"}, "config", 3),
        ("x = 'a\n", {"name": "@dir/file.lua"}, "dir/file.lua", 1),
        ("goto nowhere", {"name": "text"}, "text", 1),
        ("\nlocal x <const> = 1; x = 2", {}, "<python>", 2),
        ("local " + ", ".join(f"a{i}" for i in range(201)), {"name": "=many"}, "many", 1),
        ("\33Lua", {"name": "=binary"}, "binary", None),
    ],
)
def test_syntax_errors(source: str, options: dict[str, str], chunk_name: str, line: int | None) -> None:
    with pytest.raises(LuaSyntaxError) as caught:
        LuaRuntime(profile="full").compile(source, **options)  # type: ignore[arg-type]  # names only
    assert (caught.value.chunk_name, caught.value.line) == (chunk_name, line)


def test_deep_recursion(lua: LuaRuntime) -> None:
    with pytest.raises(LuaError, match="stack overflow"):
        lua.execute("local function f() return 1 + f() end f()")
    deep = lua.execute("local function f(n) if n > 0 then return 1 + f(n - 1) end return 0 end return f")
    assert deep(5000) == 5000


def test_lupa_appends_the_stack() -> None:
    lua = lupa_compat.LuaRuntime()
    with pytest.raises(LuaError) as caught:
        lua.execute("local function f() error('x') end f()", name="=here")
    assert str(caught.value).splitlines() == [
        "here:1: x",
        "stack traceback:",
        "\there:1: in main chunk",
        "\there:1: in upvalue 'f'" if "upvalue" in str(caught.value) else "\there:1: in local 'f'",
        "\t[C]: in function 'error'",
    ]
    assert caught.value.args == (str(caught.value),)
    assert caught.value.value == "here:1: x"
    with pytest.raises(LuaSyntaxError, match=r"^error loading code: here:1: .*$"):
        lua.execute("x x", name="=here")
    lua.execute("debug.traceback = nil")
    with pytest.raises(LuaError, match=r"^x$"):
        lua.execute("error('x', 0)")


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("sandbox", [None, Sandbox(fuel=10**6, deadline=60)], ids=["plain", "limited"])
def test_a_library_function_that_python_calls_names_its_arguments(sandbox: Sandbox | None) -> None:
    lua = LuaRuntime(sandbox=sandbox)
    for name, arguments, message in (
        ("string.rep", (), "bad argument #1 to 'string.rep' (string expected, got no value)"),
        ("math.floor", ("x",), "bad argument #1 to 'math.floor' (number expected, got string)"),
        ("setmetatable", (1,), "bad argument #1 to 'setmetatable' (table expected, got number)"),
        ("table.concat", (lua.table(lua.table()),), "invalid value (table) at index 1 in table for 'concat'"),
    ):
        function = lua.eval(name)
        for _ in range(2):
            with pytest.raises(LuaError) as caught:
                function(*arguments)
            assert str(caught.value) == message
