"""Names for messages: which variable is in a register, how a function was called.

As the reference does, names are found by reading the bytecode backwards from an
instruction, so that they are right wherever the chunk came from.
"""

from __future__ import annotations

from typing import Final

from moonquakes.bytecode.effects import OPEN, jump_target, registers_written
from moonquakes.bytecode.opcodes import (
    EVENTS,
    OP,
    OPCODES,
    get_a,
    get_ax,
    get_b,
    get_bx,
    get_c,
    get_k,
    opcode_of,
)
from moonquakes.bytecode.proto import Proto

#: A kind such as ``"local"`` or ``"global"``, and a name.
Description = tuple[str, str]

_TEST_EVENTS: Final = {"LT": "lt", "LTI": "lt", "GTI": "lt", "LE": "le", "LEI": "le", "GEI": "le"}
_INDEXING: Final = {"SELF", "GETTABUP", "GETTABLE", "GETI", "GETFIELD"}
_STORING: Final = {"SETTABUP", "SETTABLE", "SETI", "SETFIELD"}


def find_setter(proto: Proto, last_pc: int, register: int) -> int | None:
    """Return the pc of the instruction that last set ``register`` before ``last_pc``.

    None when jumps make it uncertain.
    """
    setter: int | None = None
    jump_end = 0
    code = proto.code
    if opcode_of(code[last_pc]) in _MMBIN:
        last_pc -= 1
    for pc in range(last_pc):
        word = code[pc]
        op = opcode_of(word)
        if op == OP["JMP"]:
            target = jump_target(pc, word) or 0
            if pc < target <= last_pc and target > jump_end:
                jump_end = target
            continue
        if op == OP["CALL"] or op == OP["TAILCALL"]:
            changes = register >= get_a(word)
        elif op == OP["TFORCALL"]:
            changes = register >= get_a(word) + 2
        else:
            span = registers_written(word)
            changes = register in span or (span.stop == OPEN and register >= span.start)
            if op in _FOR:
                changes = register == get_a(word)
        if changes:
            setter = None if pc < jump_end else pc
    return setter


_MMBIN: Final = {OP["MMBIN"], OP["MMBINI"], OP["MMBINK"]}
_FOR: Final = {OP["FORLOOP"], OP["FORPREP"], OP["TFORLOOP"]}


def upvalue_name(proto: Proto, index: int) -> str:
    name = proto.upvalues[index].name
    return "?" if name is None else name


def _constant_name(proto: Proto, index: int) -> str:
    constant = proto.constants[index]
    return constant if constant.__class__ is str else "?"


def _register_constant_name(proto: Proto, pc: int, register: int) -> str:
    described = describe_register(proto, pc, register)
    return described[1] if described and described[0] == "constant" else "?"


def _table_kind(proto: Proto, pc: int, table: int, is_upvalue: bool) -> str:
    if is_upvalue:
        name: str | None = upvalue_name(proto, table)
    else:
        described = describe_register(proto, pc, table)
        name = described[1] if described and described[0] in ("local", "upvalue") else None
    return "global" if name == "_ENV" else "field"


def describe_register(proto: Proto, last_pc: int, register: int) -> Description | None:
    """Say what the value in ``register`` before the instruction at ``last_pc`` is."""
    local = proto.local_name(register, last_pc)
    if local is not None:
        return "local", local
    pc = find_setter(proto, last_pc, register)
    if pc is None:
        return None
    word = proto.code[pc]
    name = OPCODES[opcode_of(word)].name
    if name == "MOVE":
        return describe_register(proto, pc, get_b(word)) if get_b(word) < get_a(word) else None
    if name == "GETTABUP":
        return _table_kind(proto, pc, get_b(word), True), _constant_name(proto, get_c(word))
    if name == "GETTABLE":
        key = _register_constant_name(proto, pc, get_c(word))
        return _table_kind(proto, pc, get_b(word), False), key
    if name == "GETI":
        return "field", "integer index"
    if name == "GETFIELD":
        return _table_kind(proto, pc, get_b(word), False), _constant_name(proto, get_c(word))
    if name == "GETUPVAL":
        return "upvalue", upvalue_name(proto, get_b(word))
    if name in ("LOADK", "LOADKX"):
        constant = proto.constants[get_bx(word) if name == "LOADK" else get_ax(proto.code[pc + 1])]
        return ("constant", constant) if constant.__class__ is str else None
    if name == "SELF":
        if get_k(word):
            return "method", _constant_name(proto, get_c(word))
        return "method", _register_constant_name(proto, pc, get_c(word))
    return None


def describe_call(proto: Proto, pc: int) -> Description | None:
    """Say how the function called by the instruction at ``pc`` was named there."""
    word = proto.code[pc]
    name = OPCODES[opcode_of(word)].name
    if name in ("CALL", "TAILCALL"):
        return describe_register(proto, pc, get_a(word))
    if name == "TFORCALL":
        return "for iterator", "for iterator"
    if name in _INDEXING:
        return "metamethod", "index"
    if name in _STORING:
        return "metamethod", "newindex"
    if opcode_of(word) in _MMBIN:
        return "metamethod", EVENTS[get_c(word)][2:]
    if name in ("UNM", "BNOT", "LEN", "CONCAT", "EQ"):
        return "metamethod", name.lower()
    if name in _TEST_EVENTS:
        return "metamethod", _TEST_EVENTS[name]
    if name in ("CLOSE", "RETURN"):
        return "metamethod", "close"
    return None


def describe_indexed(proto: Proto, pc: int) -> Description | None:
    """Say what the indexed value of the indexing instruction at ``pc`` is."""
    word = proto.code[pc]
    name = OPCODES[opcode_of(word)].name
    if name == "GETTABUP":
        return "upvalue", upvalue_name(proto, get_b(word))
    if name == "SETTABUP":
        return "upvalue", upvalue_name(proto, get_a(word))
    if name in ("GETTABLE", "GETI", "GETFIELD", "SELF"):
        return describe_register(proto, pc, get_b(word))
    if name in ("SETTABLE", "SETI", "SETFIELD"):
        return describe_register(proto, pc, get_a(word))
    return None
