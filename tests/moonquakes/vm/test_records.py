"""Fields in PyPy's dictionaries of objects: the same tables, and no map for each computed name."""

from __future__ import annotations

import pytest

from moonquakes import LuaRuntime
from moonquakes.vm.records import HAS_RECORDS, Record, global_fields, is_special
from moonquakes.vm.table import Table

PROGRAMS = {
    "fields of a constructor": (
        "local t = {x = 1, y = 2, 7} t.x = nil t.z = 3 t.y = 'b' local n = 0 "
        "for k, v in pairs(t) do n = n + 1 end return n, t.x, t.y, t.z, t[1]",
        (4 - 1, None, "b", 3, 7),
    ),
    "an operand that raises": (
        "local mt = {__add = function() return 'sum' end} local o = setmetatable({}, mt) "
        "local t = {x = o + 1, y = 2, o + 2} return t.x, t.y, t[1]",
        ("sum", 2, "sum"),
    ),
    "a field that is new, nil or inherited": (
        "local class = {c = 1} class.__index = class local o = setmetatable({}, class) "
        "local a = o.c o.c = 2 local b = o.c o.c = nil return a, b, o.c, o.d",
        (1, 2, 1, None),
    ),
    "__newindex has its say": (
        "local log = {} local o = setmetatable({}, {__newindex = function(t, k, v) rawset(t, k, v * 2) end}) "
        "o.a = 1 o.a = 5 o.b = 3 return o.a, o.b",
        (5, 6),
    ),
    "names that are computed": (
        "local t = {first = 1} for i = 1, 200 do t['k' .. i] = i end t.last = 2 local sum = 0 "
        "for k, v in pairs(t) do sum = sum + v end return sum, t.k77, t.first",
        (20103, 77, 1),
    ),
    "fields change while they are walked": (
        "local t = {a = 1, b = 2.5, c = 'x'} local n = 0 "
        "for k in pairs(t) do t[k] = n t[k] = nil n = n + 1 end return n, next(t)",
        (3, None),
    ),
    "other keys": (
        "local t = {a = 1} t[1.5] = 2 t[true] = 3 t[-1] = 4 t[1] = 5 t.b = 6 "
        "return t.a, t[1.5], t[true], t[-1], t[1], t.b",
        (1, 2, 3, 4, 5, 6),
    ),
    "globals come and go": (
        "function g() return 1 end local a = g() g = nil local b = pcall(function() g() end) "
        "for i = 1, 600 do _G['v' .. i] = i end v7 = v7 + 1 g = 5 return a, b, v7, v600, g",
        (1, False, 8, 600, 5),
    ),
    "the least integer as a float": (
        "return -9223372036854775808.0 // 1",
        (float("-9.223372036854775808e18"),),
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_tables_are_the_same_whatever_keeps_their_fields(name: str) -> None:
    program, expected = PROGRAMS[name]
    for engine in ("fast", "vm"):
        result = LuaRuntime(engine=engine).execute(program)
        result = result if isinstance(result, tuple) else (result,)
        assert [(type(v), v) for v in result] == [(type(v), v) for v in expected]


def test_names_that_are_computed_go_to_a_plain_dictionary() -> None:
    table = Table.from_fields({"n": 0})
    assert is_special(table.hash) == HAS_RECORDS
    table.set_field("m", 1)
    assert is_special(table.hash) == HAS_RECORDS
    table.set("n", 2)
    assert is_special(table.hash) == HAS_RECORDS
    table.set("computed", 3)
    assert not is_special(table.hash)
    assert table.hash == {"n": 2, "m": 1, "computed": 3}


def test_globals_become_plain_when_a_program_computes_many() -> None:
    fields = global_fields()
    assert type(fields) is dict
    assert not fields
    assert not is_special(fields)
    fields.update({f"g{i}": i for i in range(256)})
    assert is_special(fields) == HAS_RECORDS


def test_a_record_is_a_dictionary() -> None:
    assert type(Record().__dict__) is dict
