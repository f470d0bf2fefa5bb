"""Python expressions for Lua values: the likely case, written so that anything else raises.

An :class:`Expr` is a value that was not computed yet.  Its ``text`` has no side effect, so when
it raises, all of it may be computed again by ``slow``, which does what the manual says and may
call metamethods.  What makes each likely case right stands at its function: no operand of
another type may slip through it.

In the generated text ``False``, ``True`` and ``...`` stand for Lua's false, Lua's true and
Python's ``tuple``: constants of a code object are the cheapest thing to load, and
:mod:`moonquakes.vm.fast.chunk` puts the real objects there.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final

from moonquakes.values import LONGEST_SHORT_STRING
from moonquakes.vm.fast.analysis import BOOLEAN, FLOAT, INT, NIL, NUMBER, OTHER, STR, TABLE, Variable
from moonquakes.vm.fast.ranges import FULL

if TYPE_CHECKING:
    from moonquakes.vm.fast.results import Results

_IS_PYPY: Final = sys.implementation.name == "pypy"
#: Texts longer than this are computed into a variable first: Python limits nesting.
MAX_TEXT: Final = 700


class Expr:
    """A value of the translated function, not computed yet.

    Attributes:
        text: computes it, or raises; no side effects.
        raw: the same where the user of the value rejects nil and tuples by raising.
        callee: the same where it is called, which a nil does not survive; empty for ``text``.
        method: the name under which it was looked up in an object.
        truth: whether it is neither nil nor false, where that has a text of its own.
        length_of, appends_to: the name of which it is the length, or the first free index.
        likely: what it probably is, when ``kind`` says nothing.
        soft: the same where nil is likely; never raises for a missing key.
        slow: computes it whatever the operands are.
        kind: what ``text`` can give.
        registers: registers whose variables it reads, as a mask.
        reads_heap: whether it reads tables; ``reads_cells``: variables that closures share.
        fails: whether ``text`` may raise.
        names: local names that ``slow`` needs.
        is_atom: whether it is a name or a constant.
        is_unchecked: whether it names a call's result, which may be a tuple.
        results: of the only function that it may be, where that is known.
        value: the constant it is, when ``is_constant``.
        loose: the same before it is wrapped, where the operands may be anything.
        name: one that its text may be given where it is needed more than once; empty for none.
        leans: INT or FLOAT for a sum with operands that are such, probably at least.
        flat, floats, checked: ``text`` without looking at results, good where all of ``floats`` are floats;
            and with, for where they are not.
        places: fields and elements of which the likely case knows that they are not nil: what it is may be
            stored there without a question.
        low, high: bounds of ``text``'s value where that is an integer (:mod:`moonquakes.vm.fast.ranges`).
        ring, ring_low, ring_high: the same for an integer that is not wrapped yet: sums of it are
            wrapped once, at the end.
    """

    # Most of them are what they are here: a class's defaults cost nothing to make.
    soft = callee = method = truth = length_of = appends_to = ring = loose = flat = checked = name = ""
    floats: tuple[str, ...] = ()
    reads_heap = reads_cells = fails = False
    is_atom = is_constant = is_unchecked = False
    results: Results | None = None
    leans = 0
    value: Any = None
    places: tuple[str, ...] = ()
    low, high = ring_low, ring_high = FULL

    def __init__(self, text: str, kind: int, names: tuple[str, ...] = (), registers: int = 0) -> None:
        self.text = self.raw = self.slow = text
        self.likely = self.kind = kind
        self.names = names
        self.registers = registers


#: Operands of a ``..`` whose result is not that much longer than each.
_FEW_OPERANDS: Final = 3
#: Around a call that may run Lua code: what it becomes depends on whether it may yield.
OPENS: Final = "\x01"
CLOSES: Final = "\x02"
#: Ends the names of slow paths of arithmetic for where the first operand likely has a metamethod.
AT_ONCE: Final = "_now"


def may_call(name: str, pc: int, *operands: Expr) -> str:
    """Return the text of a slow path that may call a metamethod."""
    return f"{OPENS}{name}({', '.join([str(pc), *(x.slow for x in operands)])}){CLOSES}"


def constant(value: Any, kind: int, text: str) -> Expr:
    expr = Expr(text, kind)
    expr.is_atom = expr.is_constant = True
    expr.value = value
    if kind == INT:
        expr.low = expr.high = value
    if kind == BOOLEAN:
        expr.slow = text.upper()
    return expr


def of_variable(variable: Variable, text: str, names: tuple[str, ...], registers: int = 0) -> Expr:
    """Return a variable's value as the name or the box that holds it."""
    expr = Expr(text, variable.kind, names, registers)
    expr.low, expr.high = variable.range
    if variable.kind not in (INT, FLOAT):
        expr.likely = variable.likely
    if variable.results is not None:
        expr.results = variable.results
    expr.is_atom = True
    return expr


def literal(value: Any) -> str:
    """Return Python text for a Lua constant."""
    if value is None:
        return "None"
    if type(value) is str:
        return ascii(value)
    if type(value) is float:
        if value != value:
            return "NAN"
        if value in (float("inf"), float("-inf")):
            return "1e999" if value > 0 else "(-1e999)"
        if _IS_PYPY and value == -(2.0**63):
            return "(-1.0 * 9.223372036854776e+18)"  # its compiler makes an integer of the other text
        return repr(value) if value >= 0 and repr(value)[0] != "-" else f"({value!r})"
    if type(value) is int:
        return repr(value) if value >= 0 else f"({value})"
    return "True" if value.name == "true" else "False"


def of_two(text: str, slow: str, kind: int, x: Expr, y: Expr) -> Expr:
    """Return the expression of an operation that reads what ``x`` and ``y`` read."""
    expr = Expr(text, kind, x.names + y.names, x.registers | y.registers)
    expr.slow = slow
    expr.reads_heap = x.reads_heap or y.reads_heap
    expr.reads_cells = x.reads_cells or y.reads_cells
    expr.fails = x.fails or y.fails
    return expr


def of_one(text: str, slow: str, kind: int, x: Expr) -> Expr:
    expr = Expr(text, kind, x.names, x.registers)
    expr.slow = slow
    expr.reads_heap = x.reads_heap
    expr.reads_cells = x.reads_cells
    expr.fails = x.fails
    return expr


def _is_long_constant(operands: list[Expr]) -> bool:
    """Whether Python would compute a string once that is a new one each time (``%p`` shows it)."""
    return all(x.is_constant and type(x.value) is str for x in operands) and (
        sum([len(x.value) for x in operands]) > LONGEST_SHORT_STRING
    )


def _string_of(x: Expr) -> str:
    """Return the text of a string or integer as a string."""
    given, name = (x.raw, x.raw) if x.is_atom else (f"({x.name} := {x.raw})", x.name)
    return f"({name} if {given}.__class__ is str else STR({name}) if {name}.__class__ is int else ODD())"


def concatenation(pc: int, operands: list[Expr], has_limits: bool = False) -> Expr:
    """``..``: a string literal or number beside each ``+`` makes sure that both are strings.

    With limits a result that may be far longer than its operands is paid for before it is made.
    """
    slow = may_call("concat", pc, *operands)
    texts = []
    sure: list[int] = []
    # Beside a literal there are numbers, too.
    has_literal = any(x.is_constant for x in operands)
    for x in operands:
        if x.kind == STR:
            text = x.text
        elif x.kind == INT:
            text = f"STR({x.text})"
        elif has_literal and not x.is_unchecked and (x.is_atom or x.name):
            text = _string_of(x)
        else:
            texts.append(x.raw if not x.is_unchecked else x.text)
            continue
        sure.append(len(texts))
        texts.append(text)
    if has_limits and sum(not x.is_constant for x in operands) > _FEW_OPERANDS:
        text = f"JOIN(({', '.join(texts)}))"
    elif not sure or _is_long_constant(operands):
        text = f'"".join(({", ".join(texts)}))'
    else:
        # The chain is added from a sure operand outwards, so that each step has a string on one side.
        text = texts[sure[0]]
        for before in reversed(texts[: sure[0]]):
            text = f"({before} + {text})"
        for after in texts[sure[0] + 1 :]:
            text = f"({text} + {after})"
    result = Expr(text, STR)
    result.slow = slow
    for x in operands:
        result.names += x.names
        result.registers |= x.registers
        result.reads_heap |= x.reads_heap
        result.reads_cells |= x.reads_cells
        result.fails |= x.fails or x.kind not in (STR, INT)
        result.places += x.places
    return result


# Conditions: their text gives Python's True or False


def truth(x: Expr) -> Expr:
    """Whether a value is neither nil nor false."""
    slow = f"truthy({x.slow})"
    kind = x.kind
    if x.is_constant:
        return Expr("0" if kind == NIL or x.text == "False" else "1", OTHER)
    text = x.soft or x.text
    if not kind & (NIL | BOOLEAN):
        return of_one(f"({text}, 1)[1]" if not x.is_atom else "1", slow, OTHER, x)
    if kind == BOOLEAN:
        return of_one(f"{text} is True", slow, OTHER, x)
    if not kind & BOOLEAN:
        return of_one(f"{text} is not None", slow, OTHER, x)
    if x.truth:
        return of_one(x.truth, slow, OTHER, x)
    if x.is_atom:
        return of_one(f"({text} is not None and {text} is not False)", slow, OTHER, x)
    return of_one(f"((q := {text}) is not None and q is not False)", slow, OTHER, x)


def _may_be_long(x: Expr, y: Expr) -> bool:
    """Whether both may be strings that are not known, so that comparing them may take long."""
    return bool(x.kind & STR and y.kind & STR) and not (x.is_constant or y.is_constant)


def _paid(name: str, x: str, y: str, expr: Expr) -> Expr:
    """Let a comparison leave it to the slow path to pay for long strings, once there are any."""
    expr.text = f"({expr.text} if SHORT else {name}({x}, {y}))"
    expr.fails = True
    return expr


def equal(pc: int, x: Expr, y: Expr, pays: bool = False) -> Expr:
    """``==``: Python's is Lua's, but two tables or userdata may have a metamethod.

    With ``pays`` long strings are paid for.
    """
    slow = may_call("eq", pc, x, y)
    for this, other in ((x, y), (y, x)):
        if this.is_constant and this.kind == NIL:
            if other.is_constant:
                return Expr("1" if other.kind == NIL else "0", OTHER)
            if not (other.kind & NIL or other.fails):
                return Expr("0", OTHER)
            return of_one(f"{other.soft or other.text} is None", slow, OTHER, other)
        if this.kind == BOOLEAN and this.is_constant:
            if other.is_constant:
                return Expr("1" if other.text == this.text else "0", OTHER)
            if not (other.kind & BOOLEAN or other.fails):
                return Expr("0", OTHER)
            return of_one(f"{other.soft or other.text} is {this.text}", slow, OTHER, other)
    if (x.kind & TABLE and y.kind & TABLE) or x.kind & y.kind & OTHER:
        # Only two tables, or two userdata, have a metamethod for it.
        this, other = (x, y) if x.is_atom else (y, x)
        kind = f"{this.text}.__class__"
        objects = f"({kind} is Table or {kind} is Userdata) and EQ"
        if x.is_atom and y.is_atom:
            expr = of_two(f"({x.text} == {y.text} or {objects}({x.text}, {y.text}))", slow, OTHER, x, y)
        elif this.is_atom and other.name:
            named = f"({other.name} := {other.text})"
            expr = of_two(f"({named} == {this.text} or {objects}({this.text}, {other.name}))",
                          slow, OTHER, x, y)  # fmt: skip
        else:
            expr = of_two(f"SAME({x.text}, {y.text})", slow, OTHER, x, y)
        expr.fails = True
    else:
        expr = of_two(f"{x.soft or x.text} == {y.soft or y.text}", slow, OTHER, x, y)
    if pays and _may_be_long(x, y):
        return _paid("SAME_SHORT", x.text, y.text, expr)
    return expr


def less(name: str, pc: int, x: Expr, y: Expr, pays: bool = False) -> Expr:
    """``<`` (LT) or ``<=`` (LE): Python compares numbers and latin-1 strings as Lua does, nothing else.

    With ``pays`` long strings are paid for.
    """
    symbol = "<" if name == "LT" else "<="
    expr = of_two(f"{x.raw} {symbol} {y.raw}", may_call(name.lower(), pc, x, y), OTHER, x, y)
    both = x.kind | y.kind
    expr.fails |= bool(both & ~NUMBER) and both != STR
    return _paid(f"{name}_SHORT", x.raw, y.raw, expr) if pays and _may_be_long(x, y) else expr


def boolean(condition: Expr, negated: bool) -> Expr:
    """Return the Lua boolean of a condition."""
    yes, no = ("False", "True") if negated else ("True", "False")
    slow = f"(FALSE if {condition.slow} else TRUE)" if negated else f"(TRUE if {condition.slow} else FALSE)"
    return of_one(f"({yes} if {condition.text} else {no})", slow, BOOLEAN, condition)


def bare(text: str) -> str:
    """Return a text without the parentheses around all of it."""
    if text[0] != "(" or text[-1] != ")" or "*" in text:
        return text
    depth = 0
    for found in _BRACKETS.finditer(text):
        character = found.group()
        if character == "(":
            depth += 1
        elif character != ")":
            return text  # there may be any in a string
        else:
            depth -= 1
            if depth == 0:
                at = found.start()
                return (
                    text[1:-1] if at == len(text) - 1 and "," not in text and ":=" not in text[:40] else text
                )
    return text


_BRACKETS: Final = re.compile("[()'\"]")
