"""Control flow without structure: a region as a loop over states, each a piece of it.

    at = 0
    while True:
        if at < 1:
            ...
            at = 1
        else:
            ...
            break

Only what the plan says is cut into states: what a state holds is written as everywhere.  A
``for`` loop that is cut keeps its iterator in its first register and takes one step at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from moonquakes.bytecode.opcodes import OP
from moonquakes.vm.fast.loops import box, controls_of, counted, iterated, pulled, target_of
from moonquakes.vm.fast.writer import Context

if TYPE_CHECKING:
    from moonquakes.vm.fast.translator import Translator

#: Where ``continue`` goes in a loop over states: no pc of a jump.
AGAIN: Final = -2


def write_states(t: Translator, low: int, high: int, after: int) -> None:
    """Write a region as the plan says: when control leaves it, it is at ``after``."""
    starts = t.plan.flat[low, high, len(t.contexts)]
    numbers: dict[int, tuple[int, int]] = {}
    pieces: list[tuple[int, int]] = []
    for start, end in zip(starts, [*starts[1:], high], strict=True):
        entry = len(pieces)
        # Variables that begin where a loop does are made before it.
        if start in t.analysis.loop_end and start in t.analysis.births:
            pieces.append((start, start))
        pieces.append((start, end))
        numbers[start] = entry, len(pieces) - 1
    t.pc = low
    t.emit("at = 0")
    t.emit("while True:")
    t.nest(Context(AGAIN, after, states=numbers))
    _dispatch(t, pieces, 0, len(pieces))
    t.unnest()


def _dispatch(t: Translator, pieces: list[tuple[int, int]], first: int, last: int) -> None:
    """Write the states numbered from ``first`` to before ``last``."""
    if last - first > 1:
        middle = (first + last) // 2
        t.pc = pieces[middle][0]
        t.emit(f"if at < {middle}:")
        t.indent += 1
        _dispatch(t, pieces, first, middle)
        t.indent -= 1
        t.emit("else:")
        t.indent += 1
        _dispatch(t, pieces, middle, last)
        t.indent -= 1
        return
    low, high = pieces[first]
    t.pc = low
    is_last = first + 1 == len(pieces)
    write_piece(t, low, high, t.contexts[-1].out if is_last else high)
    indent, text, _ = t.lines[-1]
    if indent != t.indent or not text.startswith(("continue", "break", "return")):
        t.emit("break" if is_last else f"at = {first + 1}")


def write_piece(t: Translator, low: int, high: int, after: int) -> None:
    """Write what lies between the beginnings of two states; its end is as good as ``after``."""
    if low == high:
        t.give_birth(low)
        return
    pc = low
    while pc < high:
        pc = t.piece_step(pc, high, after)
        if pc < 0:
            t.pending.clear()
            return
    t.pc = high - 1
    t.leave()


def write_statement(t: Translator, pc: int, high: int, after: int) -> int:
    """Write a statement that begins in a state, which ends at ``high``; return as ``Translator.step``."""
    t.give_birth(pc)
    t.pc = pc
    word = t.code[pc]
    op = word & 0x7F
    is_cut = pc in t.plan.cuts
    if op in _PREPARES:
        exit_of = target_of(pc, word) + (1 if op == _FORPREP else 2)
        if is_cut or exit_of > high:
            return _prepare(t, pc, word, exit_of)
    elif op == _FORLOOP:
        return _count(t, pc, word)
    elif op == _TFORCALL:
        return _iterate(t, pc, word)
    if is_cut or t.analysis.loop_end.get(pc, -1) >= high:
        return t.instruction(pc, high, after)
    return t.whole_step(pc, high, after)


def _prepare(t: Translator, pc: int, word: int, exit_of: int) -> int:
    """What comes before a ``for`` loop that is cut."""
    name = f"r{word >> 7 & 0xFF}"
    if word & 0x7F == _FORPREP:
        sequence, _, _ = counted(t, pc, word)
        t.emit(f"{name} = {sequence}.__iter__()")
        t.jump(exit_of - 1, -1)
        return -1
    iterated(t, pc, word)
    # Its variables are made by its step, which is written after its body.
    controls_of(t, exit_of - 2)
    if not t.is_twin:
        t.emit(f"{name} = {name}.__iter__()")
    t.jump(exit_of - 2, -1)
    return -1


def _count(t: Translator, pc: int, word: int) -> int:
    """A step of a numeric loop that is cut."""
    a = word >> 7 & 0xFF
    body = pc + 1 - (word >> 15)
    control = t.analysis.active(a + 3, body)
    name = f"r{a + 3}" if control is None or control.is_boxed else control.text
    t.emit(f"for {name} in r{a}:")
    t.indent += 1
    box(t, [(control, name)])
    if body == pc:
        t.pay(pc)
    _go_on(t, body, pc + 1)
    return -1


def _iterate(t: Translator, pc: int, word: int) -> int:
    """A step of a generic loop that is cut."""
    body = pc + 2 - (t.code[pc + 1] >> 15)
    if body == pc:
        t.pay(pc)
    if t.is_twin:
        pulled(t, pc, lambda: t.jump(pc + 2, -1))
        t.emit(f"at = {t.state_of(body)}")
        t.emit("continue")
        return -1
    targets, pairs = controls_of(t, pc)
    t.emit(f"for {targets} in r{word >> 7 & 0xFF}:")
    t.indent += 1
    box(t, pairs)
    _go_on(t, body, pc + 2)
    return -1


def _go_on(t: Translator, body: int, exit_of: int) -> None:
    """Write where a ``for`` loop's step leads: to its body, or out when there was none."""
    t.emit(f"at = {t.state_of(body)}")
    t.emit("break")
    t.indent -= 1
    t.emit("else:")
    t.indent += 1
    t.jump(exit_of, -1)
    t.indent -= 1
    t.emit("continue")


_FORPREP: Final = OP["FORPREP"]
_FORLOOP: Final = OP["FORLOOP"]
_TFORCALL: Final = OP["TFORCALL"]
_PREPARES: Final = (_FORPREP, OP["TFORPREP"])
