"""From instruction words to what the interpreter runs.

``prepare`` decodes a Proto once into a list of ``(handler, a, b, c, next)``;
index 0 is unused, so an index is the number that a listing shows and is never 0.
"""

from __future__ import annotations

from typing import Any

from moonquakes.bytecode.effects import registers_read, registers_written
from moonquakes.bytecode.opcodes import OPCODES, opcode_of
from moonquakes.bytecode.proto import Proto
from moonquakes.values import LuaValue
from moonquakes.vm.frames import Frame

#: Instructions whose results arrive through ``Frame.receive``, which knows about cells,
#: or that handle cells themselves.
_SELF_SYNCED = frozenset({"CALL", "TAILCALL", "TFORCALL", "VARARG", "CLOSURE", "CLOSE"})


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
