"""``for`` loops become Python's, and what to-be-closed variables need (§3.3.5, §3.3.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from moonquakes.vm.fast.analysis import INT, NUMBER, Variable
from moonquakes.vm.fast.expressions import CLOSES, OPENS
from moonquakes.vm.fast.writer import Context

if TYPE_CHECKING:
    from moonquakes.vm.fast.translator import Translator


def target_of(pc: int, word: int) -> int:
    """Return where the loop that an instruction prepares has its step."""
    return pc + 1 + (word >> 15)


def forprep(t: Translator, pc: int, word: int) -> int:
    """A numeric loop: over a range where the numbers are integers, which Python finds out by itself."""
    end = target_of(pc, word)
    sequence, control, target = counted(t, pc, word)
    t.emit(f"for {target} in {sequence}:")
    t.nest(Context(end, end + 1))
    box(t, [(control, target)])
    if end == pc + 1:
        t.pay(end)
    t.region(pc + 1, end, end)
    t.unnest()
    return end + 1


def counted(t: Translator, pc: int, word: int) -> tuple[str, Variable | None, str]:
    """Write what comes before a numeric loop; return what it runs over, its variable and what that is
    called.
    """
    a = word >> 7 & 0xFF
    start, limit, step = (t.take(register) for register in range(a, a + 3))
    t.materialize_all()
    t.pc = pc
    stride = step.value if step.is_constant and type(step.value) is int else 0
    # Not in constants: Python would compute with its own booleans.
    if stride and start.kind & limit.kind & NUMBER:
        bound = f"{limit.text} {'+' if stride > 0 else '-'} 1"
        if limit.is_constant and type(limit.value) is int:
            bound = str(limit.value + (1 if stride > 0 else -1))
        steps = "" if stride == 1 else f", {stride}"
        sequence = f"range({start.text}, {bound}{steps})"
        if (start.kind | limit.kind) != INT or start.fails or limit.fails:
            name = f"r{a}"
            slow = f"counter({pc}, {start.slow}, {limit.slow}, {step.slow})"
            t.emit(f"try: {name} = {sequence}")
            t.emit(f"except E: {name} = {t.site(start.names + limit.names, slow)}")
            sequence = name
    else:
        for expr, register in ((start, a), (limit, a + 1), (step, a + 2)):
            if expr.fails:
                t.assign(f"r{register}", expr)
        texts = [f"r{a + i}" if e.fails else e.text for i, e in enumerate((start, limit, step))]
        sequence = f"counter({pc}, {', '.join(texts)})"
    control = t.analysis.active(a + 3, pc + 1)
    return sequence, control, _target(t, control, a + 3)


def _target(t: Translator, control: Variable | None, register: int) -> str:
    if control is None:
        return f"r{register}"
    t.born.add(control)
    return f"r{register}" if control.is_boxed else control.text


def box(t: Translator, pairs: list[tuple[Variable | None, str]]) -> None:
    """Put a round's variables into boxes, when closures share them."""
    for control, target in pairs:
        if control is not None and control.is_boxed:
            t.emit(f"{control.text} = [{target}]")


def tforprep(t: Translator, pc: int, word: int) -> int:
    """A generic loop: over an iterator that knows ``next`` and ``ipairs``, and calls any other function."""
    call = target_of(pc, word)
    flag = t.new_flag() if t.may_be_elements and not t.is_twin else ""
    iterated(t, pc, word, flag)
    is_empty = call == pc + 1
    if t.is_twin:
        t.emit("while True:")
        t.nest(Context(call, call + 2))
        if is_empty:
            t.pay(call)
        pulled(t, call, lambda: t.emit("break"))
    else:
        targets, pairs = controls_of(t, call)
        if is_empty:
            t.pay(call)
        t.emit(f"for {targets} in r{word >> 7 & 0xFF}:")
        t.nest(Context(call, call + 2))
        if flag:
            t.emit(f"if {pairs[1][1]} is None and {flag}: break")
        box(t, pairs)
        if is_empty:
            t.pay(call)
    t.region(pc + 1, call, call)
    t.unnest()
    return call + 2


def iterated(t: Translator, pc: int, word: int, flag: str = "") -> None:
    """Write what comes before a generic loop: ``R[A]`` is what it runs over; in a coroutine it is pulled.

    ``flag`` names what tells, where the loop looks at it, that a nil ends it.
    """
    t.may_be_elements = False
    a = word >> 7 & 0xFF
    call = target_of(pc, word)
    count = t.code[call] >> 24 & 0xFF
    triple = t.take_triple()
    if triple is None:
        values = [t.take(register) for register in range(a, a + 4)]
        for offset, value in enumerate(values):
            if value.fails:
                t.assign(f"r{a + offset}", value)
        texts = [f"r{a + i}" if v.fails else v.text for i, v in enumerate(values)]
        triple = f"({', '.join(texts)})"
    t.materialize_all()
    t.pc = call
    if t.is_twin:
        pull, step = t.pulls[call] = t.new_flag(), t.new_flag()
        t.emit(f"{pull}, {step}, q = steps({triple}, {count})")
        t.emit(f"if q is not None: tbc = mark({pc}, q, tbc, {a + 3})")
        return
    name = f"r{a}"
    kind = f"each{count}({triple})" if count < 3 else f"each({triple}, {count})"
    closing = f"if {name}.__class__ is Closing: {name}, tbc = mark_loop({pc}, {name}, tbc, {a + 3})"
    if flag:
        t.emit(f"{flag} = {name}.__class__ is ISLICE")
        t.emit(f"if not {flag}:")
        t.indent += 1
    t.emit(f"{name} = {kind}")
    t.emit(closing)
    if flag:
        t.indent -= 1


def controls_of(t: Translator, call: int) -> tuple[str, list[tuple[Variable | None, str]]]:
    """Return the names that a generic loop sets, and its variables with them."""
    first = (t.code[call] >> 7 & 0xFF) + 4
    registers = range(first, first + (t.code[call] >> 24 & 0xFF))
    at = t.code[call + 1] >> 15
    controls = [t.analysis.active(register, call + 2 - at) for register in registers]
    targets = [_target(t, control, register) for control, register in zip(controls, registers, strict=True)]
    return ", ".join(targets), list(zip(controls, targets, strict=True))


def pulled(t: Translator, call: int, leave: Callable[[], None]) -> None:
    """Write a step of a generic loop in a coroutine: its function may yield, so it is called in place."""
    pull, step = t.pulls[call]
    t.emit(f"q = {pull}() if {step} is None else (yield from {step}())")
    t.emit("if q is None:")
    t.indent += 1
    leave()
    t.indent -= 1
    targets, pairs = controls_of(t, call)
    t.emit(f"{targets} = q")
    box(t, pairs)


def tbc(t: Translator, pc: int, word: int) -> int:
    a = word >> 7 & 0xFF
    variable = t.analysis.active(a, pc)
    name = t.value(a)
    t.emit(f"tbc = mark({pc}, {name.text}, tbc, {a})")
    assert variable is None or variable.register == a
    return pc + 1


def close(t: Translator, pc: int, word: int) -> int:
    """Fresh variables need no closing here; to-be-closed ones do."""
    if t.closes:
        a = word >> 7 & 0xFF
        t.flush(heap=True, cells=True)
        t.emit(f"if tbc: {OPENS}close(tbc, {a}){CLOSES}")
    return pc + 1
