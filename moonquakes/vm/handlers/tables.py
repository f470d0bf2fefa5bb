"""Handlers that read, write and make tables (§3.2, §3.4.9).

The fast path is raw access to a :class:`Table`; anything else goes through
:mod:`moonquakes.vm.access`, which finds the metamethod, and calls it so that it
may yield.
"""

from __future__ import annotations

from types import FunctionType

from moonquakes.bytecode.opcodes import get_a, get_ax, get_b, get_c, get_k
from moonquakes.bytecode.proto import Proto
from moonquakes.values import LuaValue
from moonquakes.vm.access import find_index, find_newindex
from moonquakes.vm.calls import call_nested
from moonquakes.vm.frames import Frame
from moonquakes.vm.handlers.loads import Prepared, Preparer
from moonquakes.vm.messages import operand_error
from moonquakes.vm.table import Table, new_table


def _index(frame: Frame, value: LuaValue, key: LuaValue, dest: int, n: int) -> int:
    """R[dest] := value[key], with metamethods."""
    frame.pc = n
    result, handler, receiver = find_index(frame.state, value, key)
    if handler is None:
        frame.R[dest] = result
        return n
    frame.dest = dest
    frame.wanted = 1
    call_nested(frame.state, frame, handler, [receiver, key])
    return 0


def _set_index(frame: Frame, value: LuaValue, key: LuaValue, new: LuaValue, n: int) -> int:
    """value[key] := new, with metamethods."""
    frame.pc = n
    handler, receiver = find_newindex(frame.state, value, key, new)
    if handler is None:
        return n
    frame.wanted = 0
    call_nested(frame.state, frame, handler, [receiver, key, new])
    return 0


def op_gettabup(frame: Frame, R: list[LuaValue], a: int, b: int, c: str, n: int) -> int:
    """R[A] := UpValue[B][constant]"""
    table = frame.cells[b].cell_contents
    if type(table) is Table:
        value = table.hash.get(c)
        if value is not None or table.metatable is None:
            R[a] = value
            return n
    return _index(frame, table, c, a, n)


def op_gettable(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A] := R[B][R[C]]"""
    table, key = R[b], R[c]
    if type(table) is Table:
        if type(key) is int:
            arr = table.arr
            value = arr[key] if 0 < key < len(arr) else table.hash.get(key)
        elif type(key) is str:
            value = table.hash.get(key)
        else:
            value = table.get(key)
        if value is not None or table.metatable is None:
            R[a] = value
            return n
    return _index(frame, table, key, a, n)


def op_geti(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A] := R[B][C]"""
    table = R[b]
    if type(table) is Table:
        arr = table.arr
        value = arr[c] if 0 < c < len(arr) else table.hash.get(c)
        if value is not None or table.metatable is None:
            R[a] = value
            return n
    return _index(frame, table, c, a, n)


def op_getfield(frame: Frame, R: list[LuaValue], a: int, b: int, c: str, n: int) -> int:
    """R[A] := R[B][constant]"""
    table = R[b]
    if type(table) is Table:
        value = table.hash.get(c)
        if value is not None or table.metatable is None:
            R[a] = value
            return n
    return _index(frame, table, c, a, n)


def _set_field(frame: Frame, table: LuaValue, key: str, value: LuaValue, n: int) -> int:
    if type(table) is Table and (table.metatable is None or table.hash.get(key) is not None):
        if key in table.hash:
            table.hash[key] = value
        else:
            table.set(key, value)
        return n
    return _set_index(frame, table, key, value, n)


def op_settabup(frame: Frame, R: list[LuaValue], a: int, b: str, c: int, n: int) -> int:
    """UpValue[A][constant] := R[C]"""
    return _set_field(frame, frame.cells[a].cell_contents, b, R[c], n)


def op_settabup_k(frame: Frame, R: list[LuaValue], a: int, b: str, c: LuaValue, n: int) -> int:
    """UpValue[A][constant] := constant"""
    return _set_field(frame, frame.cells[a].cell_contents, b, c, n)


def op_setfield(frame: Frame, R: list[LuaValue], a: int, b: str, c: int, n: int) -> int:
    """R[A][constant] := R[C]"""
    return _set_field(frame, R[a], b, R[c], n)


def op_setfield_k(frame: Frame, R: list[LuaValue], a: int, b: str, c: LuaValue, n: int) -> int:
    """R[A][constant] := constant"""
    return _set_field(frame, R[a], b, c, n)


def _set_item(frame: Frame, table: LuaValue, key: LuaValue, value: LuaValue, n: int) -> int:
    if type(table) is Table:
        arr = table.arr
        if (
            type(key) is int
            and 0 < key < len(arr)
            and value is not None
            and (table.metatable is None or arr[key] is not None)
        ):
            arr[key] = value
            return n
        if table.metatable is None:
            frame.pc = n
            table.set(key, value)
            return n
    return _set_index(frame, table, key, value, n)


def op_settable(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A][R[B]] := R[C]"""
    return _set_item(frame, R[a], R[b], R[c], n)


def op_settable_k(frame: Frame, R: list[LuaValue], a: int, b: int, c: LuaValue, n: int) -> int:
    """R[A][R[B]] := constant"""
    return _set_item(frame, R[a], R[b], c, n)


def op_seti(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A][B] := R[C]"""
    return _set_item(frame, R[a], b, R[c], n)


def op_seti_k(frame: Frame, R: list[LuaValue], a: int, b: int, c: LuaValue, n: int) -> int:
    """R[A][B] := constant"""
    return _set_item(frame, R[a], b, c, n)


def op_newtable(frame: Frame, R: list[LuaValue], a: int, b: None, c: None, n: int) -> int:
    """R[A] := {}"""
    R[a] = new_table()
    if frame.state.counts_allocations:
        frame.pc = n
        frame.state.collector.allocated(a)
    return n


def op_self(frame: Frame, R: list[LuaValue], a: int, b: int, c: str, n: int) -> int:
    """R[A+1] := R[B]; R[A] := R[B][constant]"""
    value = R[b]
    R[a + 1] = value
    if type(value) is Table:
        method = value.hash.get(c)
        if method is None and value.metatable is not None:
            # The usual object: one step to a class whose __index is a plain table.
            parent = value.metatable.hash.get("__index")
            if type(parent) is Table:
                method = parent.hash.get(c)
        if type(method) is FunctionType:
            R[a] = method
            return n
    return _index(frame, value, c, a, n)


def op_self_r(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A+1] := R[B]; R[A] := R[B][R[C]]"""
    return op_self(frame, R, a, b, R[c], n)


def op_setlist(frame: Frame, R: list[LuaValue], a: int, b: int, c: int, n: int) -> int:
    """R[A][C+i] := R[A+i], 1 <= i <= B (up to the top when B is 0)"""
    table = R[a]
    values = R[a + 1 : a + 1 + b] if b else R[a + 1 : frame.top]
    if len(table.arr) == c + 1:
        table.extend(values)
        return n
    for offset, value in enumerate(values, c + 1):
        table.set(offset, value)
    return n


def op_len(frame: Frame, R: list[LuaValue], a: int, b: int, c: None, n: int) -> int:
    """R[A] := #R[B]"""
    value = R[b]
    if type(value) is str:
        R[a] = len(value)
        return n
    if type(value) is Table and value.metatable is None:
        R[a] = len(value.arr) - 1
        return n
    handler = frame.state.metamethod(value, "__len")
    if handler is None and type(value) is Table:
        R[a] = len(value.arr) - 1
        return n
    frame.pc = n
    if handler is None:
        raise operand_error(frame, value, b, "get length of")
    frame.dest = a
    frame.wanted = 1
    call_nested(frame.state, frame, handler, [value, value])
    return 0


def _prepare_self(proto: Proto, word: int, index: int) -> Prepared:
    if get_k(word):
        return op_self, get_a(word), get_b(word), proto.constants[get_c(word)], index + 1
    return op_self_r, get_a(word), get_b(word), get_c(word), index + 1


def _prepare_newtable(proto: Proto, word: int, index: int) -> Prepared:
    """The size hints and their EXTRAARG are for allocators; a Python list needs none."""
    return op_newtable, get_a(word), None, None, index + 2


def _prepare_setlist(proto: Proto, word: int, index: int) -> Prepared:
    first, step = get_c(word), 1
    if get_k(word):
        first, step = first + get_ax(proto.code[index]) * 256, 2
    return op_setlist, get_a(word), get_b(word), first, index + step


PREPARERS: dict[str, Preparer] = {
    "GETTABUP": lambda p, w, i: (op_gettabup, get_a(w), get_b(w) + 1, p.constants[get_c(w)], i + 1),
    "GETTABLE": lambda p, w, i: (op_gettable, get_a(w), get_b(w), get_c(w), i + 1),
    "GETI": lambda p, w, i: (op_geti, get_a(w), get_b(w), get_c(w), i + 1),
    "GETFIELD": lambda p, w, i: (op_getfield, get_a(w), get_b(w), p.constants[get_c(w)], i + 1),
    "SETTABUP": lambda p, w, i: (
        (op_settabup_k, get_a(w) + 1, p.constants[get_b(w)], p.constants[get_c(w)], i + 1)
        if get_k(w)
        else (op_settabup, get_a(w) + 1, p.constants[get_b(w)], get_c(w), i + 1)
    ),
    "SETTABLE": lambda p, w, i: (
        (op_settable_k, get_a(w), get_b(w), p.constants[get_c(w)], i + 1)
        if get_k(w)
        else (op_settable, get_a(w), get_b(w), get_c(w), i + 1)
    ),
    "SETI": lambda p, w, i: (
        (op_seti_k, get_a(w), get_b(w), p.constants[get_c(w)], i + 1)
        if get_k(w)
        else (op_seti, get_a(w), get_b(w), get_c(w), i + 1)
    ),
    "SETFIELD": lambda p, w, i: (
        (op_setfield_k, get_a(w), p.constants[get_b(w)], p.constants[get_c(w)], i + 1)
        if get_k(w)
        else (op_setfield, get_a(w), p.constants[get_b(w)], get_c(w), i + 1)
    ),
    "NEWTABLE": _prepare_newtable,
    "SELF": _prepare_self,
    "SETLIST": _prepare_setlist,
    "LEN": lambda p, w, i: (op_len, get_a(w), get_b(w), None, i + 1),
}
