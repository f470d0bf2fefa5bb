"""Argument checks, libraries, references, conversions, userdata, and what goes beyond C's API."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from moonquakes.api import (
    MQ_ERRRUN,
    MQ_NOREF,
    MQ_OK,
    MQ_REFNIL,
    MQ_REGISTRYINDEX,
    MQ_TBOOLEAN,
    MQ_TNIL,
    MQ_TNONE,
    MQ_TNUMBER,
    MQ_TTABLE,
    mq_getfield,
    mq_getglobal,
    mq_getiuservalue,
    mq_gettop,
    mq_newtable,
    mq_newuserdatauv,
    mq_pushboolean,
    mq_pushinteger,
    mq_pushnil,
    mq_pushnumber,
    mq_pushstring,
    mq_pushvalue,
    mq_rawequal,
    mq_rawgeti,
    mq_rawlen,
    mq_register,
    mq_setfield,
    mq_setglobal,
    mq_setiuservalue,
    mq_settop,
    mq_State,
    mq_toboolean,
    mq_tointeger,
    mq_tolstring,
    mq_touserdata,
    mq_type,
    mq_upvalueindex,
    mq_version,
    mqL_argerror,
    mqL_callmeta,
    mqL_checkany,
    mqL_checkinteger,
    mqL_checklstring,
    mqL_checknumber,
    mqL_checkoption,
    mqL_checktype,
    mqL_checkudata,
    mqL_dostring,
    mqL_getmetatable,
    mqL_gsub,
    mqL_newlib,
    mqL_newmetatable,
    mqL_optinteger,
    mqL_optlstring,
    mqL_optnumber,
    mqL_ref,
    mqL_requiref,
    mqL_setfuncs,
    mqL_setmetatable,
    mqL_testudata,
    mqL_tolstring,
    mqL_typeerror,
    mqL_unref,
    mqx_restoretable,
    mqx_seal,
)


def failure(L: mq_State, check: Callable[[mq_State], object], call: str) -> str:
    """Return the message of the error that ``check`` raises in ``call``, without its position."""

    def f(L: mq_State) -> int:
        check(L)
        return 0

    mq_register(L, "f", f)
    assert mqL_dostring(L, call) == MQ_ERRRUN
    message = (mq_tolstring(L, -1) or b"").decode()
    assert message.startswith('[string "')
    return message.split(": ", 1)[1]


# Arguments


@pytest.mark.parametrize(
    ("check", "call", "message"),
    [
        (lambda L: mqL_checkinteger(L, 1), "f()", "bad argument #1 to 'f' (number expected, got no value)"),
        (lambda L: mqL_checkinteger(L, 1), "f(nil)", "bad argument #1 to 'f' (number expected, got nil)"),
        (
            lambda L: mqL_checkinteger(L, 1),
            "f(1.5)",
            "bad argument #1 to 'f' (number has no integer representation)",
        ),
        (lambda L: mqL_checknumber(L, 2), "f(1, {})", "bad argument #2 to 'f' (number expected, got table)"),
        (lambda L: mqL_optinteger(L, 1, 7), "f('x')", "bad argument #1 to 'f' (number expected, got string)"),
        (
            lambda L: mqL_checklstring(L, 1),
            "f(print)",
            "bad argument #1 to 'f' (string expected, got function)",
        ),
        (
            lambda L: mqL_checktype(L, 1, MQ_TTABLE),
            "f(1)",
            "bad argument #1 to 'f' (table expected, got number)",
        ),
        (lambda L: mqL_checkany(L, 1), "f()", "bad argument #1 to 'f' (value expected)"),
        (
            lambda L: mqL_checkoption(L, 1, None, ["a", "b"]),
            "f('c')",
            "bad argument #1 to 'f' (invalid option 'c')",
        ),
        (lambda L: mqL_argerror(L, 3, "too blue"), "f()", "bad argument #3 to 'f' (too blue)"),
        (
            lambda L: mqL_typeerror(L, 1, "colour"),
            "f(true)",
            "bad argument #1 to 'f' (colour expected, got boolean)",
        ),
        (
            lambda L: mqL_checkudata(L, 1, "T"),
            "f(io.stdout)",
            "bad argument #1 to 'f' (T expected, got FILE*)",
        ),
    ],
)
def test_messages(L: mq_State, check: Callable[[mq_State], object], call: str, message: str) -> None:
    assert failure(L, check, call) == message


def test_methods_do_not_count_self(L: mq_State) -> None:
    mq_register(L, "f", lambda L: mqL_checkinteger(L, 2))
    mqL_dostring(L, "o = {m = f} o:m('x')")
    assert (mq_tolstring(L, -1) or b"").endswith(b"bad argument #1 to 'm' (number expected, got string)")


def test_checks_convert(L: mq_State) -> None:
    mq_pushstring(L, "0x10")
    mq_pushnumber(L, 3)
    mq_pushinteger(L, 12)
    assert mqL_checkinteger(L, 1) == 16
    assert mqL_checkinteger(L, 2) == 3
    assert mqL_checknumber(L, 3) == 12.0
    assert mqL_checklstring(L, 3) == b"12"
    assert mq_tolstring(L, 3) == b"12"
    assert mqL_optinteger(L, 4, 7) == 7
    assert mqL_optnumber(L, 4, 0.5) == 0.5
    assert mqL_optlstring(L, 4, "dé") == "dé".encode()
    assert mqL_optlstring(L, 4, None) is None
    assert mqL_optlstring(L, 1, "d") == b"0x10"
    assert mqL_checkoption(L, 4, "b", ["a", "b"]) == 1


# Libraries


def test_newlib_and_setfuncs(L: mq_State) -> None:
    mqL_newlib(L, {"one": lambda L: mq_pushinteger(L, 1) or 1, "reserved": None})
    assert mq_getfield(L, 1, "reserved") == MQ_TBOOLEAN
    mq_settop(L, 1)
    mq_pushstring(L, "shared")

    def tell(L: mq_State) -> int:
        mq_pushvalue(L, mq_upvalueindex(1))
        return 1

    mqL_setfuncs(L, [("tell", tell)], 1)
    assert mq_gettop(L) == 1
    mq_setglobal(L, "lib")
    assert mqL_dostring(L, "return lib.one(), lib.tell()") == MQ_OK
    assert mq_tolstring(L, -1) == b"shared"


def test_requiref(L: mq_State) -> None:
    opened = []

    def open_it(L: mq_State) -> int:
        opened.append(mq_tolstring(L, 1))
        mq_newtable(L)
        return 1

    for _ in range(2):
        mqL_requiref(L, "mine", open_it, True)
    assert opened == [b"mine"]
    assert mqL_dostring(L, "return require('mine') == mine") == MQ_OK
    assert mq_toboolean(L, -1)
    assert mq_rawequal(L, 1, 2)


def test_references(L: mq_State) -> None:
    mq_pushnil(L)
    assert mqL_ref(L, MQ_REGISTRYINDEX) == MQ_REFNIL
    references = []
    for number in range(5):
        mq_pushinteger(L, number)
        references.append(mqL_ref(L, MQ_REGISTRYINDEX))
    assert len(set(references)) == 5
    assert min(references) > 3
    for number, reference in enumerate(references):
        mq_rawgeti(L, MQ_REGISTRYINDEX, reference)
        assert mq_tointeger(L, -1) == number
    mqL_unref(L, MQ_REGISTRYINDEX, references[1])
    mqL_unref(L, MQ_REGISTRYINDEX, references[3])
    mqL_unref(L, MQ_REGISTRYINDEX, MQ_NOREF)
    mqL_unref(L, MQ_REGISTRYINDEX, MQ_REFNIL)
    for expected in (references[3], references[1]):
        mq_pushboolean(L, True)
        assert mqL_ref(L, MQ_REGISTRYINDEX) == expected


def test_references_in_a_table_of_ones_own(L: mq_State) -> None:
    mq_newtable(L)
    references = []
    for number in range(6):
        mq_pushinteger(L, number)
        references.append(mqL_ref(L, 1))
    assert len(set(references)) == 6
    for number, reference in enumerate(references):
        mq_rawgeti(L, 1, reference)
        assert mq_tointeger(L, -1) == number


def test_tolstring_and_callmeta(L: mq_State) -> None:
    mqL_dostring(L, "return setmetatable({}, {__tostring = function() return 'me' end}), 1.0, nil")
    assert [mqL_tolstring(L, index) for index in (1, 2, 3)] == [b"me", b"1.0", b"nil"]
    assert mqL_callmeta(L, 1, "__tostring")
    assert mq_tolstring(L, -1) == b"me"
    assert not mqL_callmeta(L, 1, "__name")
    assert mqL_gsub(L, "a.b.c", ".", "é") == "aébéc".encode()
    assert mq_version(L) == 504


# Userdata


def test_userdata_carry_the_hosts_object(L: mq_State) -> None:
    block = mq_newuserdatauv(L, {"x": 1}, 2)
    assert mq_touserdata(L, 1) is block
    mq_pushinteger(L, 5)
    assert mq_setiuservalue(L, 1, 2)
    assert mq_getiuservalue(L, 1, 2) == MQ_TNUMBER
    assert mq_getiuservalue(L, 1, 1) == MQ_TNIL
    assert mq_getiuservalue(L, 1, 3) == MQ_TNONE
    mq_pushnil(L)
    assert not mq_setiuservalue(L, 1, 3)
    with pytest.raises(TypeError, match="holds no full userdata"):
        mq_getiuservalue(L, 2, 1)


def test_a_size_gives_a_block_of_bytes(L: mq_State) -> None:
    block = mq_newuserdatauv(L, 4, 0)
    assert block == bytearray(4)
    assert mq_rawlen(L, 1) == 4


def test_types_of_userdata(L: mq_State) -> None:
    assert mqL_newmetatable(L, "Point")
    mq_pushvalue(L, -1)
    mq_setfield(L, -2, "__index")

    def get_x(L: mq_State) -> int:
        mq_pushinteger(L, mqL_checkudata(L, 1, "Point")[0])  # type: ignore[index]  # the tuple made below
        return 1

    mqL_setfuncs(L, {"x": get_x}, 0)
    assert not mqL_newmetatable(L, "Point")
    mq_settop(L, 0)
    mq_newuserdatauv(L, (3, 4), 0)
    mqL_setmetatable(L, "Point")
    assert mqL_testudata(L, 1, "Point") == (3, 4)
    assert mqL_testudata(L, 1, "Other") is None
    assert mqL_getmetatable(L, "Point") == MQ_TTABLE
    assert mqL_getmetatable(L, "Other") == MQ_TNIL
    mq_settop(L, 1)
    mq_setglobal(L, "p")
    assert mqL_dostring(L, "return p:x()") == MQ_OK
    assert mq_tointeger(L, -1) == 3
    assert mqL_dostring(L, "p.x(io.stdout)") == MQ_ERRRUN
    assert (mq_tolstring(L, -1) or b"").endswith(b"bad argument #1 to 'x' (Point expected, got FILE*)")
    assert mqL_dostring(L, "return tostring(p)") == MQ_OK
    assert (mq_tolstring(L, -1) or b"").startswith(b"Point: 0x")


# Beyond C's API


@pytest.mark.parametrize(
    "write",
    [
        "t.a = 2",
        "t.new = 1",
        "t.a = nil",
        "t[1] = 5",
        "t[3] = 5",
        "t[0] = 5",
        "t[2.5] = 5",
        "rawset(t, 'a', 2)",
        "table.insert(t, 1)",
        "table.remove(t)",
        "table.remove(t, 1)",
        "table.sort(t, function(a, b) return a > b end)",
        "table.move({7, 8}, 1, 2, 1, t)",
        "for k in pairs(t) do t[k] = nil end",
    ],
)
def test_a_sealed_table_is_read_only(L: mq_State, write: str) -> None:
    mqL_dostring(L, "t = {10, 20, a = 1} return t")
    mqx_seal(L, 1)
    assert mqL_dostring(L, write) == MQ_ERRRUN
    assert (mq_tolstring(L, -1) or b"").endswith(b"attempt to modify a read-only table")
    mqL_dostring(
        L, "local s = '' for k, v in pairs(t) do s = s .. k .. v .. ';' end return s .. #t .. rawlen(t)"
    )
    assert mq_tolstring(L, -1) == b"110;220;a1;22"


def test_a_sealed_tables_metatable_is_out_of_reach(L: mq_State) -> None:
    mqL_dostring(L, "t = setmetatable({}, {__index = function(_, k) return k end}) return t")
    mqx_seal(L, 1)
    mqL_dostring(L, "return t.x, getmetatable(t)")
    assert mq_tolstring(L, -2) == b"x"
    assert mq_type(L, -1) == MQ_TBOOLEAN
    assert mqL_dostring(L, "setmetatable(t, nil)") == MQ_ERRRUN
    assert (mq_tolstring(L, -1) or b"").endswith(b"cannot change a protected metatable")


def test_restoretable(L: mq_State) -> None:
    mqL_dostring(L, "model = {10, 20, a = 1, gone = 2} model.gone = nil t = {}")
    mq_getglobal(L, "model")
    mq_getglobal(L, "t")
    for change in (
        "",
        "t.b, t.a, t[1], t[3] = 1, 2, 3, 4",
        "setmetatable(t, {__index = model})",
        "t[2] = nil",
    ):
        assert mqL_dostring(L, change) == MQ_OK
        mqx_restoretable(L, 2, 1)
        mqL_dostring(
            L,
            "local keys = {} for k, v in pairs(t) do keys[#keys + 1] = k .. '=' .. v end "
            "return table.concat(keys, ' '), #t, getmetatable(t)",
        )
        assert mq_tolstring(L, -3) == b"1=10 2=20 a=1"
        assert [mq_tointeger(L, -2), mq_type(L, -1)] == [2, MQ_TNIL]
        mq_settop(L, 2)
    mqL_dostring(L, "t.a = 5 return model.a")
    assert mq_tointeger(L, -1) == 1
