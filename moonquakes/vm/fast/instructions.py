"""What does one straight instruction become?  A handler writes it, or leaves its value pending.

A handler is called with the translator, the pc and the word, and returns the pc to go on at,
or -1 when control ends there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from moonquakes.bytecode.opcodes import OP, get_sbx
from moonquakes.vm.fast import storage
from moonquakes.vm.fast.analysis import (
    ANY,
    ARITHMETIC,
    BOOLEAN,
    FUNCTION,
    INT,
    NIL,
    NUMBER,
    STR,
)
from moonquakes.vm.fast.calls import call, return0, return1, return_, tailcall, vararg
from moonquakes.vm.fast.constructors import newtable, setlist, try_field
from moonquakes.vm.fast.counting import Variant, concatenation_line
from moonquakes.vm.fast.expressions import (
    CLOSES,
    OPENS,
    Expr,
    bare,
    boolean,
    concatenation,
    constant,
    literal,
    may_call,
    of_two,
    of_variable,
    truth,
)
from moonquakes.vm.fast.kinds import kind_of_constant
from moonquakes.vm.fast.loops import close, forprep, tbc, tforprep
from moonquakes.vm.fast.operators import binary, bnot, constant_at, immediate, pair, unm

if TYPE_CHECKING:
    from moonquakes.vm.fast.translator import Translator

Handler = Callable[["Translator", int, int], int]


def move(t: Translator, pc: int, word: int) -> int:
    source = word >> 16 & 0xFF
    expr = t.use(source, word >> 7 & 0xFF)
    t.checked(expr)
    t.define(word >> 7 & 0xFF, expr)
    return pc + 1


def loadi(t: Translator, pc: int, word: int) -> int:
    t.define(word >> 7 & 0xFF, immediate(get_sbx(word)))
    return pc + 1


def loadf(t: Translator, pc: int, word: int) -> int:
    value = float(get_sbx(word))
    t.define(word >> 7 & 0xFF, constant(value, kind_of_constant(value), literal(value)))
    return pc + 1


def loadk(t: Translator, pc: int, word: int) -> int:
    t.define(word >> 7 & 0xFF, constant_at(t, word >> 15))
    return pc + 1


def loadkx(t: Translator, pc: int, word: int) -> int:
    t.define(word >> 7 & 0xFF, constant_at(t, t.code[pc + 1] >> 7))
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
    known = t.chunk.known_upvalues.get(name)
    text = f"{name}[0]" if is_boxed else name
    if known is not None:
        expr = of_variable(known, text, (name,))
    else:
        expr = Expr(text, ANY, (name,))
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
    a, name = word >> 7 & 0xFF, t.proto.constants[word >> 24]
    o = t.base(word >> 16 & 0xFF, a)
    if _is_there_by_use(t, pc, a):
        if o.is_atom:
            t.elements.add((o.text, literal(name)))
        t.define(a, storage.read_present_field(pc, o, name))
    else:
        t.define(a, storage.read_field(pc, o, name))
    return pc + 1


def _is_there_by_use(t: Translator, pc: int, a: int) -> bool:
    """Whether a value that is read into a variable is no nil, by what else the function does with it."""
    variable = t.analysis.active(a, pc + 1) or t.analysis.next_variable(a, pc)
    if variable is None or variable.start > pc + _NEAR:
        return False
    return not variable.is_tested and (variable.is_indexed or variable.is_numeric)


def geti(t: Translator, pc: int, word: int) -> int:
    a, index = word >> 7 & 0xFF, word >> 24
    o = t.base(word >> 16 & 0xFF, a)
    _define_element(t, pc, a, o, str(index), storage.read_index(pc, o, index, t.new_flag))
    return pc + 1


def gettable(t: Translator, pc: int, word: int) -> int:
    a, b, c = word >> 7 & 0xFF, word >> 16 & 0xFF, word >> 24
    variable = t.analysis.active(c, pc)
    o, key = pair(t, b, c, a)
    o = _indexed(t, o, b)
    t.checked(key)
    is_numeric = (variable is not None and variable.is_numeric) or not key.likely & ~NUMBER
    element = storage.read_item(pc, o, key, is_numeric, t.new_flag)
    _define_element(t, pc, a, o, key.text if key.is_atom else "", element)
    return pc + 1


def _define_element(t: Translator, pc: int, a: int, o: Expr, key: str, element: Expr) -> None:
    """Take an element that is read into a register for one that is there, unless that is what is asked."""
    variable = t.analysis.active(a, pc + 1)
    following = t.code[pc + 1]
    is_asked = following & 0x7F in _ASKING and following >> 7 & 0xFF == a
    is_asked |= following & 0x7F == _TESTSET and following >> 16 & 0xFF == a
    if variable is not None and variable.is_tested:
        element.text = element.soft
        element.places = ()
    elif o.is_atom and key and not is_asked:
        t.elements.add((o.text, key))
    t.define(a, element)


def _indexed(t: Translator, o: Expr, register: int) -> Expr:
    return t.to_name(o, register) if o.is_constant else o


def settabup(t: Translator, pc: int, word: int) -> int:
    value = _stored(t, word)
    o = upvalue(t, word >> 7 & 0xFF)
    t.flush(heap=True, cells=True)
    name = t.proto.constants[word >> 16 & 0xFF]
    pays = t.chunk.variant == Variant.MEMORY
    t.emit_all(storage.store_field(pc, o, name, value, _defines_function(t, pc, value), pays=pays))
    return pc + 1


def _defines_function(t: Translator, pc: int, value: Expr) -> bool:
    """Whether a store is that of a chunk that defines its functions: made once, of a new key.

    Such chunks are long, and all that is written for them is compiled for one run.
    """
    if value.kind != FUNCTION or t.proto.line_defined:
        return False
    return not any(first <= pc <= last for first, last in t.analysis.loops)


def _stored(t: Translator, word: int) -> Expr:
    return constant_at(t, word >> 24) if word >> 15 & 1 else t.atom(word >> 24)


def setfield(t: Translator, pc: int, word: int) -> int:
    a, name = word >> 7 & 0xFF, t.proto.constants[word >> 16 & 0xFF]
    if try_field(t, a, word, literal(name)):
        return pc + 1
    if _update(t, pc, word, storage.place_of_field(t.read(a, pc), name), literal(name)):
        return pc + 1
    o, value = _operands(t, word)
    t.flush(heap=True, cells=True)
    is_there = _is_there(t, o, literal(name), value)
    pays = t.chunk.variant == Variant.MEMORY
    t.emit_all(storage.store_field(pc, o, name, value, _defines_function(t, pc, value), is_there, pays))
    return pc + 1


def _update(t: Translator, pc: int, word: int, place: str, key: str) -> bool:
    """Write ``o.n = o.n + x``: where the sum is right, the field is there."""
    a, register = word >> 7 & 0xFF, word >> 24
    expr = None if word >> 15 & 1 else t.pending.get(register)
    if expr is None or place not in expr.places or a in t.pending or not expr.fails:
        return False
    if expr.raw == place:
        return False  # read and stored back: it may be nil, or inherited
    t.settle_before(register)
    del t.pending[register]
    t.flush(heap=True, cells=True)
    o = t.read(a, pc)
    t.emit(f"try: {place} = {bare(expr.text)}")
    slow = f"{OPENS}setindex({pc}, {o.text}, {key}, {expr.slow}){CLOSES}"
    t.emit(f"except E: {t.site((*o.names, *expr.names), slow)}")
    return True


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
    t.emit_all(storage.store_item(pc, o, immediate(index), value, False, _is_there(t, o, str(index), value)))
    return pc + 1


def _is_there(t: Translator, o: Expr, key: str, value: Expr) -> bool:
    """Whether an element that is about to be stored is likely there; from then on it is."""
    return (o.text, key) in t.elements


def settable(t: Translator, pc: int, word: int) -> int:
    b = word >> 16 & 0xFF
    held = t.pending.get(b)
    if held is not None and held.appends_to and held.appends_to == t.name(word >> 7 & 0xFF, pc):
        stored = t.pending.get(word >> 24) if not word >> 15 & 1 else None
        # A value that may call a metamethod comes after the key, which is fixed by then.
        if stored is None or not stored.fails:
            return _append(t, pc, word, held)
    if b not in t.pending and word >> 7 & 0xFF not in t.pending:
        key = t.read(b, pc)
        if _update(t, pc, word, storage.place_of_item(t.read(word >> 7 & 0xFF, pc), key), key.text):
            return pc + 1
    o, value = _operands(t, word, b)
    key = t.atom(b)
    variable = t.analysis.active(b, pc)
    t.flush(heap=True, cells=True)
    is_numeric = (variable is not None and variable.is_numeric) or not key.likely & ~NUMBER
    t.emit_all(storage.store_item(pc, o, key, value, is_numeric, _is_there(t, o, key.text, value)))
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
    for x in operands:
        if not x.is_atom and x.kind not in (STR, INT):
            x.name = t.new_flag()
    expr = concatenation(pc, operands, t.points is not None)
    if any(x.is_unchecked for x in operands):
        t.checked(*operands)
        expr = concatenation(pc, operands, t.points is not None)
    t.define(a, expr)
    if t.chunk.counts:
        t.emit("tick()")
    if t.points is not None:
        if a in t.pending:
            t.materialize(a)
        t.emit(concatenation_line(t.value(a).text, not expr.fails))
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


def nop(t: Translator, pc: int, word: int) -> int:
    return pc + 1


#: How many instructions later, at most, the variables of one declaration begin.
_NEAR: Final = 6
#: What asks of its register whether it is nil.
_ASKING: Final = frozenset({OP["TEST"], OP["EQK"]})
_TESTSET: Final = OP["TESTSET"]
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
