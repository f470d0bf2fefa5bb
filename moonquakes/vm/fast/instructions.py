"""What does one straight instruction become?  A handler writes it, or leaves its value pending.

A handler is called with the translator, the pc and the word, and returns the pc to go on at,
or -1 when control ends there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from moonquakes.bytecode.opcodes import OP, get_sbx, get_sc
from moonquakes.vm.fast import storage
from moonquakes.vm.fast.analysis import (
    ANY,
    ARITHMETIC,
    BOOLEAN,
    FUNCTION,
    INT,
    NAMES,
    NIL,
    NUMBER,
    STR,
    TABLE,
)
from moonquakes.vm.fast.constructors import NewTable, newtable, setlist, try_field
from moonquakes.vm.fast.expressions import (
    CLOSES,
    OPENS,
    Expr,
    arithmetic,
    boolean,
    complement,
    concatenation,
    constant,
    literal,
    may_call,
    negative,
    of_two,
    truth,
)
from moonquakes.vm.fast.kinds import kind_of_constant
from moonquakes.vm.fast.loops import close, forprep, tbc, tforprep

if TYPE_CHECKING:
    from moonquakes.vm.fast.translator import Translator

Handler = Callable[["Translator", int, int], int]


def _constant(t: Translator, index: int) -> Expr:
    value = t.proto.constants[index]
    return constant(value, kind_of_constant(value), literal(value))


def _immediate(value: int) -> Expr:
    return constant(value, INT, literal(value))


def move(t: Translator, pc: int, word: int) -> int:
    source = word >> 16 & 0xFF
    expr = t.use(source, word >> 7 & 0xFF)
    t.checked(expr)
    t.define(word >> 7 & 0xFF, expr)
    return pc + 1


def loadi(t: Translator, pc: int, word: int) -> int:
    t.define(word >> 7 & 0xFF, _immediate(get_sbx(word)))
    return pc + 1


def loadf(t: Translator, pc: int, word: int) -> int:
    value = float(get_sbx(word))
    t.define(word >> 7 & 0xFF, constant(value, kind_of_constant(value), literal(value)))
    return pc + 1


def loadk(t: Translator, pc: int, word: int) -> int:
    t.define(word >> 7 & 0xFF, _constant(t, word >> 15))
    return pc + 1


def loadkx(t: Translator, pc: int, word: int) -> int:
    t.define(word >> 7 & 0xFF, _constant(t, t.code[pc + 1] >> 7))
    return pc + 2


def loadfalse(t: Translator, pc: int, word: int) -> int:
    t.define(word >> 7 & 0xFF, constant(None, BOOLEAN, "False"))
    return pc + 1


def loadtrue(t: Translator, pc: int, word: int) -> int:
    t.define(word >> 7 & 0xFF, constant(None, BOOLEAN, "True"))
    return pc + 1


def loadnil(t: Translator, pc: int, word: int) -> int:
    a = word >> 7 & 0xFF
    for register in range(a, a + (word >> 16 & 0xFF) + 1):
        t.define(register, constant(None, NIL, "None"))
    return pc + 1


def upvalue(t: Translator, number: int) -> Expr:
    name, is_boxed, is_shared = t.upvalues[number]
    expr = Expr(f"{name}[0]" if is_boxed else name, ANY, (name,))
    expr.is_atom = True
    expr.reads_cells = is_shared
    if is_shared and t.pending:
        t.flush(heap=True)
    return expr


def getupval(t: Translator, pc: int, word: int) -> int:
    t.define(word >> 7 & 0xFF, upvalue(t, word >> 16 & 0xFF))
    return pc + 1


def setupval(t: Translator, pc: int, word: int) -> int:
    value = t.use(word >> 7 & 0xFF)
    t.flush(cells=True)
    t.assign(upvalue(t, word >> 16 & 0xFF).text, value)
    return pc + 1


def gettabup(t: Translator, pc: int, word: int) -> int:
    name = t.proto.constants[word >> 24]
    t.define(word >> 7 & 0xFF, storage.read_global(pc, upvalue(t, word >> 16 & 0xFF), name))
    return pc + 1


def getfield(t: Translator, pc: int, word: int) -> int:
    a = word >> 7 & 0xFF
    t.define(a, storage.read_field(pc, t.base(word >> 16 & 0xFF, a), t.proto.constants[word >> 24]))
    return pc + 1


def geti(t: Translator, pc: int, word: int) -> int:
    a = word >> 7 & 0xFF
    t.define(a, storage.read_index(pc, t.base(word >> 16 & 0xFF, a), word >> 24))
    return pc + 1


def gettable(t: Translator, pc: int, word: int) -> int:
    a, b, c = word >> 7 & 0xFF, word >> 16 & 0xFF, word >> 24
    variable = t.analysis.active(c, pc)
    o, key = _pair(t, b, c, a)
    o = _indexed(t, o, b)
    t.checked(key)
    is_numeric = (variable is not None and variable.is_numeric) or not key.likely & ~NUMBER
    t.define(a, storage.read_item(pc, o, key, t.is_at_least(c, key, 0), is_numeric, t.is_at_least(c, key, 1)))
    return pc + 1


def _pair(t: Translator, b: int, c: int, keeps: int) -> tuple[Expr, Expr]:
    if b == c:
        x = t.atom(b, keeps)
        return x, x
    t.in_order(b, c)
    return t.use(b, keeps), t.use(c, keeps)


def _indexed(t: Translator, o: Expr, register: int) -> Expr:
    return t.to_name(o, register) if o.is_constant else o


def settabup(t: Translator, pc: int, word: int) -> int:
    value = _stored(t, word)
    o = upvalue(t, word >> 7 & 0xFF)
    t.flush(heap=True, cells=True)
    t.emit_all(storage.store_field(pc, o, t.proto.constants[word >> 16 & 0xFF], value))
    return pc + 1


def _stored(t: Translator, word: int) -> Expr:
    return _constant(t, word >> 24) if word >> 15 & 1 else t.atom(word >> 24)


def setfield(t: Translator, pc: int, word: int) -> int:
    a, name = word >> 7 & 0xFF, t.proto.constants[word >> 16 & 0xFF]
    if try_field(t, a, word, literal(name)):
        return pc + 1
    o, value = _operands(t, word)
    t.flush(heap=True, cells=True)
    t.emit_all(storage.store_field(pc, o, name, value))
    return pc + 1


def _operands(t: Translator, word: int, key: int = -1) -> tuple[Expr, Expr]:
    """Return table and value of a store, computed in the order of their instructions."""
    a = word >> 7 & 0xFF
    value_register = -1 if word >> 15 & 1 else word >> 24
    # What was pending first is computed first.
    order = [r for r in t.pending if r in (a, key, value_register)]
    for register in order:
        expr = t.pending[register]
        if expr.is_unchecked:
            t.check(expr)
        if not expr.is_atom or expr.fails:
            t.materialize(register)
    return _indexed(t, t.atom(a), a), _stored(t, word)


def seti(t: Translator, pc: int, word: int) -> int:
    index = word >> 16 & 0xFF
    if try_field(t, word >> 7 & 0xFF, word, str(index)):
        return pc + 1
    o, value = _operands(t, word)
    t.flush(heap=True, cells=True)
    t.emit_all(storage.store_item(pc, o, _immediate(index), value, index > 0, False))
    return pc + 1


def settable(t: Translator, pc: int, word: int) -> int:
    b = word >> 16 & 0xFF
    held = t.pending.get(b)
    if held is not None and held.appends_to and held.appends_to == t.name(word >> 7 & 0xFF, pc):
        stored = t.pending.get(word >> 24) if not word >> 15 & 1 else None
        # A value that may call a metamethod comes after the key, which is fixed by then.
        if stored is None or not stored.fails:
            return _append(t, pc, word, held)
    o, value = _operands(t, word, b)
    key = t.atom(b)
    variable = t.analysis.active(b, pc)
    t.flush(heap=True, cells=True)
    is_numeric = (variable is not None and variable.is_numeric) or not key.likely & ~NUMBER
    t.emit_all(storage.store_item(pc, o, key, value, t.is_at_least(b, key, 1), is_numeric))
    return pc + 1


def _append(t: Translator, pc: int, word: int, key: Expr) -> int:
    """``o[#o + 1] = value``: the list grows; the key is computed only where that is not all."""
    o = t.read(word >> 7 & 0xFF, pc)
    del t.pending[word >> 16 & 0xFF]
    value = _stored(t, word)
    t.flush(heap=True, cells=True)
    t.emit_all(storage.append(pc, o, key, value))
    return pc + 1


def self_(t: Translator, pc: int, word: int) -> int:
    a = word >> 7 & 0xFF
    o = t.atom(word >> 16 & 0xFF)
    if o.is_constant or o.registers >> a & 1:
        # The method takes the register where the object is.
        t.assign(f"r{a + 1}", o)
        o = Expr(f"r{a + 1}", o.kind, (f"r{a + 1}",), 2 << a)
        o.is_atom = True
    if word >> 15 & 1:
        method = storage.read_method(pc, o, t.proto.constants[word >> 24])
    else:
        key = t.value(word >> 24)
        method = of_two(f"FIND({o.text}, {key.text})", may_call("index", pc, o, key), ANY, o, key)
        method.fails = method.reads_heap = True
    t.define(a, method)
    t.define(a + 1, o)
    return pc + 1


def binary(t: Translator, pc: int, word: int) -> int:
    name = ARITHMETIC[word & 0x7F]
    a, b, c = word >> 7 & 0xFF, word >> 16 & 0xFF, word >> 24
    if name[-1] == "K":
        x, y, name = t.use(b, a), _constant(t, c), name[:-1]
    elif name == "ADDI":
        x, y, name = t.use(b, a), _immediate(get_sc(word)), "ADD"
        if y.value < 0:
            y, name = _immediate(-y.value), "SUB"
    elif name == "SHRI":
        x, y, name = t.use(b, a), _immediate(get_sc(word)), "SHR"
        if y.value < 0:
            y, name = _immediate(-y.value), "SHL"
    elif name == "SHLI":
        x, y, name = _immediate(get_sc(word)), t.use(b, a), "SHL"
    else:
        x, y = _pair(t, b, c, a)
    expr = arithmetic(name, pc, x, y)
    following = t.code[pc + 1] if pc + 1 < len(t.code) else 0
    skip = 2 if following & 0x7F in _MMBIN else 1
    if skip == 2:
        # The instruction after it has the operation as the source had it, for metamethods.
        event = NAMES_OF_EVENTS[following >> 24]
        if following & 0x7F == _MMBIN_R:
            left, right = x, y
        else:
            left, right = (y if ARITHMETIC[word & 0x7F] == "SHLI" else x), _mmbin_operand(t, following)
            if following >> 15 & 1:
                left, right = right, left
        expr.slow = may_call(event, pc + 1, left, right)
    if name == "ADD" and x.length_of and y.is_constant and y.value == 1 and type(y.value) is int:
        expr.appends_to = x.length_of
    t.define(a, expr)
    return pc + skip


def _mmbin_operand(t: Translator, word: int) -> Expr:
    if word & 0x7F == OP["MMBINI"]:
        return _immediate((word >> 16 & 0xFF) - 127)
    return _constant(t, word >> 16 & 0xFF)


def unm(t: Translator, pc: int, word: int) -> int:
    a = word >> 7 & 0xFF
    t.define(a, negative(pc, t.use(word >> 16 & 0xFF, a)))
    return pc + 1


def bnot(t: Translator, pc: int, word: int) -> int:
    a = word >> 7 & 0xFF
    t.define(a, complement(pc, t.use(word >> 16 & 0xFF, a)))
    return pc + 1


def not_(t: Translator, pc: int, word: int) -> int:
    a = word >> 7 & 0xFF
    x = t.use(word >> 16 & 0xFF, a)
    t.checked(x)
    t.define(a, boolean(truth(x), True))
    return pc + 1


def len_(t: Translator, pc: int, word: int) -> int:
    a, b = word >> 7 & 0xFF, word >> 16 & 0xFF
    variable = t.analysis.active(b, pc)
    x = t.base(b, a)
    t.checked(x)
    length = storage.read_length(pc, x, variable is not None and variable.is_indexed)
    length.length_of = x.text if x.is_atom else ""
    t.define(a, length)
    return pc + 1


def concat(t: Translator, pc: int, word: int) -> int:
    a = word >> 7 & 0xFF
    registers = range(a, a + (word >> 16 & 0xFF))
    t.in_order(*registers)
    operands = [t.use(register, a) for register in registers]
    expr = concatenation(pc, operands)
    if any(x.is_unchecked for x in operands):
        t.checked(*operands)
        expr = concatenation(pc, operands)
    t.define(a, expr)
    if t.chunk.counts:
        t.emit("tick()")
    return pc + 1


def closure(t: Translator, pc: int, word: int) -> int:
    a = word >> 7 & 0xFF
    t.flush(registers=1 << a)
    if t.chunk.counts:
        t.emit("tick()")
    text, names = t.chunk.write_closure(t, pc, word >> 15, a)
    expr = Expr(text, FUNCTION, names)
    expr.is_atom = text.isidentifier()
    t.define(a, expr)
    return pc + 1


# Calls


def _operands_of_call(t: Translator, first: int, count: int) -> list[Expr]:
    """Return a call's operands as expressions to evaluate in order, with nothing else between."""
    last = first + count - 1
    pending = t.pending
    for register in list(pending):
        if register in pending and register < first:
            expr = pending[register]
            if isinstance(expr, NewTable):
                t.settle_fields(expr, 0, True, True)
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


def _call_of(t: Translator, pc: int, a: int, b: int, is_tail: bool = False) -> Call:
    """Return the call of ``R[a]``; every operand that comes before is written."""
    names: tuple[str, ...] = ()
    if b:
        operands = _operands_of_call(t, a, b)
        if t.is_twin:
            operands = [e if e.is_atom else t.to_name(e, a + i) for i, e in enumerate(operands)]
            return Call("", "", (), (operands[0].text, ", ".join([e.text for e in operands[1:]])))
        for expr in operands:
            names += expr.names
        callee, arguments = operands[0], operands[1:]
        function = callee.text
        if is_tail:
            function = f"({function} if TICKS.pop() else tail({function}))"
        slow = ", ".join([str(pc), *(expr.slow for expr in operands)])
        return Call(
            f"{function}({', '.join([e.text for e in arguments])})", f"{OPENS}call({slow}){CLOSES}", names
        )
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
    if first == a + 1:
        # g(f(x)): mostly one value.
        if raw == "va":
            return Call(f"spread({function}, va)", slow, (*used, "va"))
        return Call(
            f"(spread({function}, {raw}) if {raw}.__class__ is ... else {function}({raw}))", slow, used
        )
    return Call(f"spread({function}, ({', '.join([*texts[1:], '*' + many])},))", slow, used)


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


def call(t: Translator, pc: int, word: int) -> int:
    a, b, c = word >> 7 & 0xFF, word >> 16 & 0xFF, word >> 24
    made = _call_of(t, pc, a, b)
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
        into(name)
        result = Expr(name, ANY, (name,), 1 << a)
        result.slow = f"one({name})"
        result.is_atom = result.is_unchecked = True
        if variable is None:
            t.pending[a] = result
        else:
            t.check(result)
            if variable.is_boxed:
                t.emit(f"{variable.text}[0] = {name}")
    elif c == 1:
        into("q")
        t.emit("if q.__class__ is ... and q: done(q)")
    elif c == 0:
        into(f"r{a}")
        t.open = (a, f"many(r{a})", f"r{a}")
    elif c == 5 and t.code[pc + 1] & 0x7F == _TFORPREP and t.code[pc + 1] >> 7 & 0xFF == a:
        into(f"r{a}")
        t.triple = f"r{a}"
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
    made = _call_of(t, pc, word >> 7 & 0xFF, word >> 16 & 0xFF, is_tail=True)
    t.flush_live(0)
    t.pc = pc
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


def nop(t: Translator, pc: int, word: int) -> int:
    return pc + 1


#: Generators that may delegate to each other; deeper calls go on as frames of the VM.
MAX_GENERATORS: Final = 150
_MMBIN: Final = frozenset({OP["MMBIN"], OP["MMBINI"], OP["MMBINK"]})
_MMBIN_R: Final = OP["MMBIN"]
_TFORPREP: Final = OP["TFORPREP"]
#: Slow paths by the event's number.
NAMES_OF_EVENTS: Final = {
    6: "add", 7: "sub", 8: "mul", 9: "mod", 10: "pow", 11: "div", 12: "idiv", 13: "band", 14: "bor",
    15: "bxor",
    16: "shl", 17: "shr",
}  # fmt: skip

_BY_NAME: Final[dict[str, Handler]] = {
    "MOVE": move, "LOADI": loadi, "LOADF": loadf, "LOADK": loadk, "LOADKX": loadkx, "LOADFALSE": loadfalse,
    "LOADTRUE": loadtrue, "LOADNIL": loadnil, "GETUPVAL": getupval, "SETUPVAL": setupval,
    "GETTABUP": gettabup,
    "GETTABLE": gettable, "GETI": geti, "GETFIELD": getfield, "SETTABUP": settabup, "SETTABLE": settable,
    "SETI": seti, "SETFIELD": setfield, "NEWTABLE": newtable, "SELF": self_, "UNM": unm, "BNOT": bnot,
    "NOT": not_,
    "LEN": len_, "CONCAT": concat, "CLOSE": close, "TBC": tbc, "CALL": call, "TAILCALL": tailcall,
    "RETURN": return_, "RETURN0": return0, "RETURN1": return1, "FORPREP": forprep, "TFORPREP": tforprep,
    "SETLIST": setlist, "CLOSURE": closure, "VARARG": vararg, "VARARGPREP": nop, "EXTRAARG": nop,
    "MMBIN": nop,
    "MMBINI": nop, "MMBINK": nop, "FORLOOP": nop, "TFORCALL": nop, "TFORLOOP": nop,
}  # fmt: skip
HANDLERS: Final[dict[int, Handler]] = {
    **{OP[name]: handler for name, handler in _BY_NAME.items()},
    **dict.fromkeys(ARITHMETIC, binary),
}
_UNUSED: Final = (NAMES, STR, TABLE)
