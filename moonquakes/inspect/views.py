"""What does one see of a program that runs?  Plain data, nothing in it belongs to the machine.

Everything here may be kept, compared and turned into JSON (``dataclasses.asdict``):
it does not change when the program goes on.  Line numbers and pcs count from 1, as
``mqc -l`` shows them; registers count from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from moonquakes.bytecode.listing import format_constant
from moonquakes.values import LuaValue, type_name
from moonquakes.vm.operations import address

#: How much of a string is shown.
MAX_SHOWN: Final = 60


def show(value: LuaValue, limit: int = MAX_SHOWN) -> str:
    """Return a value as Lua shows it, strings in quotes and cut after ``limit`` bytes.

    No metamethod runs: looking at a value must not change anything.
    """
    if type(value) is str and len(value) > limit:
        return f"{format_constant(value[:limit])}... ({len(value)} bytes)"
    if value is None or type_name(value) in ("boolean", "number", "string"):
        return format_constant(value)
    return f"{type_name(value)}: {address(value)}"


def text_of(lua: str) -> str:
    """Return a Lua string, which holds bytes, as text: its bytes read as UTF-8."""
    return lua.encode("latin-1", "replace").decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Value:
    """A Lua value as text.

    Attributes:
        type: Lua's name of its type.
        text: the value as Lua shows it; strings in quotes, long ones cut.
    """

    type: str
    text: str

    @classmethod
    def of(cls, value: LuaValue) -> Value:
        return cls(type_name(value), show(value))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Variable:
    """A place that holds a value: a register, an upvalue, a global, or a field of a table.

    Attributes:
        index: number of the register (from 0) or upvalue (from 0); None for globals and fields.
        name: the variable's name, or the field's key as text; None for a register that
            holds a temporary value.
        value: what it holds.
    """

    index: int | None
    name: str | None
    value: Value

    def __str__(self) -> str:
        place = self.name or ""
        if self.index is not None:
            place = f"[{self.index}] {place}".rstrip()
        return f"{place} = {self.value}"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a function, worded as ``mqc -l`` does.

    Attributes:
        pc: its number in the function.
        line: its source line, None in a stripped chunk.
        name, operands: ``"ADD"``, ``"1 1 6"``.
        comment: what the listing says after the operands, empty when nothing.
        meaning: the opcode's register transfer: ``"R[A] := R[B] + R[C]"``.
        is_current: whether it is the one that runs next (or, below the top of the stack, is running).
    """

    pc: int
    line: int | None
    name: str
    operands: str
    comment: str
    meaning: str
    is_current: bool

    def __str__(self) -> str:
        text = f"{self.pc:4} [{self.line or '-'}] {self.name:<10} {self.operands}"
        return (f"{text}  ; {self.comment}" if self.comment else text).rstrip()


@dataclass(frozen=True, slots=True)
class StackFrame:
    """One level of the stack.

    Attributes:
        level: 0 is the top, the function that runs.
        kind: ``"main"`` for a chunk, ``"Lua"`` for a function, ``"C"`` for one of the host.
        name: how the function was called (``"square"``), None when that is unknown.
        source: the chunk's name as messages show it; ``"[C]"`` for the host.
        line, pc: what runs next there; the call that is under way below the top.  None for the host
            (``line`` also in a stripped chunk).
        line_defined: where the function begins; None for a chunk and for the host.
    """

    level: int
    kind: Literal["main", "Lua", "C"]
    name: str | None
    source: str
    line: int | None
    pc: int | None
    line_defined: int | None

    def __str__(self) -> str:
        where = self.source if self.line is None else f"{self.source}:{self.line}"
        return f"{where} in {self.title}"

    @property
    def title(self) -> str:
        """The function in words: ``function 'square'``, ``main chunk``."""
        if self.kind == "main":
            return "main chunk"
        if self.name is not None:
            return f"function '{self.name}'"
        return "function ?" if self.line_defined is None else f"function <{self.source}:{self.line_defined}>"


@dataclass(frozen=True, slots=True)
class CoroutineView:
    """A coroutine.

    Attributes:
        identity: as ``tostring`` shows it (``"thread: 0x..."``).
        status: ``"running"``, ``"suspended"``, ``"normal"`` or ``"dead"``.
        is_main: whether it is the one that is no coroutine.
        frames: its stack, the top first.
    """

    identity: str
    status: str
    is_main: bool
    frames: tuple[StackFrame, ...]


@dataclass(slots=True)
class Breakpoint:
    """Where a program is to halt.

    Attributes:
        number: what names it, from 1.
        line, source: a line of a chunk, or None.
        function: the name of a function, or None.
        hits: how often it halted the program.
    """

    number: int
    line: int | None = None
    source: str | None = None
    function: str | None = None
    hits: int = 0

    def __str__(self) -> str:
        place = f"function '{self.function}'" if self.line is None else f"{self.source}:{self.line}"
        return f"breakpoint {self.number} at {place}"


@dataclass(frozen=True, slots=True)
class Stop:
    """Why the program halted.

    Attributes:
        reason: ``"step"`` when what was asked for is done, ``"breakpoint"``, ``"limit"`` when the
            inspector's limit of instructions was reached, ``"paused"`` after :meth:`Inspector.pause`,
            ``"ended"`` or ``"failed"``.
        breakpoint: the breakpoint, when that was the reason.
        instructions: how many ran.
        changes: after one instruction, the registers that it wrote.  When the instruction returned
            from a function, those are registers of its caller.
    """

    reason: Literal["step", "breakpoint", "limit", "paused", "ended", "failed"]
    breakpoint: Breakpoint | None = None
    instructions: int = 0
    changes: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an expression gave: ``values``, or ``error`` with its message."""

    values: tuple[Value, ...] = ()
    error: str | None = None

    def __str__(self) -> str:
        return self.error if self.error is not None else "  ".join(map(str, self.values))
