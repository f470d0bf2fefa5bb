"""The errors of slow paths, worded and placed as the VM does it (§2.3).

A :class:`Fault` stands where the VM's messages expect a frame: it knows the function and the
instruction, which is all that they need to name variables and lines.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import TYPE_CHECKING, Any

from moonquakes.bytecode.opcodes import OP, OPCODES, get_a, get_b, get_bx, opcode_of
from moonquakes.bytecode.proto import Proto, chunk_id
from moonquakes.errors import LuaError
from moonquakes.values import LuaValue
from moonquakes.vm.fast.chunk import Translation
from moonquakes.vm.fast.stack import FrameView, running_translation
from moonquakes.vm.functions import marker_of
from moonquakes.vm.messages import arithmetic_error, call_error, operand_error
from moonquakes.vm.names import describe_call, describe_indexed

if TYPE_CHECKING:
    from moonquakes.vm.state import State


class Fault:
    """An instruction of a translated function that failed; serves the VM's messages as frame and state."""

    __slots__ = ("_state", "calling", "pc", "proto")

    def __init__(self, state: State, pc: int) -> None:
        self._state = state
        self.proto: Proto = running_translation(sys._getframe(1)).proto
        #: As a VM frame's: two past the number of the instruction that counts from 0.
        self.pc = pc + 2
        self.calling = None

    @property
    def state(self) -> Any:
        return self

    def type_name(self, value: LuaValue) -> str:
        return self._state.type_name(value)

    def runtime_error(self, message: str) -> LuaError:
        return LuaError(f"{chunk_id(self.proto.source)}:{self.proto.line_at(self.pc - 2)}: {message}")

    def operand(self, value: LuaValue, register: int | None, operation: str) -> LuaError:
        return operand_error(self, value, register, operation)  # type: ignore[arg-type]  # stands for a Frame


def arithmetic_fault(state: State, pc: int, event: str, x: LuaValue, y: LuaValue) -> LuaError:
    """The error of an operation without a metamethod; ``pc`` is that of its MMBIN, or of a unary
    operation.
    """
    fault = Fault(state, pc)
    word = fault.proto.code[pc]
    name = OPCODES[opcode_of(word)].name
    if name == "MMBIN":
        registers: tuple[int | None, int | None] = (get_a(word), get_b(word))
    elif name in ("MMBINI", "MMBINK"):
        registers = (None, get_a(word)) if word >> 15 & 1 else (get_a(word), None)
    elif name in ("UNM", "BNOT"):
        registers = (get_b(word), get_b(word))
    else:
        registers = (None, None)
    return arithmetic_error(fault, event, x, y, *registers)  # type: ignore[arg-type]  # stands for a Frame


def index_fault(state: State, pc: int, value: LuaValue, is_operand: bool) -> LuaError:
    fault = Fault(state, pc)
    described = describe_indexed(fault.proto, pc) if is_operand else None
    variable = f" ({described[0]} '{described[1].partition(chr(0))[0]}')" if described else ""
    return fault.runtime_error(f"attempt to index a {state.type_name(value)} value{variable}")


def call_fault(state: State, pc: int, value: LuaValue) -> LuaError:
    fault = Fault(state, pc)
    described = describe_call(fault.proto, pc)
    if described is None:
        return call_error(_Unnamed(fault), value)  # type: ignore[arg-type]  # stands for a Frame
    variable = f" ({described[0]} '{described[1].partition(chr(0))[0]}')"
    return fault.runtime_error(f"attempt to call a {state.type_name(value)} value{variable}")


def iterator_fault(state: State, value: LuaValue) -> LuaError:
    """The error of a generic loop whose iterator cannot be called; the loop is what runs now."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        translation = marker_of(frame.f_code)
        if translation.__class__ is Translation:
            code = translation.proto.code
            pc = max(FrameView(state, translation, frame, frame.f_lineno).pc - 2, 0)
            while pc < len(code) - 1 and opcode_of(code[pc]) != OP["TFORCALL"]:
                pc += get_bx(code[pc]) + 1 if opcode_of(code[pc]) == OP["TFORPREP"] else 1
            return call_fault(state, pc, value)
        frame = frame.f_back
    raise AssertionError("no translated function runs")


class _Unnamed:
    """A frame that has no name for what it calls."""

    def __init__(self, fault: Fault) -> None:
        self.state = fault


def concatenation_fault(state: State, pc: int, values: tuple[LuaValue, ...], position: int) -> LuaError:
    """The error of ``values[position] .. values[position + 1]``; the values are a CONCAT's operands."""
    fault = Fault(state, pc)
    register = get_a(fault.proto.code[pc]) + position
    x, y = values
    return arithmetic_error(fault, "__concat", x, y, register, None)  # type: ignore[arg-type]  # stands for a Frame
