"""The function under construction: instructions, lines, constants, registers, jumps.

Nothing here knows of expressions or statements; it keeps the invariants of one
function's code.  Registers are a stack: active local variables at the bottom,
temporaries above them, freed in reverse order.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from moonquakes.bytecode.opcodes import (
    MAX_A,
    MAX_B,
    MAX_BX,
    MAX_C,
    MAX_SJ,
    OFFSET_SBX,
    OFFSET_SJ,
    OP,
    OPCODES,
    encode_sj,
    get_sj,
)
from moonquakes.bytecode.proto import Proto
from moonquakes.compiler.limits import MAX_REGISTERS, NEXT, TOO_MANY_REGISTERS, refuse
from moonquakes.numbers import float_to_integer
from moonquakes.values import LuaValue

if TYPE_CHECKING:
    from moonquakes.compiler.scopes import Block, Label, Variable

_EXTRAARG: Final = OP["EXTRAARG"]
_JMP: Final = OP["JMP"]
_LOADF: Final = OP["LOADF"]
_LOADI: Final = OP["LOADI"]
_LOADK: Final = OP["LOADK"]
_LOADKX: Final = OP["LOADKX"]
_LOADNIL: Final = OP["LOADNIL"]
_RETURN: Final = OP["RETURN"]
_RETURN0: Final = OP["RETURN0"]
_RETURN1: Final = OP["RETURN1"]
_TAILCALL: Final = OP["TAILCALL"]
_TEST: Final = OP["TEST"]
_TESTSET: Final = OP["TESTSET"]

_TESTS: Final = frozenset(opcode.number for opcode in OPCODES if opcode.is_test)
_FINISHED: Final = frozenset((_JMP, _RETURN, _RETURN0, _RETURN1, _TAILCALL))
_A_FIELD: Final = MAX_A << 7
_B_FIELD: Final = MAX_B << 16
_C_FIELD: Final = MAX_C << 24
_K_BIT: Final = 1 << 15
#: A jump that is not patched yet.
_OPEN_JUMP: Final = encode_sj(_JMP, -1)
_LONGEST_CHAIN: Final = 100
_EPSILON: Final = sys.float_info.epsilon


class FunctionState:
    """One function while its body is compiled.

    Attributes:
        parent: the enclosing function, None for a main chunk.
        line: line of the last token compiled; each instruction gets it.
        last_target: the latest pc some jump leads to; instructions before it must
            not be merged with later ones.
        free_register: the first free register.
        active_registers: number of registers that hold active local variables.
        needs_close: whether some return must close upvalues or variables.
        variables, visible: active local variables in order, and by name.
        upvalue_numbers: number of each upvalue by name.
        constant_numbers: where constants are, for the whole chunk (see :meth:`constant`).
        labels: labels visible at this point, by name in order.
        goto_count: number of jumps to labels that were not seen yet.
    """

    __slots__ = (
        "active_registers",
        "block",
        "code",
        "constant_numbers",
        "constants",
        "free_register",
        "goto_count",
        "labels",
        "last_target",
        "line",
        "lines",
        "needs_close",
        "parent",
        "proto",
        "source",
        "upvalue_numbers",
        "variables",
        "visible",
    )

    def __init__(self, parent: FunctionState | None, proto: Proto, line: int) -> None:
        self.parent = parent
        self.proto = proto
        self.source = proto.source
        self.line = line
        self.code = proto.code
        self.lines = proto.lines
        self.constants = proto.constants
        self.constant_numbers: dict[LuaValue, int] = {} if parent is None else parent.constant_numbers
        self.last_target = 0
        self.free_register = 0
        self.active_registers = 0
        self.needs_close = False
        self.block: Block | None = None
        self.variables: list[Variable] = []
        self.visible: dict[str, Variable] = {}
        self.upvalue_numbers: dict[str, int] = {}
        self.labels: dict[str, Label] = {}
        self.goto_count = 0

    # Instructions

    def emit_abc(self, op: int, a: int, b: int, c: int, k: int = 0) -> int:
        """Append an iABC instruction and return its pc."""
        code = self.code
        code.append(op | a << 7 | k << 15 | b << 16 | c << 24)
        self.lines.append(self.line)
        return len(code) - 1

    def emit_abx(self, op: int, a: int, bx: int) -> int:
        code = self.code
        code.append(op | a << 7 | bx << 15)
        self.lines.append(self.line)
        return len(code) - 1

    def emit_extra(self, ax: int) -> None:
        self.code.append(_EXTRAARG | ax << 7)
        self.lines.append(self.line)

    def drop_last(self) -> None:
        self.code.pop()
        self.lines.pop()

    def set_a(self, pc: int, a: int) -> None:
        self.code[pc] = self.code[pc] & ~_A_FIELD | a << 7

    def set_b(self, pc: int, b: int) -> None:
        self.code[pc] = self.code[pc] & ~_B_FIELD | b << 16

    def set_c(self, pc: int, c: int) -> None:
        self.code[pc] = self.code[pc] & ~_C_FIELD | c << 24

    def load_nil(self, first: int, count: int) -> None:
        """Set registers to nil, extending a LOADNIL just before when they adjoin."""
        code = self.code
        last = first + count - 1
        if len(code) > self.last_target and code and code[-1] & 0x7F == _LOADNIL:
            previous = code[-1]
            start = previous >> 7 & 0xFF
            end = start + (previous >> 16 & 0xFF)
            if start <= first <= end + 1 or first <= start <= last + 1:
                start = min(start, first)
                code[-1] = _LOADNIL | start << 7 | (max(end, last) - start) << 16
                return
        self.emit_abc(_LOADNIL, first, count - 1, 0)

    def load_integer(self, register: int, value: int) -> None:
        if -OFFSET_SBX <= value <= MAX_BX - OFFSET_SBX:
            self.emit_abx(_LOADI, register, value + OFFSET_SBX)
        else:
            self.load_constant(register, self.constant(value, value))

    def load_float(self, register: int, value: float) -> None:
        if -OFFSET_SBX <= value <= MAX_BX - OFFSET_SBX and value == int(value):
            self.emit_abx(_LOADF, register, int(value) + OFFSET_SBX)
        else:
            self.load_constant(register, self.float_constant(value))

    def load_constant(self, register: int, index: int) -> None:
        if index <= MAX_BX:
            self.emit_abx(_LOADK, register, index)
        else:
            self.emit_abx(_LOADKX, register, 0)
            self.emit_extra(index)

    def emit_return(self, first: int, count: int) -> None:
        """Return ``count`` registers from ``first`` on, -1 for all up to the top."""
        op = _RETURN0 if count == 0 else _RETURN1 if count == 1 else _RETURN
        self.emit_abc(op, first, count + 1, 0)

    # Constants

    def constant(self, value: LuaValue, key: LuaValue) -> int:
        """Return the index of a constant, adding it when need be.

        The numbers are shared by all functions of a chunk and checked when found, so a
        constant that an inner function used in between is added anew, as the reference does.
        Equal strings of a chunk are one object (``%p`` shows it), and fields are found fastest by one.
        """
        constants = self.constants
        index = self.constant_numbers.get(key)
        if index is not None and index < len(constants):
            found = constants[index]
            if found == value and type(found) is type(value):
                return index
        index = self.constant_numbers[key] = len(constants)
        constants.append(sys.intern(value) if type(value) is str else value)
        return index

    def float_constant(self, value: float) -> int:
        """Return the index of a float; an integral one is kept apart from the integer equal to it."""
        if float_to_integer(value) is None:
            return self.constant(value, value)
        return self.constant(value, value + value * _EPSILON if value else _EPSILON)

    # Registers

    def check_stack(self, count: int) -> None:
        """Make room for ``count`` registers above the ones in use."""
        size = self.free_register + count
        if size > self.proto.max_stack_size:
            if size >= MAX_REGISTERS:
                refuse(self.source, self.line, TOO_MANY_REGISTERS, near=NEXT)
            self.proto.max_stack_size = size

    def reserve(self, count: int) -> None:
        size = self.free_register + count
        if size > self.proto.max_stack_size:
            self.check_stack(count)
        self.free_register = size

    def free(self, register: int) -> None:
        """Free a register unless a local variable lives in it; it must be the topmost one."""
        if register >= self.active_registers:
            self.free_register -= 1

    # Jumps

    def here(self) -> int:
        """Return the next pc, as a place that jumps lead to."""
        self.last_target = target = len(self.code)
        return target

    def jump(self) -> int:
        """Emit a jump whose target is not known yet and return its pc."""
        self.code.append(_OPEN_JUMP)
        self.lines.append(self.line)
        return len(self.code) - 1

    def conditional_jump(self, op: int, a: int, b: int, c: int, k: int) -> int:
        """Emit a test and the jump it controls; return the jump's pc."""
        self.emit_abc(op, a, b, c, k)
        return self.jump()

    def jump_to(self, target: int) -> None:
        self.patch_jump(self.jump(), target)

    def patch_jump(self, pc: int, target: int) -> None:
        offset = target - pc - 1
        if not -OFFSET_SJ <= offset <= MAX_SJ - OFFSET_SJ:
            refuse(self.source, self.line, "control structure too long", near=NEXT)
        self.code[pc] = _JMP | (offset + OFFSET_SJ) << 7

    def patch(self, jumps: list[int] | None, target: int) -> None:
        """Lead jumps to ``target``; none of them carries a value there."""
        if jumps is not None:
            for pc in jumps:
                self.drop_value(pc)
                self.patch_jump(pc, target)

    def patch_here(self, jumps: list[int] | None) -> None:
        self.patch(jumps, self.here())

    def patch_values(
        self, jumps: list[int] | None, with_value: int, register: int, without_value: int
    ) -> None:
        """Lead jumps that carry their value to ``with_value``, where it arrives in
        ``register``, and the others, after which it is still to be loaded, to ``without_value``.
        """
        for pc in jumps or ():
            if self.keep_value(pc, register):
                self.patch_jump(pc, with_value)
            else:
                self.patch_jump(pc, without_value)

    def control(self, pc: int) -> int:
        """Return the pc of the test that controls a jump, or of the jump itself."""
        if pc >= 1 and self.code[pc - 1] & 0x7F in _TESTS:
            return pc - 1
        return pc

    def carries_value(self, pc: int) -> bool:
        """Return whether the jump keeps the tested value (TESTSET)."""
        return self.code[self.control(pc)] & 0x7F == _TESTSET

    def drop_value(self, pc: int) -> None:
        """Make the test of a jump keep no value: TESTSET becomes TEST."""
        test = self.control(pc)
        instruction = self.code[test]
        if instruction & 0x7F == _TESTSET:
            self.code[test] = _TEST | (instruction >> 16 & 0xFF) << 7 | instruction & _K_BIT

    def keep_value(self, pc: int, register: int) -> bool:
        """Make the test of a jump leave its value in ``register``; return False when it has none."""
        test = self.control(pc)
        instruction = self.code[test]
        if instruction & 0x7F != _TESTSET:
            return False
        if register == instruction >> 16 & 0xFF:
            self.drop_value(pc)
        else:
            self.set_a(test, register)
        return True

    def negate(self, pc: int) -> None:
        """Invert the condition of a comparison's jump."""
        self.code[self.control(pc)] ^= _K_BIT

    # End

    def finish(self) -> None:
        """Complete what only the whole function tells: returns that close, jumps to jumps."""
        code = self.code
        is_vararg = self.proto.is_vararg
        closing = _K_BIT if self.needs_close else 0
        varargs = self.proto.num_params + 1 << 24 if is_vararg else 0
        for pc, instruction in enumerate(code):
            op = instruction & 0x7F
            if op not in _FINISHED:
                continue
            if op == _JMP:
                self.patch_jump(pc, self._final_target(pc))
            elif op in (_RETURN, _TAILCALL):
                code[pc] = instruction | closing | varargs
            elif closing or varargs:
                code[pc] = instruction & ~0x7F | _RETURN | closing | varargs

    def _final_target(self, pc: int) -> int:
        """Follow jumps to jumps, a bounded number of times since they may form a loop."""
        code = self.code
        for _ in range(_LONGEST_CHAIN):
            instruction = code[pc]
            if instruction & 0x7F != _JMP:
                break
            pc += get_sj(instruction) + 1
        return pc
