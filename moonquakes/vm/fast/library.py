"""Which library functions are done in place, and how?

A call whose function is named as one of the library's asks whether it is that function, and whether
its arguments are what it is mostly called with; anything else is called as ever (§6).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from moonquakes.values import TYPE_NAMES
from moonquakes.vm.fast.analysis import INT
from moonquakes.vm.fast.counting import Variant
from moonquakes.vm.fast.expressions import Expr
from moonquakes.vm.fast.likely import odd

if TYPE_CHECKING:
    from moonquakes.vm.fast.writer import Writer
    from moonquakes.vm.state import State

#: What a function does with the names of its arguments: a condition, and the result where that holds.
InPlace = Callable[..., tuple[str, str]]
_FIELD: Final = re.compile(r"\.hash\['(\w+)'\]$")
_VARIABLE: Final = re.compile(r"([A-Za-z]+)_u?\d+$")
#: How long the arguments' texts may be together: a call that is made has them once more.
_MAX_TEXT: Final = 200


def _byte(s: str, i: str = "(1)") -> tuple[str, str]:
    return f"{s}.__class__ is str and 0 < {i} <= LEN({s})", f"ORD({s}[{_before(i)}])"


def _sub(s: str, i: str, j: str = "-1") -> tuple[str, str]:
    if i == j:
        return f"{s}.__class__ is str and 0 < {i} <= LEN({s})", f"{s}[{_before(i)}]"
    if j in ("-1", "(-1)"):
        return f"{s}.__class__ is str and 0 < {i}", f"{s}[{_before(i)}:]"
    return f"{s}.__class__ is str and 0 < {i} and 0 <= {j}", f"{s}[{_before(i)}:{j}]"


def _before(i: str) -> str:
    return str(int(i[1:-1]) - 1) if i[1:-1].isdigit() and i[0] == "(" else f"{i} - 1"


def _char(n: str) -> tuple[str, str]:
    return f"{n}.__class__ is int and 0 <= {n} < 256", f"CHR({n})"


def _floor(x: str) -> tuple[str, str]:
    return f"{x}.__class__ is float and -9e15 < {x} < 9e15", f"FLOOR({x})"


def _sqrt(x: str) -> tuple[str, str]:
    return f"{x}.__class__ is float and {x} >= 0.0", f"SQRT({x})"


def _abs(x: str) -> tuple[str, str]:
    return f"{x}.__class__ is float", f"ABS({x})"


def _extreme(chosen: str) -> InPlace:
    def of_two(x: str, y: str) -> tuple[str, str]:
        numbers = f"({x}.__class__ is int or {x}.__class__ is float) and {x}.__class__ is {y}.__class__"
        return numbers, f"({y} if {chosen.format(x=x, y=y)} else {x})"

    return of_two


def _type(v: str) -> tuple[str, str]:
    return f"{v}.__class__ in TYPES", f"TYPES[{v}.__class__]"


def _insert(t: str, v: str) -> tuple[str, str]:
    plain = f"{t}.__class__ is Table and {t}.metatable is None and not {t}.hash"
    # A constant is no nil, and Python warns of asking.
    given = f" and {v} is not None" if v.isidentifier() or v.endswith("]") else ""
    return f"{plain}{given}", f"{t}.arr.append({v})"


#: By name, with how many arguments; those of strings may be called as methods.
_IN_PLACE: Final[dict[str, tuple[tuple[int, ...], InPlace]]] = {
    "byte": ((1, 2), _byte),
    "sub": ((2, 3), _sub),
    "char": ((1,), _char),
    "floor": ((1,), _floor),
    "sqrt": ((1,), _sqrt),
    "abs": ((1,), _abs),
    "max": ((2,), _extreme("{x} < {y}")),
    "min": ((2,), _extreme("{y} < {x}")),
    "type": ((1,), _type),
    "insert": ((2,), _insert),
}
#: What subscripts its first argument.
_OF_TEXT: Final = (_byte, _sub)
#: Those that give nothing.
_STATEMENTS: Final = frozenset({"insert"})


def library_names(state: State) -> dict[str, Any]:
    """Return what generated code needs for calls in place; a function that is not there is no other."""
    names = (*_IN_PLACE, "select", "setmetatable", "ipairs")
    functions: dict[str, Any] = {f"F_{name}": state.library_functions.get(name, odd) for name in names}
    return {
        **functions,
        "ORD": ord, "CHR": chr, "FLOOR": math.floor, "SQRT": math.sqrt, "ABS": abs, "TYPES": TYPE_NAMES,
    }  # fmt: skip


def function_name(callee: Expr) -> str:
    """Return the name by which a function is called: of a field, a method or a variable."""
    if callee.method:
        return callee.method
    found = _FIELD.search(callee.raw) or (_VARIABLE.match(callee.text) if callee.is_atom else None)
    return found[1] if found is not None else ""


def _is_inside(arguments: list[Expr]) -> bool:
    """Whether one character of a string is asked for by an index that is 1 at least: beyond the end Python
    raises.
    """
    index = arguments[1]
    if any(x.text != index.text for x in arguments[2:]):
        return False
    return index.kind == INT and index.low >= 1 and not (index.is_constant or index.fails)


def in_place(t: Writer, callee: Expr, arguments: list[Expr], call: str, is_statement: bool) -> str:
    """Return the text of a call, with the function done in place where it can be."""
    name = function_name(callee)
    known = _IN_PLACE.get(name)
    if name in _STATEMENTS and (not is_statement or t.chunk.variant != Variant.PLAIN):
        return call  # what grows is paid where there are limits
    if known is None or len(arguments) not in known[0] or any(x.is_unchecked for x in arguments):
        return call
    if sum([len(x.text) for x in arguments]) > _MAX_TEXT or not arguments:
        return call
    if known[1] in _OF_TEXT and arguments[0].is_constant and type(arguments[0].value) is not str:
        return call  # Python warns of a subscript of what has none
    function = f"STRING.methods['{name}']" if callee.method else callee.raw
    count = {_byte: 2, _sub: 3}.get(known[1])
    if count == len(arguments) and _is_inside(arguments) and arguments[0].is_atom:
        s, i = arguments[0].text, arguments[1].text
        result = f"ORD({s}[{i} - 1])" if known[1] is _byte else f"{s}[{i} - 1]"
        return f"({result} if {function} is F_{name} and {s}.__class__ is str else {call})"
    names: list[str] = []
    texts: dict[str, str] = {}
    for x in arguments:
        operand = x.text if x.is_atom else t.new_flag()
        if operand != x.text:
            texts[operand] = x.text
        elif operand[0].isdigit():
            operand = f"({operand})"
        names.append(operand)
    if callee.method and names[0] in texts:
        return call
    if t.points is not None and known[1] is _sub and names[1:2] != names[2:]:
        return call  # what it gives may be long, and is paid for
    condition, result = known[1](*names)
    for operand, text in texts.items():
        # It gets its name where it is asked for first.
        first = re.search(rf"\b{operand}\b", condition)
        assert first is not None
        condition = f"{condition[: first.start()]}({operand} := {text}){condition[first.end() :]}"
    return f"({result} if {function} is F_{name} and {condition} else {call})"
