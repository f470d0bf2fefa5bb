"""Which registers an instruction reads and writes, and where it may continue.

Derived facts about single instructions, for the VM's preparation of captured
registers, the verifier, and variable names in messages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from moonquakes.bytecode.opcodes import (
    OP,
    OPCODES,
    get_a,
    get_b,
    get_bx,
    get_c,
    get_k,
    get_sj,
    opcode_of,
)

#: "Up to the top": the end of an open list of values, beyond any end that operands can name.
OPEN: Final = 1024

_Registers = Callable[[int], range]


def _span(first: int, count: int) -> range:
    return range(first, OPEN) if count < 0 else range(first, first + count)


def _r_a(i: int) -> range:
    return range(get_a(i), get_a(i) + 1)


def _r_b(i: int) -> range:
    return range(get_b(i), get_b(i) + 1)


def _r_c(i: int) -> range:
    return range(get_c(i), get_c(i) + 1)


def _rk_c(i: int) -> range:
    return range(0) if get_k(i) else _r_c(i)


_BINARY: Final = ("ADD", "SUB", "MUL", "MOD", "POW", "DIV", "IDIV", "BAND", "BOR", "BXOR", "SHL", "SHR")
_WITH_CONSTANT: Final = (
    "ADDI", "ADDK", "SUBK", "MULK", "MODK", "POWK", "DIVK", "IDIVK", "BANDK", "BORK", "BXORK", "SHRI", "SHLI",
)  # fmt: skip

_READS: dict[str, tuple[_Registers, ...]] = {
    "MOVE": (_r_b,),
    "SETUPVAL": (_r_a,),
    "GETTABLE": (_r_b, _r_c),
    "GETI": (_r_b,),
    "GETFIELD": (_r_b,),
    "SETTABUP": (_rk_c,),
    "SETTABLE": (_r_a, _r_b, _rk_c),
    "SETI": (_r_a, _rk_c),
    "SETFIELD": (_r_a, _rk_c),
    "SELF": (_r_b, _rk_c),
    "MMBIN": (_r_a, _r_b),
    "MMBINI": (_r_a,),
    "MMBINK": (_r_a,),
    "CONCAT": (lambda i: _span(get_a(i), get_b(i)),),
    "TBC": (_r_a,),
    "EQ": (_r_a, _r_b),
    "LT": (_r_a, _r_b),
    "LE": (_r_a, _r_b),
    "TESTSET": (_r_b,),
    "CALL": (lambda i: _span(get_a(i), get_b(i) or -1),),
    "TAILCALL": (lambda i: _span(get_a(i), get_b(i) or -1),),
    "RETURN": (lambda i: _span(get_a(i), get_b(i) - 1),),
    "RETURN1": (_r_a,),
    "FORLOOP": (lambda i: _span(get_a(i), 3),),
    "FORPREP": (lambda i: _span(get_a(i), 3),),
    "TFORPREP": (lambda i: _span(get_a(i) + 3, 1),),
    "TFORCALL": (lambda i: _span(get_a(i), 3),),
    "TFORLOOP": (lambda i: _span(get_a(i) + 4, 1),),
    "SETLIST": (lambda i: _span(get_a(i), get_b(i) + 1 if get_b(i) else -1),),
}
for _name in _BINARY:
    _READS[_name] = (_r_b, _r_c)
for _name in (*_WITH_CONSTANT, "UNM", "BNOT", "NOT", "LEN"):
    _READS[_name] = (_r_b,)
for _name in ("EQK", "EQI", "LTI", "LEI", "GTI", "GEI", "TEST"):
    _READS[_name] = (_r_a,)

_WRITES: dict[str, _Registers] = {
    "LOADNIL": lambda i: _span(get_a(i), get_b(i) + 1),
    "SELF": lambda i: _span(get_a(i), 2),
    "CALL": lambda i: _span(get_a(i), get_c(i) - 1),
    "TAILCALL": lambda i: _span(get_a(i), -1),
    "VARARG": lambda i: _span(get_a(i), get_c(i) - 1),
    "FORLOOP": lambda i: _span(get_a(i), 4),
    "FORPREP": lambda i: _span(get_a(i), 4),
    "TFORCALL": lambda i: _span(get_a(i) + 4, get_c(i)),
    "TFORLOOP": lambda i: _span(get_a(i) + 2, 1),
    "VARARGPREP": lambda i: range(0),
}
for _opcode in OPCODES:
    if _opcode.sets_a:
        _WRITES.setdefault(_opcode.name, _r_a)

_READS_BY_NUMBER: Final = tuple(_READS.get(opcode.name, ()) for opcode in OPCODES)
_WRITES_BY_NUMBER: Final = tuple(_WRITES.get(opcode.name) for opcode in OPCODES)


def registers_read(instruction: int) -> list[range]:
    """Return the ranges of registers the instruction reads; an open one ends at :data:`OPEN`."""
    return [of(instruction) for of in _READS_BY_NUMBER[opcode_of(instruction)]]


def registers_written(instruction: int) -> range:
    """Return the registers the instruction writes; an open range ends at :data:`OPEN`."""
    of = _WRITES_BY_NUMBER[opcode_of(instruction)]
    return of(instruction) if of else range(0)


def jump_target(pc: int, instruction: int) -> int | None:
    """Return the pc that a jump or loop instruction at ``pc`` may go to, or None."""
    op = opcode_of(instruction)
    if op == _JMP:
        return pc + 1 + get_sj(instruction)
    if op in (_FORLOOP, _TFORLOOP):
        return pc + 1 - get_bx(instruction)
    if op == _FORPREP:
        return pc + 2 + get_bx(instruction)
    if op == _TFORPREP:
        return pc + 1 + get_bx(instruction)
    if op == _LFALSESKIP:
        return pc + 2
    return None


_JMP: Final = OP["JMP"]
_FORLOOP: Final = OP["FORLOOP"]
_TFORLOOP: Final = OP["TFORLOOP"]
_FORPREP: Final = OP["FORPREP"]
_TFORPREP: Final = OP["TFORPREP"]
_LFALSESKIP: Final = OP["LFALSESKIP"]
