"""How does bytecode read?  Lists a function and those inside it in the layout of ``luac -l``.

Names and operands come from :mod:`moonquakes.bytecode.opcodes`; only the comment
after an instruction is worded here.  This file must not change what it lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from moonquakes.bytecode.opcodes import (
    EVENTS,
    MAX_C,
    OPCODES,
    Opcode,
    get_a,
    get_ax,
    get_b,
    get_bx,
    get_c,
    get_k,
    get_sb,
    get_sbx,
    get_sc,
    get_sj,
    opcode_of,
)
from moonquakes.bytecode.proto import Proto
from moonquakes.numbers import format_float
from moonquakes.values import TRUE, LuaBoolean, LuaValue

_FIELDS: Final[dict[str, Callable[[int], int]]] = {
    "A": get_a,
    "B": get_b,
    "C": get_c,
    "k": get_k,
    "Bx": get_bx,
    "sBx": get_sbx,
    "sB": get_sb,
    "sC": get_sc,
    "Ax": get_ax,
    "sJ": get_sj,
}

_ESCAPES: Final = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


def listing(proto: Proto, full: bool = False) -> str:
    """Return the listing of ``proto`` and of every function inside it, as ``luac -l`` prints it.

    Args:
        proto: the function to list.
        full: whether the tables of constants, local variables and upvalues follow the code
            (``luac -l -l``).

    Functions carry numbers in place of the addresses that ``luac`` shows.
    """
    return "".join(line + "\n" for line in list_lines(proto, full))


def list_lines(proto: Proto, full: bool = False) -> Iterator[str]:
    """Yield the lines of :func:`listing` one by one."""
    addresses = {id(each): f"0x{number:08x}" for number, each in enumerate(_walk(proto), 1)}
    for function in _walk(proto):
        yield from _header(function, addresses)
        for pc, instruction in enumerate(function.code):
            yield _instruction_line(function, pc, instruction, addresses)
        if full:
            yield from _tables(function, addresses)


def _walk(proto: Proto) -> Iterator[Proto]:
    yield proto
    for inner in proto.protos:
        yield from _walk(inner)


def _header(proto: Proto, addresses: dict[int, str]) -> Iterator[str]:
    source = proto.source
    if source[:1] in "@=":
        source = source[1:]
    elif source[:1] == "\x1b":
        source = "(bstring)"
    else:
        source = "(string)"
    what = "main" if proto.line_defined == 0 else "function"
    size = _count(len(proto.code), "instruction")
    yield ""
    yield (
        f"{what} <{source}:{proto.line_defined},{proto.last_line_defined}> ({size} at {addresses[id(proto)]})"
    )
    yield ", ".join(
        (
            f"{proto.num_params}{'+' if proto.is_vararg else ''} param{'' if proto.num_params == 1 else 's'}",
            _count(proto.max_stack_size, "slot"),
            _count(len(proto.upvalues), "upvalue"),
            _count(len(proto.local_variables), "local"),
            _count(len(proto.constants), "constant"),
            _count(len(proto.protos), "function"),
        )
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _instruction_line(proto: Proto, pc: int, instruction: int, addresses: dict[int, str]) -> str:
    line = proto.line_at(pc)
    where = line if line > 0 else "-"
    name, operands, comment = _texts(proto, pc, instruction, addresses)
    text = f"\t{pc + 1}\t[{where}]\t{name:<9}\t{operands}"
    return f"{text}\t; {comment}" if comment else text


def instruction_texts(proto: Proto, pc: int) -> tuple[str, str, str]:
    """Return name, operands and comment of the instruction at ``pc``, as the listing has them.

    The comment is empty when there is none; a function inside is named by its lines there.
    """
    lines = {id(each): f"<{each.line_defined},{each.last_line_defined}>" for each in proto.protos}
    return _texts(proto, pc, proto.code[pc], lines)


def _texts(proto: Proto, pc: int, instruction: int, addresses: dict[int, str]) -> tuple[str, str, str]:
    number = opcode_of(instruction)
    if number >= len(OPCODES):
        return "?", f"0x{instruction:08x}", ""
    opcode = OPCODES[number]
    comment = _comment(proto, pc, instruction, opcode.name, addresses)
    return opcode.name, _operands(opcode, instruction), comment


def _operands(opcode: Opcode, instruction: int) -> str:
    names = opcode.operands.split()
    suffix = ""
    if names[-1:] == ["k"] and not opcode.is_test and not opcode.name.startswith("MMBIN"):
        names.pop()
        # In NEWTABLE and SETLIST, k says that an EXTRAARG counts; the comment shows the sum.
        if opcode.name not in ("NEWTABLE", "SETLIST") and get_k(instruction):
            suffix = "k"
    return " ".join(str(_FIELDS[name](instruction)) for name in names) + suffix


def _comment(proto: Proto, pc: int, instruction: int, name: str, addresses: dict[int, str]) -> str:
    """Return what ``luac`` says after the operands; empty when it says nothing."""
    a, b, c, k = get_a(instruction), get_b(instruction), get_c(instruction), get_k(instruction)
    bx = get_bx(instruction)
    match name:
        case "LOADK":
            return _constant(proto, bx)
        case "LOADKX":
            return _constant(proto, _extra(proto, pc))
        case "LOADNIL":
            return f"{b + 1} out"
        case "GETUPVAL" | "SETUPVAL":
            return _upvalue(proto, b)
        case "GETTABUP":
            return f"{_upvalue(proto, b)} {_constant(proto, c)}"
        case "SETTABUP":
            value = f" {_constant(proto, c)}" if k else ""
            return f"{_upvalue(proto, a)} {_constant(proto, b)}{value}"
        case "SETFIELD":
            value = f" {_constant(proto, c)}" if k else ""
            return _constant(proto, b) + value
        case "SETTABLE" | "SETI" | "SELF":
            return _constant(proto, c) if k else ""
        case "GETFIELD" | "ADDK" | "SUBK" | "MULK" | "MODK" | "POWK" | "DIVK" | "IDIVK":
            return _constant(proto, c)
        case "BANDK" | "BORK" | "BXORK":
            return _constant(proto, c)
        case "EQK":
            return _constant(proto, b)
        case "NEWTABLE":
            return str(c + _extra(proto, pc) * (MAX_C + 1))
        case "SETLIST":
            return str(c + _extra(proto, pc) * (MAX_C + 1)) if k else ""
        case "MMBIN":
            return _event(c)
        case "MMBINI":
            return _event(c) + (" flip" if k else "")
        case "MMBINK":
            return f"{_event(c)} {_constant(proto, b)}{' flip' if k else ''}"
        case "CLOSURE":
            return addresses[id(proto.protos[bx])] if bx < len(proto.protos) else "?"
        case _:
            return _flow_comment(pc, instruction, name, b, c)


def _flow_comment(pc: int, instruction: int, name: str, b: int, c: int) -> str:
    """Return the comment of an instruction that jumps, calls or returns."""
    bx = get_bx(instruction)
    match name:
        case "JMP":
            return f"to {get_sj(instruction) + pc + 2}"
        case "FORLOOP" | "TFORLOOP":
            return f"to {pc - bx + 2}"
        case "FORPREP":
            return f"exit to {pc + bx + 3}"
        case "TFORPREP":
            return f"to {pc + bx + 2}"
        case "CALL":
            return f"{_amount(b)} in {_amount(c)} out"
        case "TAILCALL":
            return f"{b - 1} in"
        case "RETURN":
            return f"{_amount(b)} out"
        case "VARARG":
            return f"{_amount(c)} out"
        case _:
            return ""


def _amount(field: int) -> str:
    """Word a count that is stored plus one, where 0 stands for "up to the top"."""
    return "all" if field == 0 else str(field - 1)


def _extra(proto: Proto, pc: int) -> int:
    return get_ax(proto.code[pc + 1]) if pc + 1 < len(proto.code) else 0


def _event(number: int) -> str:
    return EVENTS[number] if number < len(EVENTS) else "?"


def _upvalue(proto: Proto, index: int) -> str:
    return (proto.upvalues[index].name if index < len(proto.upvalues) else None) or "-"


def _constant(proto: Proto, index: int) -> str:
    return format_constant(proto.constants[index]) if index < len(proto.constants) else "?"


def format_constant(value: LuaValue) -> str:
    """Return a constant as the listing shows it; strings are quoted and escaped."""
    if value is None:
        return "nil"
    if type(value) is LuaBoolean:
        return "true" if value is TRUE else "false"
    if type(value) is float:
        return format_float(value)
    if type(value) is int:
        return str(value)
    return (
        '"' + "".join(_ESCAPES.get(c) or (c if " " <= c <= "~" else f"\\{ord(c):03d}") for c in value) + '"'
    )


_CONSTANT_KINDS: Final[dict[type, str]] = {type(None): "N", LuaBoolean: "B", float: "F", int: "I", str: "S"}


def _tables(proto: Proto, addresses: dict[int, str]) -> Iterator[str]:
    address = addresses[id(proto)]
    yield f"constants ({len(proto.constants)}) for {address}:"
    for index, value in enumerate(proto.constants):
        yield f"\t{index}\t{_CONSTANT_KINDS[type(value)]}\t{format_constant(value)}"
    yield f"locals ({len(proto.local_variables)}) for {address}:"
    for index, variable in enumerate(proto.local_variables):
        yield f"\t{index}\t{variable.name}\t{variable.start_pc + 1}\t{variable.end_pc + 1}"
    yield f"upvalues ({len(proto.upvalues)}) for {address}:"
    for index, upvalue in enumerate(proto.upvalues):
        yield f"\t{index}\t{upvalue.name or '-'}\t{int(upvalue.in_stack)}\t{upvalue.index}"
