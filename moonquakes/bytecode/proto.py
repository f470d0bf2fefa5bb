"""A compiled function: what the compiler produces and both engines start from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from moonquakes.errors import chunk_id as chunk_id
from moonquakes.values import LuaValue


@dataclass(slots=True)
class UpvalueDesc:
    """How a closure obtains one upvalue when it is created.

    Attributes:
        name: the variable's name, None in a stripped chunk.
        in_stack: True when it is a register of the enclosing function,
            False when it is an upvalue of the enclosing function.
        index: number of that register or upvalue.
        kind: 0 regular, 1 ``<const>``, 2 ``<close>``, 3 compile-time constant.
    """

    name: str | None
    in_stack: bool
    index: int
    kind: int = 0


@dataclass(slots=True)
class LocalVariable:
    """A local variable's name and the half-open range of pcs where it lives.

    Variables appear in the order of their declaration; the n-th one active at
    a pc lives in register n-1 (as the reference's ``luaF_getlocalname`` counts).
    """

    name: str
    start_pc: int
    end_pc: int


@dataclass(slots=True, eq=False)
class Proto:
    """A function prototype; pcs count from 0.

    Attributes:
        source: chunk name as given to ``load`` (``"@file"``, ``"=name"`` or the text).
        line_defined, last_line_defined: 0 for a main chunk.
        code: instruction words (see :mod:`moonquakes.bytecode.opcodes`).
        constants: nil, booleans, integers, floats and strings.
        lines: source line of each instruction; empty in a stripped chunk.
        local_variables, upvalues: debug information and capture list.
        prepared, translated: what the VM and the fast engine made of the code; never dumped.
        variants: what they made of it for states with limits, by a key of theirs; never dumped.
    """

    source: str = "=?"
    line_defined: int = 0
    last_line_defined: int = 0
    num_params: int = 0
    is_vararg: bool = False
    max_stack_size: int = 2
    code: list[int] = field(default_factory=list)
    constants: list[LuaValue] = field(default_factory=list)
    upvalues: list[UpvalueDesc] = field(default_factory=list)
    protos: list[Proto] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    local_variables: list[LocalVariable] = field(default_factory=list)
    prepared: Any = None
    translated: Any = None
    variants: dict[Any, Any] = field(default_factory=dict)

    def line_at(self, pc: int) -> int:
        """Return the source line of the instruction at ``pc``, or -1 without line information."""
        return self.lines[pc] if pc < len(self.lines) else -1

    def local_name(self, register: int, pc: int) -> str | None:
        """Return the name of the local variable in ``register`` at ``pc``, or None."""
        remaining = register
        for variable in self.local_variables:
            if variable.start_pc > pc:
                break
            if pc < variable.end_pc:
                if remaining == 0:
                    return variable.name
                remaining -= 1
        return None
