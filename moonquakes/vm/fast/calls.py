"""Calls and returns: how they are made, in a plain function and in a generator (§3.4.10, §3.3.4)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from moonquakes.bytecode.opcodes import OP
from moonquakes.vm.fast.analysis import ANY, INT, STR
from moonquakes.vm.fast.constructors import NewTable
from moonquakes.vm.fast.counting import spreading_line
from moonquakes.vm.fast.expressions import CLOSES, OPENS, Expr
from moonquakes.vm.fast.library import function_name, in_place
from moonquakes.vm.fast.recursion import calls_library
from moonquakes.vm.fresh import HAS_FRESH

if TYPE_CHECKING:
    from moonquakes.vm.fast.translator import Translator

#: Generators that may delegate to each other; deeper calls go on as frames of the VM.  On CPython 3.11
#: each takes C stack, as many times as coroutines resume each other.
MAX_GENERATORS: Final = 50 if sys.implementation.name == "cpython" and sys.version_info < (3, 12) else 150
_TFORPREP: Final = OP["TFORPREP"]
#: On PyPy a generator is as fast.
_HAS_FAST_ITERATORS: Final = sys.implementation.name == "cpython"


def _operands_of_call(t: Translator, first: int, count: int) -> list[Expr]:
    """Return a call's operands as expressions to evaluate in order, with nothing else between."""
    last = first + count - 1
    pending = t.pending
    for register in list(pending):
        if register in pending and not first <= register <= last:
            expr = pending[register]
            if isinstance(expr, NewTable):
                t.settle_fields(expr, 0, True, True)
            elif expr.is_unchecked:
                # The tail call that it may be comes before this call.
                t.check(expr)
            elif expr.fails or expr.reads_heap or expr.reads_cells:
                t.materialize(register)
    for register in range(last, first - 1, -1):
        if isinstance(pending.get(register), NewTable):
            for earlier in range(first, register + 1):
                held = pending.get(earlier)
                if held is not None and (held.fails or isinstance(held, NewTable)):
                    t.materialize(earlier)
            break
    for register in range(first, last + 1):
        held = pending.get(register)
        if held is not None and held.is_unchecked:
            t.check(held)
    if list(pending) != sorted(pending):
        # Out of order: what may raise is computed now, as it came.
        for register in list(pending):
            if register in pending and first <= register <= last and pending[register].fails:
                t.materialize(register)
    callee = pending.get(first)
    if callee is not None and callee.is_constant:
        t.materialize(first)
    return [pending.pop(r) if r in pending else t.read(r, t.pc) for r in range(first, last + 1)]


def _arguments(t: Translator, first: int, count: int) -> list[Expr]:
    """Return operands; what can raise is computed before, in order."""
    for register in range(first, first + count):
        expr = t.pending.get(register)
        if expr is not None and expr.fails:
            t.materialize(register)
    return _operands_of_call(t, first, count)


class Call:
    """A call that is about to be written: its likely text and its slow one."""

    __slots__ = ("names", "operands", "slow", "text")

    def __init__(
        self, text: str, slow: str, names: tuple[str, ...], operands: tuple[str, str] = ("", "")
    ) -> None:
        self.text = text
        self.slow = slow
        self.names = names
        #: In a coroutine: the function's name and the arguments.
        self.operands = operands


def _call_of(t: Translator, pc: int, a: int, b: int, is_tail: bool = False, wants: int = -1) -> Call:
    """Return the call of ``R[a]``, which wants so many results; all that comes before is written."""
    names: tuple[str, ...] = ()
    if b:
        operands = _operands_of_call(t, a, b)
        if t.is_twin:
            operands = [e if e.is_atom else t.to_name(e, a + i) for i, e in enumerate(operands)]
            return Call("", "", (), (operands[0].text, ", ".join([e.text for e in operands[1:]])))
        for expr in operands:
            names += expr.names
        callee, arguments = operands[0], operands[1:]
        function = callee.callee or callee.text
        ends_soon = callee.results is not None and callee.results.end_soon
        if is_tail and not ends_soon and not (HAS_FRESH and calls_library(t.proto, pc)):
            function = f"({function} if TICKS.pop() else tail({function}))"
        slow = ", ".join([str(pc), *(expr.slow for expr in operands)])
        text = f"{function}({', '.join([e.text for e in arguments])})"
        text = in_place(t, callee, arguments, text, wants == 0)
        return Call(text, f"{OPENS}call({slow}){CLOSES}", names)
    first, many, raw = t.take_open()
    exprs = _arguments(t, a, first - a)
    texts = [expr.text for expr in exprs]
    function = texts[0]
    if t.is_twin:
        return Call("", "", (), (function, ", ".join([*texts[1:], "*" + many])))
    if is_tail:
        function = f"({function} if TICKS.pop() else tail({function}))"
    used = (*(name for expr in exprs for name in expr.names), raw)
    slow = f"call_all({pc}, {exprs[0].slow}, ({', '.join([*(e.slow for e in exprs[1:]), '*' + many])},))"
    every = f"({', '.join([*texts[1:], '*' + many])},)" if first > a + 1 else raw
    if raw == "va":
        text = f"spread({function}, {every})"
        return Call(_selected(exprs, text) if wants == 1 else text, slow, used)
    # g(x, f(y)): mostly one value.
    one = f"{function}({', '.join([*texts[1:], raw])})"
    return Call(f"({one} if {raw}.__class__ is not ... else spread({function}, {every}))", slow, used)


def _selected(operands: list[Expr], call: str) -> str:
    """Return ``select('#', ...)`` or ``(select(n, ...))`` done in place, where it may be one of these."""
    if len(operands) != 2 or not (operands[1].is_atom and operands[1].kind & (INT | STR)):
        return call
    function, which = operands[0].text, operands[1]
    if which.is_constant and which.value == "#":
        return f"(LEN(va) if {function} is F_select else {call})"
    if which.kind == STR:
        return call
    return f"(va[{which.text} - 1] if {function} is F_select and 0 < {which.text} <= LEN(va) else {call})"


def _yielding(t: Translator, pc: int, made: Call) -> str:
    """Write how a call is made in a coroutine, and return its text: the function's generator is run.

    A host function has none; ``coroutine.yield`` is what yields.
    """
    function, arguments = made.operands
    if not function.isidentifier():
        name = t.new_flag()
        t.emit(f"{name} = {function}")
        function = name
    g = t.new_flag()
    t.emit(f"try: {g} = {function}.twin")
    t.emit(f"except AttributeError: {g} = twin({pc}, {function})")
    separator = ", " if arguments else ""
    tuple_ = f"({arguments},)" if arguments else "()"
    return (
        f"{function}({arguments}) if {g} is None else (yield {tuple_}) if {g} is YIELD"
        f" else (yield from ({g} if d < {MAX_GENERATORS} else deep({function}))(d + 1{separator}{arguments}))"
    )


def _name_of(t: Translator, a: int) -> str:
    """Return the name of the function in a register that is about to be called."""
    callee = t.pending.get(a)
    if callee is None:
        callee = Expr(t.held.get(a, ""), ANY)
        callee.is_atom = True
    return function_name(callee)


def _object_of(t: Translator, a: int, b: int) -> tuple[str, str] | None:
    """Write ``setmetatable({ ... }, class)`` up to the call, where a call is that.

    Return the table's name, and a statement that is the call where ``setmetatable`` is the library's and
    the class asks for no finalizer and no weak references.
    """
    pending = t.pending
    table, metatable = pending.get(a + 1), pending.get(a + 2)
    if b != 3 or not isinstance(table, NewTable) or (metatable is not None and not metatable.is_atom):
        return None
    callee = pending.get(a)
    if _name_of(t, a) != "setmetatable":
        return None
    if callee is not None and not callee.is_atom:
        t.materialize(a)
        callee = None
    t.materialize(a + 1)
    function = callee.text if callee is not None else t.read(a, t.pc).text
    name = t.temporary(a + 1)
    of = (metatable or t.read(a + 2, t.pc)).text
    plain = f"{of}.__class__ is Table and '__gc' not in {of}.hash and '__mode' not in {of}.hash"
    return name, f"if {function} is F_setmetatable and {plain}: {name}.metatable = {of}"


def _elements_of(t: Translator, pc: int, a: int) -> str:
    """Return a statement that begins a loop over ``ipairs(t)`` without calling it; empty for other loops.

    Python's own iterators see what the loop changes, as ``ipairs`` does; a nil ends the loop.
    """
    callee = t.pending.get(a)
    if not _HAS_FAST_ITERATORS or t.is_twin or _name_of(t, a) != "ipairs":
        return ""
    if t.code[pc + 2 + (t.code[pc + 1] >> 15)] >> 24 != 2:
        return ""
    subject = t.pending.get(a + 1)
    if subject is not None and (not subject.is_atom or subject.is_constant):
        t.materialize(a + 1)
        subject = None
    if callee is not None and a in t.pending and not callee.is_atom:
        t.materialize(a)
    function = t.pending[a].text if a in t.pending else t.read(a, pc).text
    o = (subject or t.read(a + 1, pc)).text
    plain = f"{function} is F_ipairs and {o}.__class__ is Table and {o}.metatable is None"
    return f"if {plain}: r{a} = ISLICE(ENUMERATE({o}.arr), 1, None)"


def call(t: Translator, pc: int, word: int) -> int:
    a, b, c = word >> 7 & 0xFF, word >> 16 & 0xFF, word >> 24
    made_object = _object_of(t, a, b) if c == 2 else None
    is_loop = c == 5 and t.code[pc + 1] & 0x7F == _TFORPREP and t.code[pc + 1] >> 7 & 0xFF == a
    elements = _elements_of(t, pc, a) if is_loop and b == 2 else ""
    held = t.pending.get(a)
    results = held.results if held is not None and not t.is_twin else None
    made = _call_of(t, pc, a, b, wants=c - 1)
    t.pc = pc

    def into(target: str) -> None:
        if t.is_twin:
            t.emit(f"{target} = {_yielding(t, pc, made)}")
            return
        t.emit(f"try: {target} = {made.text}")
        t.emit(f"except E: {target} = {t.site(made.names, made.slow)}")

    if c == 2:
        variable = t.analysis.active(a, pc)
        name = _result_name(t, a) if variable is None or not variable.is_boxed else f"r{a}"
        if made_object is not None:
            t.emit(f"{made_object[1]}; {name} = {made_object[0]}")
            t.emit("else:")
            t.indent += 1
        into(name)
        if made_object is not None:
            t.emit(f"if {name}.__class__ is ...: {name} = one({name})")
            t.indent -= 1
        result = Expr(name, ANY, (name,), 1 << a)
        result.slow = f"one({name})"
        result.is_atom = True
        result.is_unchecked = made_object is None and not (results is not None and results.are_one)
        if variable is None:
            t.pending[a] = result
        else:
            if result.is_unchecked:
                t.check(result)
            if variable.is_boxed:
                t.emit(f"{variable.text}[0] = {name}")
    elif c == 1:
        into("q")
        if results is None or not results.are_final:
            t.emit("if q.__class__ is ... and q: done(q)")
    elif c == 0:
        into(f"r{a}")
        t.open = (a, f"many(r{a})", f"r{a}")
    elif is_loop:
        if elements:
            t.emit(elements)
            t.emit("else:")
            t.indent += 1
        into(f"r{a}")
        if elements:
            t.indent -= 1
        t.triple = f"r{a}"
        t.may_be_elements = bool(elements)
    else:
        names = [_result_name(t, register) for register in range(a, a + c - 1)]
        into("q")
        t.emit(f"{', '.join(names)} = q if q.__class__ is ... and LEN(q) == {c - 1} else adjust(q, {c - 1})")
        for register in range(a, a + c - 1):
            t.pending.pop(register, None)
    return pc + 1


def _result_name(t: Translator, register: int) -> str:
    variable = t.analysis.active(register, t.pc)
    if variable is not None:
        return f"{variable.text}[0]" if variable.is_boxed else variable.text
    return t.temporary(register)


def tailcall(t: Translator, pc: int, word: int) -> int:
    made_object = _object_of(t, word >> 7 & 0xFF, word >> 16 & 0xFF)
    made = _call_of(t, pc, word >> 7 & 0xFF, word >> 16 & 0xFF, is_tail=True)
    t.flush_live(0)
    t.pc = pc
    if made_object is not None:
        t.emit(f"{made_object[1]}; return {made_object[0]}")
    if t.is_twin:
        t.emit(f"return {_yielding(t, pc, made)}")
        return -1
    t.emit(f"try: return {made.text}")
    t.emit(f"except E: return {t.site(made.names, made.slow)}")
    return -1


def return_(t: Translator, pc: int, word: int) -> int:
    a, b = word >> 7 & 0xFF, word >> 16 & 0xFF
    if b == 0:
        first, many, raw = t.take_open()
        texts = [expr.text for expr in _arguments(t, a, first - a)]
        if not texts:
            text = f"pack({raw})" if raw == "va" else raw
        else:
            text = f"pack(({', '.join([*texts, '*' + many])},))"
    elif b == 1:
        text = "()"
    elif b == 2:
        return _return_one(t, pc, a, bool(word >> 15 & 1))
    else:
        text = f"({', '.join([expr.text for expr in _arguments(t, a, b - 1)])})"
    t.flush_live(0)
    t.pc = pc
    _leave(t, text, bool(word >> 15 & 1))
    return -1


def _leave(t: Translator, text: str, closes: bool) -> None:
    if closes and t.closes:
        t.emit(f"q = {text}")
        t.emit(f"if tbc: r0 = q; {OPENS}close(tbc, 0){CLOSES}; return r0")
        t.emit("return q")
    else:
        t.emit(f"return {text}")


def return0(t: Translator, pc: int, word: int) -> int:
    t.flush_live(0)
    t.emit("return ()")
    return -1


def return1(t: Translator, pc: int, word: int) -> int:
    return _return_one(t, pc, word >> 7 & 0xFF, False)


def _return_one(t: Translator, pc: int, a: int, closes: bool) -> int:
    expr = t.use(a)
    t.checked(expr)
    t.flush_live(0)
    t.pc = pc
    if not expr.fails:
        _leave(t, expr.text, closes)
    elif closes and t.closes:
        t.assign(f"r{a}", expr)
        _leave(t, f"r{a}", True)
    else:
        t.emit(f"try: return {expr.text}")
        t.emit(f"except E: return {t.site(expr.names, expr.slow)}")
    return -1


def vararg(t: Translator, pc: int, word: int) -> int:
    a, c = word >> 7 & 0xFF, word >> 24
    if c == 0:
        if t.points is not None:
            t.emit(spreading_line())
        t.open = (a, "va", "va")
    elif c == 2:
        t.define(a, Expr("(va[0] if va else None)", ANY, ("va",)))
    elif c > 2:
        names = [_result_name(t, register) for register in range(a, a + c - 1)]
        t.flush(registers=((1 << (c - 1)) - 1) << a)
        t.emit(f"{', '.join(names)} = va if LEN(va) == {c - 1} else adjust(va, {c - 1})")
        for register in range(a, a + c - 1):
            t.pending.pop(register, None)
    return pc + 1
