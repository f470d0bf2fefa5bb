"""Which attributes Lua code gets at: by the profile, by a filter, by handlers."""

from __future__ import annotations

import math
import sys
from typing import Any

import pytest

from moonquakes import LuaRuntime, as_attrgetter

pytestmark = pytest.mark.usefixtures("engine")


class Base:
    public = 1
    _private = 2

    def method(self) -> int:
        return 3


class Leaky(Base):
    """What a careless host may hand out."""

    module = math
    frame = sys._getframe()


def numbers() -> Any:
    yield 1


LEAKS = [
    ("__class__", Base()),
    ("_private", Base()),
    ("__subclasses__", Base),
    ("__mro__", Base),
    ("mro", Base),
    ("__globals__", numbers),
    ("__builtins__", numbers),
    ("__code__", numbers),
    ("__self__", len),
    ("__func__", Base().method),
    ("gi_frame", numbers()),
    ("gi_code", numbers()),
    ("__traceback__", ValueError()),
    ("module", Leaky()),
    ("frame", Leaky()),
    ("__dict__", math),
    ("__loader__", math),
    ("f_globals", as_attrgetter(sys._getframe())),
    ("f_back", sys._getframe()),
    ("co_consts", numbers.__code__),
    ("format", as_attrgetter("{0.__class__}")),
    ("format_map", as_attrgetter("{0.__class__}")),
    ("__getattribute__", Base()),
    ("__init__", Base()),
    ("__reduce_ex__", Base()),
]


@pytest.mark.parametrize(("name", "obj"), LEAKS, ids=[name for name, _ in LEAKS])
def test_the_default_shows_nothing_inside(name: str, obj: object) -> None:
    lua = LuaRuntime()
    with pytest.raises(AttributeError):
        lua.eval(f"(...)['{name}']", obj)
    with pytest.raises(AttributeError):
        lua.eval(f"python.as_attrgetter(...)['{name}']", obj)


@pytest.mark.parametrize("obj", [math, Base, numbers, Base().method, len])
def test_the_default_sets_nothing_shared(obj: object) -> None:
    with pytest.raises(AttributeError):
        LuaRuntime().execute("(...).public = 5", obj)


def test_the_default_shows_what_is_public() -> None:
    lua = LuaRuntime()
    assert lua.eval("(...).public, (...):method(), (...).method()", Base()) == (1, 3, 3)
    assert lua.eval("(...).sqrt(4)", math) == 2.0
    thing = Base()
    lua.execute("(...).public = 7", thing)
    assert thing.public == 7
    with pytest.raises(AttributeError):
        lua.execute("(...)._private = 7", thing)
    with pytest.raises(TypeError, match="attribute name must be string"):
        lua.eval("(...)[1]", thing)
    assert lua.eval("getmetatable(...)", thing) is False


def test_the_full_profile_shows_everything() -> None:
    lua = LuaRuntime(profile="full")
    assert lua.eval("(...).__class__", Base()) is not None
    assert lua.eval("(...).module", Leaky()) is math
    assert lua.eval("type(getmetatable(...).__call)", Base()) == "function"


def test_filter() -> None:
    seen: list[object] = []

    def choose(obj: object, name: object, is_setting: bool) -> object:
        seen.append((obj, name, is_setting))
        if name == "secret":
            raise AttributeError("denied")
        return "_private" if name == "open" else name

    lua = LuaRuntime(attribute_filter=choose)
    thing = Base()
    assert lua.eval("(...).open", thing) == 2
    lua.execute("(...).open = 9", thing)
    assert thing._private == 9
    with pytest.raises(AttributeError, match=r"^denied$"):
        lua.eval("(...).secret", thing)
    assert lua.eval("(...).secret", {"secret": 1}) == 1, "items are no attributes"
    assert seen == [(thing, "open", False), (thing, "open", True), (thing, "secret", False)]


def test_handlers_are_asked_for_items_too() -> None:
    stored: list[object] = []
    lua = LuaRuntime(
        attribute_handlers=(
            lambda obj, name: (name, 5),
            lambda obj, name, value: stored.append((name, value)),
        )
    )
    assert lua.eval("(...).x", {}) == ("x", 5)
    assert lua.eval("(...)[1]", []) == (1, 5)
    lua.execute("(...).y = 6", Base())
    assert stored == [("y", 6)]
    reading = LuaRuntime(attribute_handlers=(lambda obj, name: 5, None))
    data: dict[str, int] = {}
    reading.execute("(...).x = 7", data)
    assert data == {"x": 7}, "None leaves it as it is"


def test_lua_errors_of_handlers_are_lua_errors() -> None:
    lua = LuaRuntime()
    fails = lua.eval("function() error('no', 0) end")
    lua = LuaRuntime(attribute_filter=lambda *_: lua.eval("error('no', 0)"))
    assert lua.eval("pcall(function(o) return o.x end, ...)", Base()) == (False, "no")
    assert fails is not None
