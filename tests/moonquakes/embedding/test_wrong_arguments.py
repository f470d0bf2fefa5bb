"""Wrong types and ranges name the parameter; a closed runtime says so."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from moonquakes import LuaRuntime, Sandbox

pytestmark = pytest.mark.usefixtures("engine")


LENGTH = "setmetatable({{}}, {{__len = function() return {} end}})"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"encoding": 5}, TypeError, "encoding must be a str or None, not int"),
        ({"encoding": "nope"}, ValueError, "encoding must name a codec of text, not 'nope'"),
        ({"encoding": "hex"}, ValueError, "encoding must name a codec of text, not 'hex'"),
        ({"encoding": "a\0b"}, ValueError, "encoding must name a codec of text, not 'a.x00b'"),
        ({"source_encoding": b"utf-8"}, TypeError, "source_encoding must be a str or None, not bytes"),
        ({"source_encoding": "nope"}, ValueError, "source_encoding must name a codec of text, not 'nope'"),
        ({"attribute_filter": 5}, ValueError, "attribute_filter must be callable"),
        ({"attribute_handlers": 5}, TypeError, "attribute_handlers must be a pair of callables or None"),
        (
            {"attribute_handlers": (len,)},
            ValueError,
            "attribute_handlers must be a pair of callables or None",
        ),
        (
            {"attribute_handlers": (len, 5)},
            ValueError,
            "attribute_handlers must be a pair of callables or None",
        ),
        (
            {"attribute_filter": len, "attribute_handlers": (len, None)},
            ValueError,
            "attribute_filter and attribute_handlers are mutually exclusive",
        ),
        ({"register_eval": "yes"}, TypeError, "register_eval must be a bool, not str"),
        ({"register_builtins": 1.5}, TypeError, "register_builtins must be a bool, not float"),
        ({"unpack_returned_tuples": None}, TypeError, "unpack_returned_tuples must be a bool, not NoneType"),
        ({"overflow_handler": 5}, ValueError, "overflow_handler must be callable"),
        ({"max_memory": "1"}, TypeError, "max_memory must be an int or None, not str"),
        ({"max_memory": True}, TypeError, "max_memory must be an int or None, not bool"),
        ({"max_memory": -1}, ValueError, "max_memory must not be negative"),
        ({"max_memory": 1, "sandbox": Sandbox(memory=1)}, ValueError, "mutually exclusive"),
        ({"string_hash_seed": "x"}, TypeError, "string_hash_seed must be an int or None, not str"),
        ({"profile": "none"}, ValueError, "profile must be .*, not 'none'"),
        ({"engine": "none"}, ValueError, "engine must be 'vm' or 'fast', not 'none'"),
        ({"engine": ["vm"]}, ValueError, "engine must be 'vm' or 'fast', not .*"),
        ({"cache": ""}, ValueError, "cache must not be empty"),
        ({"sandbox": 5}, TypeError, "sandbox must be a Sandbox or None, not int"),
        ({"cache": 5}, TypeError, "cache must be a path or None, not int"),
    ],
)
def test_constructor(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        LuaRuntime(**arguments)


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (lambda lua: lua.eval(5), TypeError, "code must be str or bytes, not int"),
        (lambda lua: lua.execute(None), TypeError, "code must be str or bytes, not NoneType"),
        (lambda lua: lua.compile(["x"]), TypeError, "code must be str or bytes, not list"),
        (lambda lua: lua.eval("1", name=5), TypeError, "name must be a str or None, not int"),
        (lambda lua: lua.eval("1", mode=5), TypeError, "mode must be a str or None, not int"),
        (lambda lua: lua.eval("1", mode="q"), ValueError, "mode must be 'b', 't' or 'bt', not 'q'"),
        (lambda lua: lua.require(5), TypeError, "module must be a str, not int"),
        (lambda lua: lua.table_from(5), TypeError, "args must be mappings or iterables, not int"),
        (lambda lua: lua.table_from({}, None), TypeError, "args must be mappings or iterables, not NoneType"),
        (lambda lua: lua.set_max_memory(5), RuntimeError, "max_memory must be set on LuaRuntime creation"),
        (lambda lua: lua.set_overflow_handler(5), ValueError, "overflow_handler must be callable"),
        (lambda lua: lua.renew(fuel=5), ValueError, "without a sandbox"),
        (
            lambda lua: lua.eval("print")(a=1),
            TypeError,
            r"__call__\(\) got an unexpected keyword argument 'a'",
        ),
        (lambda lua: len(lua.eval(LENGTH.format("'x'"))), TypeError, "__len returned no integer"),
        (lambda lua: len(lua.eval(LENGTH.format("nil"))), TypeError, "__len returned no integer"),
        (lambda lua: len(lua.eval(LENGTH.format("-1"))), ValueError, "should return >= 0"),
        (lambda lua: lua.eval("print")[1], TypeError, "a Lua function cannot be indexed"),
        (lambda lua: lua.eval("print").x, AttributeError, "'LuaFunction' object has no attribute 'x'"),
        (
            lambda lua: setattr(lua.eval("print"), "x", 1),
            AttributeError,
            "a Lua function has no attribute 'x'",
        ),
        (lambda lua: list(lua.eval("print")), TypeError, "not iterable"),
        (lambda lua: len(lua.eval("print")), TypeError, "has no len"),
        (lambda lua: lua.table().__wrapped__, AttributeError, "a Lua table has no attribute '__wrapped__'"),
        (lambda lua: copy.copy(lua.table()), TypeError, "a Lua table cannot be copied or pickled"),
        (
            lambda lua: pickle.dumps(lua.eval("print")),
            TypeError,
            "a Lua function cannot be copied or pickled",
        ),
        (lambda lua: lua.eval("...", "\ud800"), UnicodeEncodeError, "surrogates"),
        (lambda lua: lua.eval("'\\255'"), UnicodeDecodeError, "invalid start byte"),
    ],
)
def test_methods(use: Callable[[Any], object], error: type[Exception], message: str) -> None:
    lua = LuaRuntime()
    with pytest.raises(error, match=message):
        use(lua)
    assert lua.eval("1 + 1") == 2


def test_limit_of_memory_takes_a_number() -> None:
    lua = LuaRuntime(max_memory=0)
    for value, error in (("5", TypeError), (None, TypeError), (-1, ValueError)):
        with pytest.raises(error, match="max_memory must"):
            lua.set_max_memory(value)  # type: ignore[arg-type]  # the misuse that is tested


def test_a_closed_runtime_says_so() -> None:
    lua = LuaRuntime(max_memory=0)
    resting = lua.eval("coroutine.create(print)")
    table, function = lua.table(1), lua.eval("function() end")
    keys = iter(table)
    thread = function.coroutine()
    for _ in range(2):
        lua.close()
    uses: list[Callable[[], object]] = [
        lambda: lua.eval("1"),
        lambda: lua.execute(""),
        lambda: lua.compile(""),
        lambda: lua.globals(),
        lambda: lua.table(),
        lambda: lua.table_from([]),
        lambda: lua.require("string"),
        lambda: lua.gccollect(),
        lambda: lua.nogc().__enter__(),
        lambda: lua.get_memory_used(),
        lambda: function(),
        lambda: table[1],
        lambda: table.x,
        lambda: len(table),
        lambda: 1 in table,
        lambda: next(keys),
        lambda: str(table),
        lambda: next(thread),
        lambda: table.__setitem__(1, 2),
        lambda: lua.set_overflow_handler(None),
        lambda: lua.set_max_memory(5),
        lambda: lua.renew(fuel=5),
        lambda: function.coroutine(),
        lambda: resting(),
    ]
    for use in uses:
        with pytest.raises(RuntimeError, match=r"^this LuaRuntime is closed$"):
            use()
    assert repr(table).startswith("<Lua table at 0x")
    assert table == table  # identity needs no runtime
