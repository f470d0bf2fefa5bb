"""Indices and stack manipulation."""

from __future__ import annotations

import pytest

from moonquakes.api import (
    MQ_REGISTRYINDEX,
    MQ_RIDX_GLOBALS,
    MQ_RIDX_MAINTHREAD,
    MQ_TNIL,
    MQ_TNONE,
    MQ_TTABLE,
    MQ_TTHREAD,
    mq_absindex,
    mq_checkstack,
    mq_copy,
    mq_gettop,
    mq_insert,
    mq_isfunction,
    mq_isnone,
    mq_pop,
    mq_pushinteger,
    mq_pushnil,
    mq_pushvalue,
    mq_rawgeti,
    mq_remove,
    mq_replace,
    mq_rotate,
    mq_settop,
    mq_State,
    mq_tointeger,
    mq_tothread,
    mq_type,
    mq_upvalueindex,
    mq_xmove,
    mqL_checkstack,
    mqL_dostring,
    mqL_newstate,
)
from moonquakes.errors import LuaError


def push(L: mq_State, *numbers: int) -> None:
    for number in numbers:
        mq_pushinteger(L, number)


def content(L: mq_State) -> list[int]:
    return [mq_tointeger(L, index) for index in range(1, mq_gettop(L) + 1)]


def test_absindex(L: mq_State) -> None:
    push(L, 10, 20, 30)
    assert mq_absindex(L, -1) == 3
    assert mq_absindex(L, -3) == 1
    assert mq_absindex(L, 2) == 2
    assert mq_absindex(L, MQ_REGISTRYINDEX) == MQ_REGISTRYINDEX
    assert mq_absindex(L, mq_upvalueindex(1)) == mq_upvalueindex(1)


def test_settop_drops_and_fills(L: mq_State) -> None:
    push(L, 1, 2, 3)
    mq_settop(L, -2)
    assert content(L) == [1, 2]
    mq_settop(L, 4)
    assert mq_gettop(L) == 4
    assert mq_type(L, 4) == MQ_TNIL
    mq_settop(L, -1)
    assert mq_gettop(L) == 4
    mq_settop(L, 0)
    assert mq_gettop(L) == 0
    with pytest.raises(IndexError, match="not acceptable"):
        mq_settop(L, -2)


def test_pop(L: mq_State) -> None:
    push(L, 1, 2, 3, 4)
    mq_pop(L, 1)
    mq_pop(L, 0)
    mq_pop(L, 2)
    assert content(L) == [1]


@pytest.mark.parametrize(
    ("index", "places", "expected"),
    [
        (2, 1, [1, 4, 2, 3]),
        (2, -1, [1, 3, 4, 2]),
        (-3, 2, [1, 3, 4, 2]),
        (1, 0, [1, 2, 3, 4]),
        (1, 4, [1, 2, 3, 4]),
    ],
)
def test_rotate(L: mq_State, index: int, places: int, expected: list[int]) -> None:
    push(L, 1, 2, 3, 4)
    mq_rotate(L, index, places)
    assert content(L) == expected


def test_rotate_beyond_the_segment_is_refused(L: mq_State) -> None:
    push(L, 1, 2)
    with pytest.raises(IndexError, match="rotate"):
        mq_rotate(L, 2, 2)


def test_insert_remove_replace_copy_pushvalue(L: mq_State) -> None:
    push(L, 1, 2, 3)
    mq_insert(L, 1)
    assert content(L) == [3, 1, 2]
    mq_remove(L, 2)
    assert content(L) == [3, 2]
    mq_pushvalue(L, 1)
    assert content(L) == [3, 2, 3]
    mq_replace(L, -2)
    assert content(L) == [3, 3]
    mq_pushinteger(L, 9)
    mq_copy(L, 3, 1)
    assert content(L) == [9, 3, 9]


def test_none_is_not_nil(L: mq_State) -> None:
    mq_pushnil(L)
    assert mq_type(L, 1) == MQ_TNIL
    assert mq_type(L, 2) == MQ_TNONE
    assert mq_isnone(L, 2)
    assert not mq_isnone(L, 1)
    assert mq_type(L, mq_upvalueindex(1)) == MQ_TNONE


def test_unacceptable_indices_raise(L: mq_State) -> None:
    for index in (0, -1):
        with pytest.raises(IndexError):
            mq_pushvalue(L, index)


def test_registry_holds_globals_and_main_thread(L: mq_State) -> None:
    assert mq_type(L, MQ_REGISTRYINDEX) == MQ_TTABLE
    assert mq_rawgeti(L, MQ_REGISTRYINDEX, MQ_RIDX_GLOBALS) == MQ_TTABLE
    assert mq_rawgeti(L, MQ_REGISTRYINDEX, MQ_RIDX_MAINTHREAD) == MQ_TTHREAD
    assert mq_tothread(L, -1) is L


def test_checkstack(L: mq_State) -> None:
    assert mq_checkstack(L, 1000)
    assert not mq_checkstack(L, 2_000_000)
    with pytest.raises(LuaError, match=r"stack overflow \(too many results\)"):
        mqL_checkstack(L, 2_000_000, "too many results")


def test_xmove_between_threads(L: mq_State) -> None:
    mqL_dostring(L, "return coroutine.create(print)")
    thread = mq_tothread(L, -1)
    assert thread is not None
    assert mq_tothread(L, -1) is thread
    push(L, 1, 2, 3)
    mq_xmove(L, thread, 2)
    assert mq_isfunction(thread, 1)  # the body lies below, as in C
    assert content(thread)[1:] == [2, 3]
    assert mq_gettop(L) == 2
    with pytest.raises(ValueError, match="different runtimes"):
        mq_xmove(L, mqL_newstate(), 1)
    with pytest.raises(IndexError, match="cannot move"):
        mq_xmove(L, thread, 5)
