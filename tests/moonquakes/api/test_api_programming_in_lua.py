"""The examples of *Programming in Lua*'s chapters on the C API, written anew on this one.

A table of lines read from a configuration, arrays as userdata, a directory iterator that closes
itself, values kept in the registry, counters and tuples as closures, strings built in buffers.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from moonquakes.api import (
    MQ_MULTRET,
    MQ_OK,
    MQ_REFNIL,
    MQ_REGISTRYINDEX,
    MQ_TNIL,
    mq_call,
    mq_createtable,
    mq_getfield,
    mq_getglobal,
    mq_geti,
    mq_getiuservalue,
    mq_gettop,
    mq_isinteger,
    mq_isnoneornil,
    mq_istable,
    mq_newtable,
    mq_newuserdatauv,
    mq_pcall,
    mq_pop,
    mq_pushboolean,
    mq_pushcclosure,
    mq_pushfstring,
    mq_pushinteger,
    mq_pushnil,
    mq_pushnumber,
    mq_pushstring,
    mq_pushvalue,
    mq_rawgeti,
    mq_rawgetp,
    mq_rawseti,
    mq_rawsetp,
    mq_register,
    mq_replace,
    mq_setfield,
    mq_setglobal,
    mq_seti,
    mq_setiuservalue,
    mq_settop,
    mq_State,
    mq_toboolean,
    mq_tointeger,
    mq_tolstring,
    mq_touserdata,
    mq_type,
    mq_upvalueindex,
    mqL_addchar,
    mqL_addgsub,
    mqL_addlstring,
    mqL_addsize,
    mqL_addstring,
    mqL_addvalue,
    mqL_argcheck,
    mqL_Buffer,
    mqL_buffinit,
    mqL_buffinitsize,
    mqL_bufflen,
    mqL_buffsub,
    mqL_checkany,
    mqL_checkinteger,
    mqL_checklstring,
    mqL_checkstring,
    mqL_checktype,
    mqL_checkudata,
    mqL_dostring,
    mqL_error,
    mqL_getmetatable,
    mqL_len,
    mqL_loadfile,
    mqL_newlib,
    mqL_newmetatable,
    mqL_opt,
    mqL_optinteger,
    mqL_prepbuffsize,
    mqL_pushresult,
    mqL_pushresultsize,
    mqL_ref,
    mqL_requiref,
    mqL_setfuncs,
    mqL_setmetatable,
    mqL_unref,
)


def run(L: mq_State, code: str) -> list[bytes | None]:
    """Run ``code`` and return what it returns, as strings."""
    mq_settop(L, 0)
    status = mqL_dostring(L, code)
    if status != MQ_OK:
        pytest.fail((mq_tolstring(L, -1) or b"?").decode())
    return [mq_tolstring(L, index) for index in range(1, mq_gettop(L) + 1)]


def failure(L: mq_State, code: str) -> str:
    """Run ``code``, which fails, and return the message."""
    mq_settop(L, 0)
    assert mqL_dostring(L, code) != MQ_OK
    return (mq_tolstring(L, -1) or b"?").decode()


# Arrays as userdata: sets of bits, with a metatable that tells them from other userdata

ARRAY = "array.bits"


def array_new(L: mq_State) -> int:
    size = mqL_checkinteger(L, 1)
    mqL_argcheck(L, size >= 1, 1, "invalid size")
    block = mq_newuserdatauv(L, (size + 7) // 8, 1)
    assert block == bytes((size + 7) // 8)
    mq_pushinteger(L, size)
    mq_setiuservalue(L, -2, 1)
    mqL_setmetatable(L, ARRAY)
    return 1


def check_array(L: mq_State) -> tuple[bytearray, int]:
    block: Any = mqL_checkudata(L, 1, ARRAY)
    mq_getiuservalue(L, 1, 1)
    size = mq_tointeger(L, -1)
    mq_pop(L, 1)
    return block, size


def check_place(L: mq_State) -> tuple[bytearray, int, int]:
    block, size = check_array(L)
    index = mqL_checkinteger(L, 2)
    mqL_argcheck(L, 1 <= index <= size, 2, "index out of range")
    return block, (index - 1) // 8, 1 << (index - 1) % 8


def array_set(L: mq_State) -> int:
    block, entry, bit = check_place(L)
    mqL_checkany(L, 3)
    if mq_toboolean(L, 3):
        block[entry] |= bit
    else:
        block[entry] &= ~bit
    return 0


def array_get(L: mq_State) -> int:
    block, entry, bit = check_place(L)
    mq_pushboolean(L, block[entry] & bit)
    return 1


def array_size(L: mq_State) -> int:
    mq_pushinteger(L, check_array(L)[1])
    return 1


def array_to_string(L: mq_State) -> int:
    mq_pushfstring(L, "array(%d)", check_array(L)[1])
    return 1


def open_array(L: mq_State) -> int:
    mqL_newmetatable(L, ARRAY)
    mq_pushvalue(L, -1)
    mq_setfield(L, -2, "__index")
    mqL_setfuncs(
        L,
        {
            "set": array_set,
            "get": array_get,
            "size": array_size,
            "__len": array_size,
            "__tostring": array_to_string,
        },
    )
    mqL_newlib(L, {"new": array_new})
    return 1


def test_arrays_as_userdata(L: mq_State) -> None:
    mqL_requiref(L, "array", open_array, True)
    code = """
        local a = array.new(1000)
        for i = 1, 1000 do a:set(i, i % 2 == 0) end
        return tostring(a), #a, a:size(), tostring(a:get(10)), tostring(a:get(11)), require('array') == array
    """
    assert run(L, code)[:5] == [b"array(1000)", b"1000", b"1000", b"true", b"false"]
    assert failure(L, "array.new(0)").endswith("bad argument #1 to 'new' (invalid size)")
    assert failure(L, "local a = array.new(5) a:set(6, 1)").endswith(
        "bad argument #1 to 'set' (index out of range)"
    )
    assert failure(L, "local a = array.new(5) a.get(io.stdin, 1)").endswith(
        "bad argument #1 to 'get' (array.bits expected, got FILE*)"
    )
    assert failure(L, "array.new(5).set({}, 1, 1)").endswith(
        "bad argument #1 to 'set' (array.bits expected, got table)"
    )
    assert failure(L, "array.new(5):set(1)").endswith("bad argument #2 to 'set' (value expected)")


# An iterator over a directory: a userdata as the upvalue of the iterator, closed by __gc and __close

DIRECTORY = "a directory"


def directory_iterate(L: mq_State) -> int:
    entries: Any = mq_touserdata(L, mq_upvalueindex(1))
    entry = next(entries[0], None)
    if entry is None:
        return 0
    mq_pushstring(L, os.fsencode(entry.name))
    return 1


def directory_close(L: mq_State) -> int:
    entries: Any = mqL_checkudata(L, 1, DIRECTORY)
    if entries[0] is not None:
        entries[0].close()
        entries[0] = None
    return 0


def directory_open(L: mq_State) -> int:
    path = mqL_checkstring(L, 1)
    entries: Any = mq_newuserdatauv(L, [None], 0)
    mqL_setmetatable(L, DIRECTORY)
    try:
        entries[0] = os.scandir(path)
    except OSError as error:
        mqL_error(L, "cannot open %s: %s", path, error.strerror)
    mq_pushvalue(L, -1)
    mq_pushcclosure(L, directory_iterate, 1)
    mq_pushnil(L)
    mq_pushnil(L)
    mq_pushvalue(L, -4)
    return 4


def open_directory(L: mq_State) -> None:
    mqL_newmetatable(L, DIRECTORY)
    mqL_setfuncs(L, {"__gc": directory_close, "__close": directory_close})
    mq_register(L, "directory", directory_open)


def test_a_directory_iterator(L: mq_State, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).write_bytes(b"")
    open_directory(L)
    mq_pushstring(L, str(tmp_path))
    mq_setglobal(L, "path")
    listing = """
        local names = {}
        for name in directory(path) do names[#names + 1] = name end
        table.sort(names)
        return table.concat(names, ' ')
    """
    assert run(L, listing) == [b"one three two"]
    assert run(L, f"return coroutine.wrap(function() {listing} end)()") == [b"one three two"]
    message = failure(L, "directory(path .. '/none')")
    assert message.endswith("/none: No such file or directory")
    assert "cannot open" in message


@pytest.mark.parametrize("leave", ["break", "error('x', 0)"])
def test_a_directory_is_closed_when_its_loop_ends_early(L: mq_State, tmp_path: Path, leave: str) -> None:
    (tmp_path / "one").write_bytes(b"")
    open_directory(L)
    mq_pushstring(L, str(tmp_path))
    mq_setglobal(L, "path")
    opened: list[Any] = []

    def keep(L: mq_State) -> int:
        opened.append(mq_touserdata(L, 1))
        return 0

    mq_register(L, "keep", keep)
    loop = f"local i, s, c, d = directory(path) keep(d) for n in i, s, c, d do {leave} end"
    run(L, f"pcall(function() {loop} end)")
    assert opened == [[None]]


# The registry: references, and keys that nobody else has


def test_references_keep_values(L: mq_State) -> None:
    run(L, "return function(x) return 'kept ' .. x end, nil")
    assert mqL_ref(L, MQ_REGISTRYINDEX) == MQ_REFNIL
    mqL_unref(L, MQ_REGISTRYINDEX, MQ_REFNIL)
    reference = mqL_ref(L, MQ_REGISTRYINDEX)
    assert mq_gettop(L) == 0
    run(L, "collectgarbage()")
    mq_rawgeti(L, MQ_REGISTRYINDEX, reference)
    mq_pushinteger(L, 1)
    mq_call(L, 1, 1)
    assert mq_tolstring(L, -1) == b"kept 1"
    mqL_unref(L, MQ_REGISTRYINDEX, reference)
    mq_newtable(L)
    assert mqL_ref(L, MQ_REGISTRYINDEX) == reference  # it is free again


def test_the_address_of_an_object_is_a_key_of_its_own(L: mq_State) -> None:
    key, other = object(), object()
    mq_pushstring(L, "mine")
    mq_rawsetp(L, MQ_REGISTRYINDEX, key)
    mq_rawgetp(L, MQ_REGISTRYINDEX, key)
    assert mq_tolstring(L, -1) == b"mine"
    assert mq_rawgetp(L, MQ_REGISTRYINDEX, other) == MQ_TNIL


# Closures with upvalues


def counter(L: mq_State) -> int:
    value = mq_tointeger(L, mq_upvalueindex(1)) + 1
    mq_pushinteger(L, value)
    mq_pushvalue(L, -1)
    mq_replace(L, mq_upvalueindex(1))
    return 1


def new_counter(L: mq_State) -> int:
    mq_pushinteger(L, mqL_optinteger(L, 1, 0))
    mq_pushcclosure(L, counter, 1)
    return 1


def get_tuple(L: mq_State) -> int:
    number = mqL_optinteger(L, 1, 0)
    if number == 0:
        count = 1
        while mq_type(L, mq_upvalueindex(count)) >= 0:
            mq_pushvalue(L, mq_upvalueindex(count))
            count += 1
        return count - 1
    mqL_argcheck(L, 0 < number <= 255, 1, "index out of range")
    if mq_type(L, mq_upvalueindex(number)) < 0:
        return 0
    mq_pushvalue(L, mq_upvalueindex(number))
    return 1


def new_tuple(L: mq_State) -> int:
    top = mq_gettop(L)
    mqL_argcheck(L, top < 256, top, "too many fields")
    mq_pushcclosure(L, get_tuple, top)
    return 1


def test_counters(L: mq_State) -> None:
    mq_register(L, "counter", new_counter)
    assert run(L, "local a, b = counter(), counter(10) a() b() return a(), b(), a ~= b")[:2] == [b"2", b"12"]


def test_tuples(L: mq_State) -> None:
    mq_register(L, "tuple", new_tuple)
    assert run(L, "local t = tuple(10, 'hi', {}, 3) return t(1), t(2)") == [b"10", b"hi"]
    assert run(L, "return select('#', tuple()()), select('#', tuple(1, nil, nil)()), tuple(5)(2)") == [
        b"0",
        b"3",
    ]
    assert failure(L, "tuple(1)(256)").endswith("bad argument #1 to '?' (index out of range)")


def shared_get(L: mq_State) -> int:
    mq_geti(L, mq_upvalueindex(1), 1)
    return 1


def shared_set(L: mq_State) -> int:
    mqL_checkany(L, 1)
    mq_settop(L, 1)
    mq_seti(L, mq_upvalueindex(1), 1)
    return 0


def test_functions_of_a_library_share_an_upvalue(L: mq_State) -> None:
    mq_newtable(L)
    mq_newtable(L)
    mqL_setfuncs(L, {"get": shared_get, "set": shared_set, "later": None}, 1)
    mq_setglobal(L, "lib")
    assert run(L, "lib.set('v') return lib.get(), tostring(lib.later)") == [b"v", b"false"]


# Arrays and strings


def map_array(L: mq_State) -> int:
    mqL_checktype(L, 1, 5)
    mqL_checktype(L, 2, 6)
    for index in range(1, mqL_len(L, 1) + 1):
        mq_pushvalue(L, 2)
        mq_geti(L, 1, index)
        mq_call(L, 1, 1)
        mq_seti(L, 1, index)
    return 0


def split(L: mq_State) -> int:
    text, separator = mqL_checklstring(L, 1), mqL_checkstring(L, 2)
    mq_createtable(L, 0, 0)
    for number, piece in enumerate(text.split(separator), 1):
        mq_pushstring(L, piece)
        mq_rawseti(L, -2, number)
    return 1


def test_mapping_and_splitting(L: mq_State) -> None:
    mq_register(L, "map", map_array)
    mq_register(L, "split", split)
    code = "local t = split('hi:ho:there', ':') map(t, string.upper) return table.concat(t, ' '), #t"
    assert run(L, code) == [b"HI HO THERE", b"3"]
    assert failure(L, "map({}, 1)").endswith("bad argument #2 to 'map' (function expected, got number)")


def upper(L: mq_State) -> int:
    text = mqL_checklstring(L, 1)
    buffer = mqL_Buffer()
    room = mqL_buffinitsize(L, buffer, len(text))
    room[:] = text.upper()
    mqL_pushresultsize(buffer, len(text))
    return 1


def concat(L: mq_State) -> int:
    buffer = mqL_Buffer()
    mqL_checktype(L, 1, 5)
    count = mqL_len(L, 1)
    separator = mqL_opt(L, mqL_checkstring, 2, b", ")
    mqL_buffinit(L, buffer)
    for index in range(1, count + 1):
        mq_geti(L, 1, index)
        mqL_addvalue(buffer)
        mqL_addlstring(buffer, separator)
    if count:
        mqL_buffsub(buffer, len(separator))
    mqL_addchar(buffer, "!")
    mqL_addchar(buffer, 33)
    assert mq_isnoneornil(L, 3)
    mqL_pushresult(buffer)
    return 1


def test_string_buffers(L: mq_State) -> None:
    mq_register(L, "upper", upper)
    mq_register(L, "concat", concat)
    code = r"return upper('lua \0 5.4'), concat({'a', 1, 2.5}), concat({'x', 'y'}, '\0'), concat{}"
    assert run(L, code) == [b"LUA \0 5.4", b"a, 1, 2.5!!", b"x\0y!!", b"!!"]


def test_other_ways_to_fill_a_buffer(L: mq_State) -> None:
    buffer = mqL_Buffer()
    mqL_buffinit(L, buffer)
    mqL_addstring(buffer, "é")
    mqL_addgsub(buffer, "a.b.c", ".", "::")
    room = mqL_prepbuffsize(buffer, 10)
    room[:3] = b"end"
    mqL_addsize(buffer, 3)
    assert mqL_bufflen(buffer) == 12
    with pytest.raises(IndexError, match="the room has 10 bytes, not 11"):
        mqL_addsize(buffer, 11)
    with pytest.raises(IndexError, match="the buffer has 12 bytes, not 13"):
        mqL_buffsub(buffer, 13)
    mq_pushnumber(L, 1.5)
    mqL_addvalue(buffer)
    mqL_pushresult(buffer)
    assert mq_tolstring(L, -1) == "éa::b::cend1.5".encode()


# A configuration: Lua code that the host runs and reads


def test_a_configuration_file(L: mq_State, tmp_path: Path) -> None:
    file = tmp_path / "window.lua"
    file.write_text("width = 200\nheight = width * 2\nbackground = {red = 0.3, green = 0.1, blue = 0}\n")
    assert mqL_loadfile(L, str(file)) == MQ_OK
    assert mq_pcall(L, 0, MQ_MULTRET, 0) == MQ_OK
    mq_getglobal(L, "width")
    mq_getglobal(L, "height")
    mq_getglobal(L, "background")
    assert mq_isinteger(L, -2)
    assert (mq_tointeger(L, 1), mq_tointeger(L, 2)) == (200, 400)
    assert mq_istable(L, 3)
    mq_getfield(L, 3, "red")
    assert mq_tolstring(L, -1) == b"0.3"
    assert mqL_getmetatable(L, "none") == MQ_TNIL
