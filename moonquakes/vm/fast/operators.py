"""What does an arithmetic instruction become?  With it comes the one behind it, for metamethods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from moonquakes.bytecode.opcodes import OP, get_sc
from moonquakes.vm.fast.analysis import ANY, ARITHMETIC, INT, TABLE
from moonquakes.vm.fast.arithmetic import arithmetic, complement, negative
from moonquakes.vm.fast.expressions import AT_ONCE, Expr, constant, literal, may_call
from moonquakes.vm.fast.kinds import kind_of_constant

if TYPE_CHECKING:
    from moonquakes.vm.fast.translator import Translator

_MMBIN: Final = frozenset({OP["MMBIN"], OP["MMBINI"], OP["MMBINK"]})
_MMBIN_R: Final = OP["MMBIN"]
#: Slow paths by the event's number.
_EVENTS: Final = {
    6: "add", 7: "sub", 8: "mul", 9: "mod", 10: "pow", 11: "div", 12: "idiv", 13: "band", 14: "bor",
    15: "bxor",
    16: "shl", 17: "shr",
}  # fmt: skip


def constant_at(t: Translator, index: int) -> Expr:
    value = t.proto.constants[index]
    return constant(value, kind_of_constant(value), literal(value))


def immediate(value: int) -> Expr:
    return constant(value, INT, literal(value))


def pair(t: Translator, b: int, c: int, keeps: int) -> tuple[Expr, Expr]:
    if b == c:
        x = t.atom(b, keeps)
        return x, x
    t.in_order(b, c)
    return t.use(b, keeps), t.use(c, keeps)


def binary(t: Translator, pc: int, word: int) -> int:
    name = ARITHMETIC[word & 0x7F]
    a, b, c = word >> 7 & 0xFF, word >> 16 & 0xFF, word >> 24
    y_register = b if name[-1] in "KI" else c  # b is the only register there is, or holds y
    makes_object = _makes_object(t, pc, a)
    objects = [r for r in dict.fromkeys((b, y_register)) if _is_object(t, pc, r)]
    is_of_objects = makes_object or bool(objects)
    if is_of_objects:
        t.materialize_all()  # a call will stand here: what precedes it comes first
    if name[-1] == "K":
        x, y, name = t.use(b, a), constant_at(t, c), name[:-1]
    elif name == "ADDI":
        x, y, name = t.use(b, a), immediate(get_sc(word)), "ADD"
        if y.value < 0:
            y, name = immediate(-y.value), "SUB"
    elif name == "SHRI":
        x, y, name = t.use(b, a), immediate(get_sc(word)), "SHR"
        if y.value < 0:
            y, name = immediate(-y.value), "SHL"
    elif name == "SHLI":
        x, y, name = immediate(get_sc(word)), t.use(b, a), "SHL"
    else:
        x, y = pair(t, b, c, a)
    if name in ("SHL", "SHR") and not y.is_atom and y.kind & INT:
        y.name = t.new_flag()  # it is needed more than once
    expr = arithmetic(name, pc, x, y)
    following = t.code[pc + 1] if pc + 1 < len(t.code) else 0
    skip = 2 if following & 0x7F in _MMBIN else 1
    if skip == 2:
        # The instruction after it has the operation as the source had it, for metamethods.
        event = _EVENTS[following >> 24]
        if following & 0x7F == _MMBIN_R:
            left, right = x, y
        else:
            left, right = (y if ARITHMETIC[word & 0x7F] == "SHLI" else x), _mmbin_operand(t, following)
            if following >> 15 & 1:
                left, right = right, left
        expr.slow = may_call(event, pc + 1, left, right)
    if is_of_objects and skip == 2:
        t.pc = pc
        _call_operation(t, a, expr, [] if makes_object else [t.name(r, pc) for r in objects])
        return pc + skip
    if name == "ADD" and x.length_of and y.is_constant and y.value == 1 and type(y.value) is int:
        expr.appends_to = x.length_of
    t.define(a, expr)
    return pc + skip


def _makes_object(t: Translator, pc: int, result: int) -> bool:
    """Whether an operation's result is a table, by what else the function does with it."""
    variable = t.analysis.active(result, pc)
    if variable is None:
        variable = t.analysis.next_variable(result, pc)
        if variable is None or variable.start > pc + 2:
            return False
    return variable.is_indexed and bool(variable.kind & TABLE)


def _is_object(t: Translator, pc: int, register: int) -> bool:
    """Whether an operand may be a table, by what else the function does with it."""
    variable = t.analysis.active(register, pc)
    return variable is not None and variable.is_indexed and bool(variable.kind & TABLE)


def _call_operation(t: Translator, a: int, expr: Expr, objects: list[str]) -> None:
    """Write an operation that is likely a call of a metamethod: nothing else is tried before it.

    Where that shows in operands only, they are asked.
    """
    t.materialize_all()
    variable = t.analysis.active(a, t.pc)
    if variable is None:
        name = t.temporary(a)
    else:
        name = f"r{a}" if variable.is_boxed else variable.text
    slow = expr.slow if t.is_twin else expr.slow.replace("(", f"{AT_ONCE}(", 1)
    if objects:
        t.emit(f"if {' or '.join([f'{o}.__class__ is Table' for o in objects])}: {name} = {slow}")
        t.emit("else:")
        t.indent += 1
        t.assign(name, expr)
        t.indent -= 1
    else:
        t.emit(f"{name} = {slow}")
    result = Expr(name, ANY, (name,), 1 << a)
    result.is_atom = True
    t.define(a, result)


def _mmbin_operand(t: Translator, word: int) -> Expr:
    if word & 0x7F == OP["MMBINI"]:
        return immediate((word >> 16 & 0xFF) - 127)
    return constant_at(t, word >> 16 & 0xFF)


def unm(t: Translator, pc: int, word: int) -> int:
    a = word >> 7 & 0xFF
    t.define(a, negative(pc, t.use(word >> 16 & 0xFF, a)))
    return pc + 1


def bnot(t: Translator, pc: int, word: int) -> int:
    a = word >> 7 & 0xFF
    t.define(a, complement(pc, t.use(word >> 16 & 0xFF, a)))
    return pc + 1
