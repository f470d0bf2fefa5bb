"""Is the API whole, and does it say when it is called wrongly?"""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import moonquakes.api as api
from moonquakes.api import (
    MQ_REGISTRYINDEX,
    mq_call,
    mq_concat,
    mq_copy,
    mq_getfield,
    mq_gettop,
    mq_insert,
    mq_newtable,
    mq_pcall,
    mq_pop,
    mq_pushcclosure,
    mq_pushinteger,
    mq_pushliteral,
    mq_pushnil,
    mq_pushvalue,
    mq_register,
    mq_replace,
    mq_rotate,
    mq_setfield,
    mq_settable,
    mq_settop,
    mq_State,
    mq_toclose,
    mq_tointeger,
    mq_upvalueindex,
    mqL_addlstring,
    mqL_addvalue,
    mqL_Buffer,
    mqL_buffinit,
    mqL_loadstring,
    mqL_newstate,
    mqL_pushresult,
    mqL_setfuncs,
    unchecked,
)
from moonquakes.api.contracts import CONTRACTS

NAMES = Path(__file__).parent / "data" / "header_names.txt"
PREFIXES = {"luaopen_": "mqopen_", "luaL_": "mqL_", "lua_": "mq_", "LUAL_": "MQL_", "LUA_": "MQ_"}
#: What the API has besides: of luaconf.h, and of its own.
OTHERS = {"MQL_BUFFERSIZE", "MQ_MAXSTACK", "mq_numbertointeger", "HostFunction", "Text", "export"}


def ours(name: str) -> str:
    """Return the API's name for one of C's headers."""
    prefix = next(prefix for prefix in PREFIXES if name.startswith(prefix))
    return PREFIXES[prefix] + name[len(prefix) :]


HEADERS = {ours(name): kind for kind, name in map(str.split, NAMES.read_text(encoding="ascii").splitlines())}


def test_every_name_of_the_headers_is_there() -> None:
    assert len(HEADERS) > 300
    assert sorted(set(HEADERS) - set(api.__all__)) == []
    extra = {name for name in api.__all__ if not name.startswith("mqx_")} - set(HEADERS)
    assert extra == OTHERS


@pytest.mark.parametrize("name", sorted(name for name in HEADERS if HEADERS[name] in ("function", "macro")))
def test_functions_say_what_they_do(name: str) -> None:
    function = getattr(api, name)
    assert name in CONTRACTS
    first = (inspect.getdoc(function) or "").partition("\n")[0]
    assert first.endswith((".", ";"))
    assert str(CONTRACTS[name]) in (function.__doc__ or "")


PAGE = Path(__file__).parents[3] / "docs" / "api.md"


def test_the_example_of_the_documentation_runs(engine: str) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(code, {})


def test_every_name_is_in_the_documentation() -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [name for name in HEADERS if f"`{name} (" not in page and f"`{name}`" not in page]
    assert missing == []


# Checked mode

POPPING = sorted(
    name
    for name, contract in CONTRACTS.items()
    if isinstance(contract.pops, int) and contract.pops and contract.valid < 2
)
INDEXED = sorted(name for name, contract in CONTRACTS.items() if contract.valid == 1)


@pytest.fixture
def empty() -> mq_State:
    return mqL_newstate()


def filler(name: str, given: int) -> list[Any]:
    """Return some arguments for the parameters of a function from number ``given`` on."""
    parameters = list(inspect.signature(getattr(api, name)).parameters.values())[given:]
    return [b"x" if "Text" in str(p.annotation) else 1 for p in parameters if p.default is p.empty]


@pytest.mark.parametrize("name", POPPING)
def test_a_stack_with_too_few_values_is_an_error(empty: mq_State, name: str) -> None:
    pops = CONTRACTS[name].pops
    assert isinstance(pops, int)
    for _ in range(pops - 1):
        mq_pushnil(empty)
    index = [MQ_REGISTRYINDEX] if CONTRACTS[name].valid else []
    message = rf"^{name} takes {pops} values? from the stack, which has {pops - 1}"
    with pytest.raises(IndexError, match=message):
        getattr(api, name)(empty, *index, *filler(name, 1 + len(index)))
    assert mq_gettop(empty) == pops - 1


@pytest.mark.parametrize("name", INDEXED)
@pytest.mark.parametrize("index", [4, -4, 0, mq_upvalueindex(300)])
def test_an_index_without_a_value_is_an_error(empty: mq_State, name: str, index: int) -> None:
    mq_settop(empty, 3)
    message = f"^{name}: stack index {index} is not valid, the stack has 3 values$"
    with pytest.raises(IndexError, match=message):
        getattr(api, name)(empty, index, *filler(name, 2))
    assert mq_gettop(empty) == 3


def test_other_misuse_of_the_stack(empty: mq_State) -> None:
    L = empty
    mq_settop(L, 2)
    for index in (-3, 0):
        message = f"stack index {index} is not acceptable, the stack has 2 values"
        with pytest.raises(IndexError, match=message):
            mq_tointeger(L, index)
    assert mq_tointeger(L, 50) == 0  # acceptable
    misuses: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: mq_pop(L, 3), "mq_pop: cannot drop 3 of 2 values"),
        (lambda: mq_pop(L, -1), "mq_pop: cannot drop -1 of 2 values"),
        (lambda: mq_settop(L, -4), "stack index -4 is not acceptable"),
        (lambda: mq_rotate(L, 1, 3), "cannot rotate from stack index 1 by 3"),
        (lambda: mq_copy(L, 1, 3), "mq_copy: stack index 3 is not valid"),
        (lambda: mq_copy(L, 3, 1), "mq_copy: stack index 3 is not valid"),
        (lambda: mq_replace(L, MQ_REGISTRYINDEX), "stack index -1001000 is not valid"),
        (lambda: mq_concat(L, 3), "cannot concatenate 3 of 2 values"),
        (lambda: mq_call(L, 2, 0), "no function below 2 arguments"),
        (lambda: mq_pushcclosure(L, len, 3), "cannot take 3 upvalues from 2 values"),  # type: ignore[arg-type]  # none
        (lambda: mqL_setfuncs(L, {}, 2), "no table below 2 upvalues"),
        (lambda: mq_toclose(L, 3), "mq_toclose: stack index 3 is not above all"),
    )
    for misuse, message in misuses:
        with pytest.raises(IndexError, match=message):
            misuse()
        assert mq_gettop(L) == 2
    with pytest.raises(TypeError, match="stack index 1 holds no table"):
        api.mq_rawget(L, 1)


def test_misuse_in_a_host_function_leaves_the_call_as_pythons_own_error(L: mq_State) -> None:
    def careless(L: mq_State) -> int:
        mq_settop(L, 0)
        mq_pushvalue(L, 1)
        return 1

    mq_register(L, "careless", careless)
    mqL_loadstring(L, "careless(1)")
    with pytest.raises(IndexError, match="mq_pushvalue: stack index 1 is not valid, the stack has 0 values"):
        mq_call(L, 0, 0)
    mqL_loadstring(L, "return (select('#', pcall(careless)))")
    assert mq_pcall(L, 0, 1) == 0
    assert mq_tointeger(L, -1) == 2


def test_a_buffer_with_an_unbalanced_stack(empty: mq_State) -> None:
    L = empty
    buffer = mqL_Buffer()
    mqL_buffinit(L, buffer)
    mq_pushinteger(L, 7)
    with pytest.raises(ValueError, match="mqL_addlstring: the stack has 1 values, 0 belong there"):
        mqL_addlstring(buffer, b"x")
    mqL_addvalue(buffer)
    mqL_pushresult(buffer)
    assert mq_gettop(L) == 1
    with pytest.raises(ValueError, match="mqL_pushresult: the stack has 1 values, 0 belong there"):
        mqL_pushresult(buffer)


def test_the_unchecked_functions_are_the_same_without_the_checks(empty: mq_State) -> None:
    assert unchecked.mq_setfield is inspect.unwrap(mq_setfield)
    assert unchecked.mq_setfield is not mq_setfield
    assert unchecked.mq_pushnil is mq_pushnil  # nothing to check
    L = unchecked.mqL_newstate()
    unchecked.mq_newtable(L)
    unchecked.mq_pushliteral(L, "v")
    unchecked.mq_setfield(L, -2, "k")
    unchecked.mq_getfield(L, 1, "k")
    assert unchecked.mq_tolstring(L, -1) == b"v"
    # What checked mode refuses does something else than it seems to.
    unchecked.mq_pushvalue(L, 9)
    assert unchecked.mq_gettop(L) == 3


def test_an_environment_variable_switches_the_checks_off() -> None:
    code = "import moonquakes.api as a; print(a.mq_setfield is a.unchecked.mq_setfield)"
    for value, answer in (("0", "True"), ("1", "False")):
        done = subprocess.run(
            [sys.executable, "-c", "import moonquakes.api.unchecked;" + code],
            env={**os.environ, "MOONQUAKES_API_CHECK": value},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == answer


def test_checked_functions_take_named_arguments_after_the_index(empty: mq_State) -> None:
    mq_newtable(empty)
    mq_pushliteral(empty, "v")
    mq_setfield(empty, 1, k="key")
    mq_getfield(empty, 1, k="key")
    mq_insert(empty, 1)
    mq_pushliteral(empty, "k")
    mq_pushnil(empty)
    mq_settable(empty, 2)
    assert mq_gettop(empty) == 2
