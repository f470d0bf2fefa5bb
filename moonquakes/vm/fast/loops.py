"""``for`` loops become Python's, and what to-be-closed variables need (§3.3.5, §3.3.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moonquakes.vm.fast.analysis import INT, NUMBER, Variable
from moonquakes.vm.fast.expressions import CLOSES, OPENS
from moonquakes.vm.fast.writer import Context

if TYPE_CHECKING:
    from moonquakes.vm.fast.translator import Translator


def forprep(t: Translator, pc: int, word: int) -> int:
    """A numeric loop: over a range where the numbers are integers, which Python finds out by itself."""
    a = word >> 7 & 0xFF
    end = pc + 1 + (word >> 15)
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
    target = _target(t, control, a + 3)
    t.emit(f"for {target} in {sequence}:")
    t.nest(Context(end, end + 1))
    _box(t, [(control, target)])
    if stride > 0 and control is not None and len(control.definitions) == 1:
        t.positive_from(control, start)
    t.region(pc + 1, end, end)
    t.unnest()
    return end + 1


def _target(t: Translator, control: Variable | None, register: int) -> str:
    if control is None:
        return f"r{register}"
    t.born.add(control)
    return f"r{register}" if control.is_boxed else control.text


def _box(t: Translator, pairs: list[tuple[Variable | None, str]]) -> None:
    for control, target in pairs:
        if control is not None and control.is_boxed:
            t.emit(f"{control.text} = [{target}]")


def tforprep(t: Translator, pc: int, word: int) -> int:
    """A generic loop: over an iterator that knows ``next`` and ``ipairs``, and calls any other function."""
    a = word >> 7 & 0xFF
    call = pc + 1 + (word >> 15)
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
        return _yielding_loop(t, pc, a, call, count, triple)
    name = f"r{a}"
    kind = f"each{count}({triple})" if count < 3 else f"each({triple}, {count})"
    t.emit(f"{name} = {kind}")
    t.emit(f"if {name}.__class__ is Closing: {name}, tbc = mark_loop({pc}, {name}, tbc, {a + 3})")
    controls = [t.analysis.active(register, pc + 1) for register in range(a + 4, a + 4 + count)]
    targets = [_target(t, control, a + 4 + i) for i, control in enumerate(controls)]
    t.emit(f"for {', '.join(targets)} in {name}:")
    t.nest(Context(call, call + 2))
    _box(t, list(zip(controls, targets, strict=True)))
    t.region(pc + 1, call, call)
    t.unnest()
    return call + 2


def _yielding_loop(t: Translator, pc: int, a: int, call: int, count: int, triple: str) -> int:
    """A generic loop in a coroutine: its function may yield, so it is called in place."""
    pull, step = t.new_flag(), t.new_flag()
    t.emit(f"{pull}, {step}, q = steps({triple}, {count})")
    t.emit(f"if q is not None: tbc = mark({pc}, q, tbc, {a + 3})")
    t.emit("while True:")
    t.nest(Context(call, call + 2))
    t.emit(f"q = {pull}() if {step} is None else (yield from {step}())")
    t.emit("if q is None: break")
    controls = [t.analysis.active(register, pc + 1) for register in range(a + 4, a + 4 + count)]
    targets = [_target(t, control, a + 4 + i) for i, control in enumerate(controls)]
    t.emit(f"{', '.join(targets)} = q")
    _box(t, list(zip(controls, targets, strict=True)))
    t.region(pc + 1, call, call)
    t.unnest()
    return call + 2


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
