"""From instruction words to what the interpreter runs.

``prepare`` decodes a Proto once into a list of ``(handler, a, b, c, next)``;
index 0 is unused, so an index is the number that a listing shows and is never 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moonquakes.bytecode.charges import charges
from moonquakes.bytecode.effects import registers_read, registers_written
from moonquakes.bytecode.opcodes import OPCODES, get_a, get_b, get_c, opcode_of
from moonquakes.bytecode.proto import Proto
from moonquakes.values import LuaValue
from moonquakes.vm.frames import Frame
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.limits import Limits

#: Instructions whose results arrive through ``Frame.receive``, which knows about cells,
#: or that handle cells themselves.
_SELF_SYNCED = frozenset({"CALL", "TAILCALL", "TFORCALL", "VARARG", "CLOSURE", "CLOSE"})

#: Instructions that may give the table in register A another field.
_STORES = frozenset({"SETTABLE", "SETI", "SETFIELD"})


#: Instructions that compare two registers.
_COMPARES = frozenset({"EQ", "LT", "LE"})


def prepare(proto: Proto) -> list[Any]:
    """Decode ``proto`` and keep the result in ``proto.prepared``."""
    from moonquakes.vm.handlers import PREPARERS  # handlers need calls, and calls need prepare

    captured = {desc.index for inner in proto.protos for desc in inner.upvalues if desc.in_stack}
    code: list[Any] = [None]
    for index, word in enumerate(proto.code, 1):
        name = OPCODES[opcode_of(word)].name
        prepared = PREPARERS[name](proto, word, index)
        if captured:
            loads = {r for span in registers_read(word) for r in captured if r in span}
            stores = {r for r in captured if r in registers_written(word)}
            if name in _SELF_SYNCED:
                stores = set()
            if loads or stores:
                # A register that may be written is loaded too: the handler may decide not to.
                prepared = _op_synced, tuple(loads | stores), tuple(stores), prepared, prepared[4]
        code.append(prepared)
    proto.prepared = code
    return code


def prepare_charged(proto: Proto, limits: Limits) -> list[Any]:
    """Return the decoded code for a state with limits, which pays at the charge points."""
    pays_memory = limits.memory is not None
    key = "vm", pays_memory
    code = proto.variants.get(key)
    if code is not None:
        return code  # type: ignore[no-any-return]  # a list
    code = list(proto.prepared if proto.prepared is not None else prepare(proto))
    if pays_memory:
        for index, word in enumerate(proto.code, 1):
            if OPCODES[opcode_of(word)].name in _STORES:
                code[index] = _op_storing, get_a(word), None, code[index], code[index][4]
    for index, word in enumerate(proto.code, 1):
        name = OPCODES[opcode_of(word)].name
        if name == "CONCAT":
            code[index] = _op_joining, get_a(word), get_a(word) + get_b(word), code[index], code[index][4]
        elif name in _COMPARES:
            registers = get_a(word), get_b(word)
            code[index] = _op_comparing, registers, name != "EQ", code[index], code[index][4]
        elif name == "VARARG" and not get_c(word):
            code[index] = _op_spreading, None, None, code[index], code[index][4]
    points = charges(proto)
    for pc, amount in points.fuel.items():
        prepared = code[pc + 1]
        memory = points.memory.get(pc, 0) if pays_memory else 0
        code[pc + 1] = _op_charged, amount, memory, prepared, prepared[4]
    proto.variants[key] = code
    return code


def _op_charged(frame: Frame, R: list[LuaValue], a: int, b: int, c: Any, n: int) -> int:
    """Pay A instructions and B units of memory, then run an instruction."""
    limits = frame.state.limits
    limits.fuel.pay(a)  # type: ignore[union-attr]  # such code runs in states with limits only
    if b:
        limits.memory.pay(b)  # type: ignore[union-attr]
    handler, x, y, z, n = c
    return handler(frame, R, x, y, z, n)  # type: ignore[no-any-return]  # handlers return int


def _op_storing(frame: Frame, R: list[LuaValue], a: int, b: None, c: Any, n: int) -> int:
    """Run an instruction that stores in the table R[A], and pay for the field that it may get."""
    handler, x, y, z, n = c
    table = R[a]
    if type(table) is not Table:
        return handler(frame, R, x, y, z, n)  # type: ignore[no-any-return]  # handlers return int
    before = len(table.arr), len(table.hash)
    result = handler(frame, R, x, y, z, n)
    if (len(table.arr), len(table.hash)) != before:
        frame.state.limits.memory.pay(1)  # type: ignore[union-attr]  # such code runs under that limit only
    return result  # type: ignore[no-any-return]  # handlers return int


def _op_comparing(frame: Frame, R: list[LuaValue], a: tuple[int, int], b: bool, c: Any, n: int) -> int:
    """Pay for comparing the registers A when they hold long strings, then run the instruction that does.

    B tells whether it orders them.
    """
    limits = frame.state.limits
    if limits.has_long_strings:  # type: ignore[union-attr]  # such code runs in states with limits only
        limits.compare(R[a[0]], R[a[1]], b)  # type: ignore[union-attr]
    handler, x, y, z, n = c
    return handler(frame, R, x, y, z, n)  # type: ignore[no-any-return]  # handlers return int


def _op_spreading(frame: Frame, R: list[LuaValue], a: None, b: None, c: Any, n: int) -> int:
    """Pay for the variable arguments when they are many, then run an instruction that puts all down."""
    frame.state.limits.spread(frame.varargs or ())  # type: ignore[union-attr]  # as above
    handler, x, y, z, n = c
    return handler(frame, R, x, y, z, n)  # type: ignore[no-any-return]  # handlers return int


def _op_joining(frame: Frame, R: list[LuaValue], a: int, b: int, c: Any, n: int) -> int:
    """Run a concatenation into R[A], and pay for a long result."""
    handler, x, y, z, n = c
    result = handler(frame, R, x, y, z, n)
    if result:
        frame.state.limits.joined(R[a])  # type: ignore[union-attr]  # such code runs in states with limits only
    return result  # type: ignore[no-any-return]  # handlers return int


def _op_synced(
    frame: Frame,
    R: list[LuaValue],
    a: tuple[int, ...],
    b: tuple[int, ...],
    c: Any,
    n: int,
) -> int:
    """Run an instruction that reads the registers A and writes the registers B, which closures may share."""
    cells = frame.open
    handler, x, y, z, n = c
    if not cells:
        return handler(frame, R, x, y, z, n)  # type: ignore[no-any-return]  # handlers return int
    for register in a:
        if register in cells:
            R[register] = cells[register].cell_contents
    result = handler(frame, R, x, y, z, n)
    if result:
        for register in b:
            if register in cells:
                cells[register].cell_contents = R[register]
    return result  # type: ignore[no-any-return]
