"""May this bytecode run?  Refuses code that a Lua 5.4 compiler would not have written.

A chunk may come from anywhere (``load`` of a binary string), and the engines trust
what they run: registers, constants, upvalues and jumps within bounds, instructions
that work in pairs side by side, loops of one shape.  This file checks each
instruction by itself and with its neighbour; :mod:`moonquakes.bytecode.verify_flow`
follows the code's paths.
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

from moonquakes.bytecode.dump import malformed, undump
from moonquakes.bytecode.effects import OPEN, jump_target, registers_read, registers_written
from moonquakes.bytecode.opcodes import (
    EVENT,
    OPCODES,
    get_a,
    get_ax,
    get_b,
    get_bx,
    get_c,
    get_k,
    opcode_of,
)
from moonquakes.bytecode.proto import Proto, UpvalueDesc
from moonquakes.bytecode.verify_flow import FlowError, check_flow

#: Limits of the format: a register and an upvalue are named by one byte.
MAX_REGISTERS: Final = 255
MAX_UPVALUES: Final = 255

_FIELDS: Final = {"A": get_a, "B": get_b, "C": get_c, "Bx": get_bx}
_NAMES: Final = tuple(opcode.name for opcode in OPCODES)
_TESTS: Final = frozenset(opcode.name for opcode in OPCODES if opcode.is_test)
_RETURNS: Final = frozenset({"RETURN", "RETURN0", "RETURN1"})
_OPEN_CONSUMERS: Final = frozenset({"CALL", "TAILCALL", "RETURN", "SETLIST"})
_EVENTS_OF_OPERATORS: Final = range(EVENT["__add"], EVENT["__shr"] + 1)

#: The instruction that must follow, by the one before: the engine runs or skips them together.
_FOLLOWERS: Final[dict[str, str]] = {
    **dict.fromkeys(_TESTS, "JMP"),
    **dict.fromkeys(("LOADKX", "NEWTABLE"), "EXTRAARG"),
    **dict.fromkeys(("ADDI", "SHRI", "SHLI"), "MMBINI"),
    **dict.fromkeys(("ADDK", "SUBK", "MULK", "MODK", "POWK", "DIVK", "IDIVK"), "MMBINK"),
    **dict.fromkeys(("BANDK", "BORK", "BXORK"), "MMBINK"),
    **dict.fromkeys(("ADD", "SUB", "MUL", "MOD", "POW", "DIV", "IDIV"), "MMBIN"),
    **dict.fromkeys(("BAND", "BOR", "BXOR", "SHL", "SHR"), "MMBIN"),
    "TFORCALL": "TFORLOOP",
    "TAILCALL": "RETURN",
}
#: Instructions that make no sense but after the one they belong to.
_ONLY_FOLLOWERS: Final = frozenset({"EXTRAARG", "MMBIN", "MMBINI", "MMBINK", "TFORLOOP"})

# What a constant must be, by how the register transfer uses it.
_ANY, _STRING, _NUMBER, _INTEGER = "a constant", "a string", "a number", "an integer"
_CONSTANT_TYPES: Final[dict[str, tuple[type, ...]]] = {
    _STRING: (str,),
    _NUMBER: (int, float),
    _INTEGER: (int,),
}


def _constant_operands(name: str, meaning: str) -> list[tuple[str, bool, str]]:
    """Return (field, only when k is set, what it must be) for each constant in a register transfer."""
    operands = []
    for key, rk, field in re.findall(r"(\[?)(?<![A-Z])(R?K)[\[(](\w+)[\])]", meaning):
        if key:
            demand = _STRING
        elif name in ("BANDK", "BORK", "BXORK"):
            demand = _INTEGER
        elif _FOLLOWERS.get(name) == "MMBINK" or name == "MMBINK":
            demand = _NUMBER
        else:
            demand = _ANY
        operands.append((field, rk == "RK", demand))
    return operands


_CONSTANT_OPERANDS: Final = tuple(
    _constant_operands(opcode.name, opcode.meaning.replace("extra arg", "-")) for opcode in OPCODES
)
_UPVALUE_OPERANDS: Final = tuple(re.findall(r"UpValue\[(\w)\]", opcode.meaning) for opcode in OPCODES)


def load_binary(data: bytes, chunk_name: str) -> Proto:
    """Read a binary chunk and verify it: the way by which foreign bytecode comes in.

    Raises:
        LuaSyntaxError: ``name: bad binary format (why)``.
    """
    proto = undump(data, chunk_name)
    verify(proto, chunk_name)
    return proto


def verify(proto: Proto, chunk_name: str) -> None:
    """Check ``proto`` and every function inside it.

    Raises:
        LuaSyntaxError: ``name: bad binary format (instruction 3 of main function: why)``.
    """
    if len(proto.upvalues) > MAX_UPVALUES:
        raise malformed(chunk_name, "too many upvalues")
    pending = [proto]
    while pending:
        each = pending.pop()
        _Checker(each, chunk_name).check()
        pending += each.protos


class _Checker:
    """The check of one function, without those inside it."""

    __slots__ = ("chunk_name", "code", "names", "owned", "proto")

    def __init__(self, proto: Proto, chunk_name: str) -> None:
        self.proto = proto
        self.chunk_name = chunk_name
        self.code = proto.code
        self.names: list[str] = []
        #: pcs of instructions that belong to the one before: nothing may jump there.
        self.owned: set[int] = set()

    def refuse(self, why: str, pc: int | None = None) -> NoReturn:
        line = self.proto.line_defined
        where = f"function at line {line}" if line else "main function"
        if pc is not None:
            where = f"instruction {pc + 1} of {where}"
        raise malformed(self.chunk_name, f"{where}: {why}")

    def check(self) -> None:
        self.check_frame()
        self.check_names()
        for pc, instruction in enumerate(self.code):
            self.check_registers(pc, instruction)
            self.check_operands(pc, instruction)
            self.check_follower(pc, instruction)
        for pc, name in enumerate(self.names):
            if pc not in self.owned and name in _ONLY_FOLLOWERS:
                self.refuse(f"{name} stands alone", pc)
        self.check_jumps()
        self.check_loops()
        for inner in self.proto.protos:
            self.check_captures(inner.upvalues)
        try:
            check_flow(self.proto)
        except FlowError as error:
            self.refuse(error.why, error.pc)

    # The function as a whole

    def check_frame(self) -> None:
        proto = self.proto
        if not proto.code:
            self.refuse("no code")
        if not proto.num_params <= proto.max_stack_size <= MAX_REGISTERS:
            self.refuse("bad stack size")
        if len(proto.lines) not in (0, len(proto.code)):
            self.refuse("line information does not match the code")
        changes = [(variable.start_pc, 1) for variable in proto.local_variables]
        changes += [(variable.end_pc, -1) for variable in proto.local_variables]
        active = 0
        for _, change in sorted(changes):
            active += change
            if active > proto.max_stack_size:
                self.refuse("more local variables than registers")

    def check_names(self) -> None:
        for pc, instruction in enumerate(self.code):
            number = opcode_of(instruction)
            if number >= len(_NAMES):
                self.refuse(f"unknown opcode {number}", pc)
            self.names.append(_NAMES[number])
        if self.names[-1] not in _RETURNS:
            self.refuse("the code does not end with a return", len(self.code) - 1)
        is_vararg = self.proto.is_vararg
        for pc, name in enumerate(self.names):
            if name == "VARARG" and not is_vararg:
                self.refuse("VARARG in a function without variable arguments", pc)
            if (name == "VARARGPREP") != (pc == 0 and is_vararg):
                self.refuse("VARARGPREP misplaced or missing", pc)

    # One instruction

    def check_registers(self, pc: int, instruction: int) -> None:
        size = self.proto.max_stack_size
        for span in (*registers_read(instruction), registers_written(instruction)):
            last = span.start if span.stop == OPEN else span.stop - 1
            if span and last >= size:
                self.refuse(f"register {last} is out of range", pc)
        if self.names[pc] == "CLOSE" and get_a(instruction) >= size:
            self.refuse(f"register {get_a(instruction)} is out of range", pc)

    def check_operands(self, pc: int, instruction: int) -> None:
        proto = self.proto
        number = opcode_of(instruction)
        for field, only_with_k, demand in _CONSTANT_OPERANDS[number]:
            if not only_with_k or get_k(instruction):
                self.check_constant(pc, _FIELDS[field](instruction), demand)
        for field in _UPVALUE_OPERANDS[number]:
            index = _FIELDS[field](instruction)
            if index >= len(proto.upvalues):
                self.refuse(f"upvalue {index} is out of range", pc)
        name = self.names[pc]
        if name == "CLOSURE":
            if get_bx(instruction) >= len(proto.protos):
                self.refuse(f"function {get_bx(instruction)} is out of range", pc)
        elif name in ("MMBIN", "MMBINI", "MMBINK"):
            if get_c(instruction) not in _EVENTS_OF_OPERATORS:
                self.refuse(f"event {get_c(instruction)} is not an operator's", pc)
        elif name == "CONCAT":
            if get_b(instruction) < 2:
                self.refuse("CONCAT of less than two values", pc)
        elif name == "TFORCALL":
            if get_c(instruction) < 1:
                self.refuse("a loop without variables", pc)
        elif name == "VARARGPREP":
            if get_a(instruction) != proto.num_params:
                self.refuse("VARARGPREP does not match the parameters", pc)
        elif name in ("RETURN0", "RETURN1"):
            if proto.is_vararg:
                self.refuse(f"{name} in a function with variable arguments", pc)
        elif name in ("RETURN", "TAILCALL"):
            expected = proto.num_params + 1 if proto.is_vararg else 0
            if get_c(instruction) != expected:
                self.refuse(f"{name} does not match the parameters", pc)

    def check_constant(self, pc: int, index: int, demand: str) -> None:
        constants = self.proto.constants
        if index >= len(constants):
            self.refuse(f"constant {index} is out of range", pc)
        types = _CONSTANT_TYPES.get(demand)
        if types is not None and type(constants[index]) not in types:
            self.refuse(f"constant {index} is not {demand}", pc)

    # An instruction and the next

    def check_follower(self, pc: int, instruction: int) -> None:
        name = self.names[pc]
        following = self.names[pc + 1] if pc + 1 < len(self.code) else "nothing"
        expected = _FOLLOWERS.get(name)
        if name == "SETLIST" and get_k(instruction):
            expected = "EXTRAARG"
        if expected is not None:
            if following != expected:
                self.refuse(f"{name} is followed by {following}, not by {expected}", pc)
            self.owned.add(pc + 1)
            if name == "LOADKX":
                self.check_constant(pc, get_ax(self.code[pc + 1]), _ANY)
            elif name == "TAILCALL" and get_b(self.code[pc + 1]):
                self.refuse("the RETURN after a TAILCALL must return all results", pc)
        if name == "TAILCALL" or (name in ("CALL", "VARARG") and get_c(instruction) == 0):
            self.check_open_list(pc, instruction, following)
        if name in _OPEN_CONSUMERS and get_b(instruction) == 0 and not self.produces_open(pc - 1):
            self.refuse(f"{name} takes an open list that is not there", pc)

    def check_open_list(self, pc: int, instruction: int, following: str) -> None:
        """Check that the next instruction takes the values from R[A] to the top."""
        if following not in _OPEN_CONSUMERS or get_b(self.code[pc + 1]):
            self.refuse("an open list of values that nothing takes", pc)
        first = get_a(self.code[pc + 1]) + (following != "RETURN")
        if get_a(instruction) < first:
            self.refuse("an open list of values that begins too low", pc)
        self.owned.add(pc + 1)

    def produces_open(self, pc: int) -> bool:
        if pc < 0:
            return False
        name = self.names[pc]
        return name == "TAILCALL" or (name in ("CALL", "VARARG") and get_c(self.code[pc]) == 0)

    # Jumps, loops and closures

    def check_jumps(self) -> None:
        for pc, instruction in enumerate(self.code):
            target = jump_target(pc, instruction)
            if target is None:
                continue
            if not 0 <= target < len(self.code):
                self.refuse("a jump out of the code", pc)
            if target in self.owned:
                self.refuse("a jump between instructions that belong together", pc)

    def check_loops(self) -> None:
        paired: set[int] = set()
        for pc, name in enumerate(self.names):
            if name == "FORPREP" or name == "TFORPREP":
                target = jump_target(pc, self.code[pc])
                assert target is not None
                if name == "FORPREP":
                    parts = [(target - 1, "FORLOOP")]
                else:
                    parts = [(target, "TFORCALL"), (target + 1, "TFORLOOP")]
                for at, wanted in parts:
                    if not pc < at < len(self.code) or self.names[at] != wanted:
                        self.refuse(f"a loop without its {wanted}", pc)
                    if get_a(self.code[at]) != get_a(self.code[pc]):
                        self.refuse("a loop whose parts use different registers", pc)
                    paired.add(at)
                if jump_target(parts[-1][0], self.code[parts[-1][0]]) != pc + 1:
                    self.refuse("a loop that does not come back to its start", pc)
        for pc, name in enumerate(self.names):
            if name in ("FORLOOP", "TFORCALL", "TFORLOOP") and pc not in paired:
                self.refuse(f"{name} without its preparation", pc)

    def check_captures(self, upvalues: list[UpvalueDesc]) -> None:
        if len(upvalues) > MAX_UPVALUES:
            self.refuse("too many upvalues in a function inside it")
        for upvalue in upvalues:
            limit = self.proto.max_stack_size if upvalue.in_stack else len(self.proto.upvalues)
            if upvalue.index >= limit:
                self.refuse("a function inside it captures what does not exist")
