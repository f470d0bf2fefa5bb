"""Python objects in Lua: calling, indexing, views, the table ``python``; side by side with lupa."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import lupa.lua54
import pytest

import moonquakes
from moonquakes import LuaError, LuaRuntime, lupa_compat

pytestmark = pytest.mark.usefixtures("engine")


class Thing:
    """An object with attributes and methods, and no items."""

    def __init__(self) -> None:
        self.x = 1

    def add(self, *numbers: int) -> int:
        return self.x + sum(numbers)

    def keyed(self, *args: object, **named: object) -> object:
        return repr((args, sorted(named.items())))

    @classmethod
    def made(cls, value: object) -> object:
        return value

    @staticmethod
    def free(value: object) -> object:
        return value

    def __str__(self) -> str:
        return "a thing"


def keyed(*args: object, **named: object) -> str:
    return repr((args, sorted(named.items())))


#: An expression, and what makes its ``...``; the modules have the names of lupa.
USES: list[tuple[str, Callable[[Any], tuple[object, ...]]]] = [
    ("(...).x", lambda m: (Thing(),)),
    ("(...):add(2, 3)", lambda m: (Thing(),)),
    ("(...).add(2, 3)", lambda m: (Thing(),)),
    ("(...).made(5)", lambda m: (Thing,)),
    ("(...):made(5)", lambda m: (Thing,)),
    ("(...):free(5)", lambda m: (Thing,)),
    ("tostring(...)", lambda m: (Thing(),)),
    ("type(...)", lambda m: (len,)),
    ("type((...).add)", lambda m: (Thing(),)),
    ("(...).nothing", lambda m: (Thing(),)),
    ("(...)()", lambda m: (Thing(),)),
    ("(...)[1]", lambda m: ([5, 6],)),
    ("(...)[7]", lambda m: ([5, 6],)),
    ("(...)[1.5]", lambda m: ([5, 6],)),
    ("(...).key", lambda m: ({"key": 7},)),
    ("(...).other", lambda m: ({"key": 7},)),
    ("(...).get('other', 9)", lambda m: (m.as_attrgetter({"key": 7}),)),
    ("python.as_attrgetter(...).get('key')", lambda m: ({"key": 7},)),
    ("python.as_itemgetter(python.as_attrgetter(...)).key", lambda m: ({"key": 7},)),
    ("(function(o) o.x = 5 return o.x end)(...)", lambda m: (Thing(),)),
    ("(function(o) o.key = 5 return o end)(...)", lambda m: ({},)),
    ("(function(o) o[1] = 5 return o end)(...)", lambda m: ([1, 2],)),
    ("(function(o) o.key = nil return o end)(...)", lambda m: ({"key": 1},)),
    ("(...)(nil, python.none, 1, true)", lambda m: (lambda *args: repr(args),)),
    ("type((...)())", lambda m: (lambda: None,)),
    ("(...)()", lambda m: (lambda: (1, 2),)),
    ("select('#', (...)())", lambda m: (lambda: (1, 2),)),
    ("(...)(python.args{1, 2, a = 3})", lambda m: (keyed,)),
    ("(...)(0, python.args{1, a = 3}, python.args{2, b = 4}, 5)", lambda m: (keyed,)),
    ("(...)(python.args{a = 1}, python.args{a = 2})", lambda m: (keyed,)),
    ("(...)(python.args{[3] = 1})", lambda m: (keyed,)),
    ("(...)(python.args{[1.5] = 1})", lambda m: (keyed,)),
    ("(...):keyed(python.args{1, a = 3})", lambda m: (Thing(),)),
    ("(...){5, a = 6}", lambda m: (m.unpacks_lua_table(keyed),)),
    ("(...)(5, 6)", lambda m: (m.unpacks_lua_table(keyed),)),
    ("(...){python.none, a = python.none}", lambda m: (m.unpacks_lua_table(keyed),)),
    ("type(python.as_function(...))", lambda m: (len,)),
    ("python.as_function(...)", lambda m: (len,)),
    ("python.as_function(...)('abc')", lambda m: (len,)),
    ("pcall(...)", lambda m: (lambda: "x",)),
    ("string.gsub('a b', '%a', python.as_function(...))", lambda m: (str.upper,)),
    ("python.none == nil", lambda m: ()),
    ("tostring(python.none)", lambda m: ()),
    ("python.none.x", lambda m: ()),
    ("python.eval('1 + 1')", lambda m: ()),
    ("python.eval('1 +')", lambda m: ()),
    ("python.builtins.len('abc')", lambda m: ()),
    ("require('python') == python", lambda m: ()),
    ("({[...] = 5})[...]", lambda m: (Thing(),)),
]


@pytest.mark.parametrize("unpacks", [False, True])
@pytest.mark.parametrize("use", USES, ids=[text for text, _ in USES])
def test_as_in_lupa(use: tuple[str, Callable[[Any], tuple[object, ...]]], unpacks: bool) -> None:
    expression, arguments = use

    def outcome(module: Any) -> tuple[str, object]:
        runtime = module.LuaRuntime(unpack_returned_tuples=unpacks)
        try:
            return "gives", runtime.eval(expression, *arguments(module))
        except Exception as error:
            # Both say it in Python's words, lupa with the function's name before them.
            text = (
                str(error).partition("\n")[0].removeprefix("tests.moonquakes.embedding.test_python_objects.")
            )
            return type(error).__name__, text.removeprefix("function() ")

    assert outcome(lupa_compat) == outcome(lupa.lua54)


LOOPS = [
    "for a, b in python.iter(o) do add(a, b) end",
    "for a, b in python.iterex(o) do add(a, b) end",
    "for i, a, b in python.enumerate(o) do add(i, a, b) end",
    "for i, a, b in python.enumerate(o, 5) do add(i, a, b) end",
    "for a in python.iter(o) do add(a == python.none, a == nil) end",
    "local f, s, c = python.iter(o) add(type(f), type(s), c)",
    "add(pcall(python.iter, 5)) add(pcall(python.iter, {}))",
]


@pytest.mark.parametrize("unpacks", [False, True])
@pytest.mark.parametrize(
    "items", [[1, "b", None], [(1, 2), (None, 3)], [], {"k": 1}, "xy", [[1], (2,)]], ids=str
)
@pytest.mark.parametrize("loop", LOOPS)
def test_iteration_as_in_lupa(loop: str, items: Any, unpacks: bool) -> None:
    def outcome(module: Any) -> object:
        runtime = module.LuaRuntime(unpack_returned_tuples=unpacks)
        seen: list[object] = []
        runtime.execute(f"local o, add = ... {loop}", iter(items), lambda *args: seen.append(args))
        return seen

    assert repr(outcome(lupa_compat)) == repr(outcome(lupa.lua54))


def test_exceptions_of_iterators_pass(engine: str) -> None:
    def items() -> Any:
        yield 1
        raise KeyError("k")

    with pytest.raises(KeyError):
        LuaRuntime().execute("for _ in python.iter(...) do end", items())


def test_wrong_objects_are_named() -> None:
    lua = LuaRuntime()
    for name in ("iter", "iterex", "enumerate", "as_attrgetter", "as_itemgetter", "as_function"):
        for value in ("5", "{}", "nil", "print"):
            with pytest.raises(LuaError, match=rf"bad argument #1 to '{name}' \(not a python object\)"):
                lua.eval(f"python.{name}({value})")
    full = LuaRuntime(profile="full")
    with pytest.raises(LuaError, match="not a python object"):
        full.eval("getmetatable(...).__index({}, 'x')", [])
    with pytest.raises(LuaError, match="not a python object"):
        full.eval("getmetatable(...).__call(io.stdout)", [])


def test_eval_and_builtins_only_when_asked() -> None:
    assert LuaRuntime().eval("python.eval, python.builtins") == (None, None)
    assert LuaRuntime(register_eval=True).eval("python.eval('7')") == 7
    assert LuaRuntime(register_builtins=True).eval("python.builtins.max(1, 7)") == 7
    with pytest.raises(NameError):
        LuaRuntime(register_eval=True).eval("python.eval('border')")


def test_calls_in_coroutines() -> None:
    lua = LuaRuntime()
    steps = lua.eval(
        "function(f, o) coroutine.yield(f(1)) coroutine.yield(o.x) coroutine.yield(o:add(5)) end"
    )
    assert list(steps.coroutine(lambda n: n + 1, Thing())) == [2, 1, 6]
    with pytest.raises(KeyError):
        list(lua.eval("function(o) return o.x end").coroutine({}))


def test_callables_where_lua_calls() -> None:
    """Metamethods, iterators and handlers may be Python's, as any value that can be called."""
    lua = LuaRuntime()
    assert lua.eval("(setmetatable({}, {__add = ...})) + 1", lambda a, b: b) == 1
    assert lua.eval("#setmetatable({}, {__len = ...})", lambda t, _: 9) == 9
    assert lua.eval("select(2, pcall(...))", lambda: "x") == "x"
    rest = iter([1, 2, None])
    lua.execute("n = 0 for i in ... do n = n + i end", lambda *_: next(rest))
    assert lua.eval("n") == 3


def test_a_call_is_one_level_of_the_stack() -> None:
    lua = LuaRuntime(profile="full")
    lua.globals().f = lambda: lua.eval("debug.traceback()")
    text = lua.eval("(function() return (f()) end)()", name="=outer")
    assert text.count("[C]: in ?") >= 1
    assert "outer:1: in function <outer:1>" in text
    with pytest.raises(LuaError, match=r"^here:1: attempt to call a nil value \(local 'x'\)$"):
        lua.execute("local function g() local x; x() end f = ... f(g)", lambda g: g(), name="=here")


def test_methods_are_called_with_their_object_once() -> None:
    thing = Thing()
    lua = LuaRuntime()
    assert lua.eval("(...)(5)", thing.add) == 6
    with pytest.raises(TypeError):
        # Unlike any other argument its own object is taken for that of a call with a colon.
        lua.eval("(...)(select(2, ...))", Thing.free, thing, thing)


def test_a_mock_is_no_number() -> None:
    class Fake:
        __class__ = int  # type: ignore[assignment]  # what mocks do

    fake = Fake()
    lua = LuaRuntime()
    assert lua.eval("type(...)", fake) == "userdata"
    assert lua.eval("type((...)())", lambda: fake) == "userdata"
    assert lua.eval("function(x) return type(x) end")(fake) == "userdata"


def test_objects_go_when_lua_drops_them() -> None:
    lua = LuaRuntime()
    thing = Thing()
    reference = weakref.ref(thing)
    lua.globals().x = thing
    del thing
    gc.collect()
    assert reference() is not None
    del lua.globals().x
    gc.collect()
    assert reference() is None


def test_views_are_exported() -> None:
    assert moonquakes.as_attrgetter is lupa_compat.as_attrgetter
    assert moonquakes.lua_type(LuaRuntime().table()) == "table"
