"""What happened between one instruction and the next?

The machine only says which frame runs at which pc.  :class:`Progress` is told so
before each instruction, and works out which functions were entered and left, which
instruction is complete now, and whether a line begins.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from moonquakes.bytecode.effects import OPEN, registers_written
from moonquakes.bytecode.opcodes import OP, get_a, get_b, opcode_of
from moonquakes.bytecode.proto import Proto
from moonquakes.inspect.views import Value, Variable
from moonquakes.values import LuaValue
from moonquakes.vm.coroutines import Coroutine, CoroutineBase
from moonquakes.vm.frames import AnyFrame, Frame

_METAMETHOD_CALLS: Final = frozenset({OP["MMBIN"], OP["MMBINI"], OP["MMBINK"]})
_RETURNS: Final = frozenset({OP["RETURN"], OP["RETURN0"], OP["RETURN1"]})
#: Loop instructions that write registers only when the loop goes on: by jumping, or by not jumping.
_LOOPS_BY_JUMP: Final = frozenset({OP["FORLOOP"], OP["TFORLOOP"]})


@dataclass(slots=True)
class Level:
    """A Lua function on the stack.

    Attributes:
        frame, coroutine: its frame, and the coroutine that it belongs to.
        pc: the instruction that ran last or is running, 0 for none.
        title: how the function is called, noted for :class:`~moonquakes.inspect.Tracer`.
    """

    frame: Frame
    coroutine: Coroutine
    pc: int = 0
    title: str = ""


@dataclass(slots=True)
class Movement:
    """What one observation told.

    Attributes:
        left: functions that run no longer, the innermost first.
        entered: functions that are new on the stack, the outermost first.
        is_resumed: whether the entered ones had run before: a coroutine goes on.
        last: the pc in the running function that is complete now, 0 for none.
    """

    last: int
    left: list[Level] = field(default_factory=list)
    entered: list[Level] = field(default_factory=list)
    is_resumed: bool = False

    def way_out(self, level: Level) -> str:
        """Say how a function was left: by ``return``, ``tail call``, ``yield`` or ``error``."""
        if level.coroutine.status == "suspended":
            return "yield"
        op = opcode_of(level.frame.proto.code[level.pc - 1]) if level.pc else None
        if op in _RETURNS:
            return "return"
        replaced = bool(self.entered) and self.entered[0].frame.is_tail and level is self.left[-1]
        return "tail call" if op == OP["TAILCALL"] and replaced else "error"


class Progress:
    """The Lua functions under way, those of resuming coroutines below those of resumed ones."""

    def __init__(self) -> None:
        self.levels: list[Level] = []
        self._positions: dict[int, int] = {}

    def observe(self, frame: Frame, pc: int, coroutine: Coroutine) -> Movement:
        """Take note that the instruction at ``pc`` of ``frame`` is about to run."""
        levels = self.levels
        if levels and levels[-1].frame is frame:
            top = levels[-1]
            movement = Movement(top.pc)
            top.pc = pc
            return movement
        entered: list[Level] = []
        place: AnyFrame | None = frame
        running: Coroutine | None = coroutine
        while place is not None and id(place) not in self._positions:
            if type(place) is Frame:
                assert running is not None
                entered.append(Level(place, running, place.pc - 1))
            elif isinstance(place, CoroutineBase):
                running = place.coroutine.resumer
            place = place.previous
        entered.reverse()
        left = self._cut(self._positions[id(place)] + 1 if place is not None else 0)
        for level in entered:
            self._positions[id(level.frame)] = len(levels)
            levels.append(level)
        top = levels[-1]
        movement = Movement(top.pc, left, entered, bool(entered) and pc > 1)
        top.pc = pc
        return movement

    def _cut(self, length: int) -> list[Level]:
        left = []
        while len(self.levels) > length:
            level = self.levels.pop()
            del self._positions[id(level.frame)]
            left.append(level)
        return left

    def finish(self) -> Movement:
        """Take note that the program is over; the functions that were under way are left."""
        last = self.levels[-1].pc if self.levels else 0
        return Movement(last, self._cut(0))


def begins_line(proto: Proto, pc: int, last: int) -> bool:
    """Whether a line begins at ``pc`` after the instruction at ``last`` (0 for none), as for a hook."""
    prepares = opcode_of(proto.code[0]) == OP["VARARGPREP"]
    if pc == 1 and prepares:
        return False
    is_first = last == 0 or (last == 1 and prepares)
    return is_first or pc <= last or proto.line_at(pc - 1) != proto.line_at(last - 1)


def changes(frame: Frame, pc: int) -> tuple[Variable, ...]:
    """Return the registers that the instruction at ``pc``, the last that ``frame`` completed, wrote."""
    return tuple(
        Variable(register, name_after(frame, pc, register), Value.of(frame.register_value(register)))
        for register in _written(frame, pc)
    )


def name_after(frame: Frame, pc: int, register: int) -> str | None:
    """Return the local variable that the instruction at ``pc`` set; its scope may begin behind it."""
    proto = frame.proto
    return proto.local_name(register, pc - 1) or proto.local_name(register, frame.pc - 1)


def _written(frame: Frame, pc: int) -> list[int]:
    code = frame.proto.code
    word = code[pc - 1]
    op = opcode_of(word)
    after = frame.pc
    if op in _METAMETHOD_CALLS:
        word = code[pc - 2]
    elif pc < len(code) and opcode_of(code[pc]) in _METAMETHOD_CALLS and after == pc + 1:
        return []  # no numbers: the next instruction will call a metamethod
    if op == OP["TESTSET"] and after == pc + 2:
        return []
    if op in _LOOPS_BY_JUMP and after == pc + 1:
        return []
    if op == OP["FORPREP"] and after != pc + 1:
        return []
    written = registers_written(word)
    if written.stop == OPEN:
        return list(range(written.start, frame.top))
    if op == OP["FORLOOP"]:
        return [register for register in written if register != get_a(word) + 2]  # the step stays
    return list(written)


def returned_values(frame: Frame, word: int) -> list[LuaValue] | None:
    """Return what a return instruction that is about to run returns, None for another instruction."""
    op = opcode_of(word)
    if op not in _RETURNS:
        return None
    first = get_a(word)
    if op == OP["RETURN0"]:
        count = 0
    elif op == OP["RETURN1"]:
        count = 1
    else:
        count = get_b(word) - 1 if get_b(word) else frame.top - first
    return [frame.register_value(register) for register in range(first, first + count)]
