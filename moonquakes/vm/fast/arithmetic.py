"""Python expressions for Lua's arithmetic: when is Python's result Lua's?

A sum of integers is looked at: it may have to wrap around (§3.4.1).  Where ranges are known, many
need no look, and a sum of sums takes one look at the end, since wrapping commutes with ``+ - *``.
Small integers are the cheapest to compare, so these are asked for first; two comparisons with
``and`` are cheaper than a chain.
"""

from __future__ import annotations

import sys
from typing import Final

from moonquakes.vm.fast.analysis import ANY, FLOAT, INT, NUMBER
from moonquakes.vm.fast.expressions import Expr, literal, may_call, of_one, of_two
from moonquakes.vm.fast.ranges import (
    FULL,
    HIGHEST,
    LOWEST,
    Range,
    fits,
    of_operation,
    unclipped,
)

#: Python's operators that compute with words of 64 bits as Lua's do, where there are such.
HAS_WORDS: Final = sys.implementation.name == "pypy"
_WORDS: Final = {
    "ADD": "WADD",
    "SUB": "WSUB",
    "MUL": "WMUL",
    "SHL": "WSHL",
    "SHR": "WSHR",
}
#: What is asked for; W leaves the least integer as it is, which PyPy's compiler would write as a long one.
LOW: Final = str(LOWEST + 1 if HAS_WORDS else LOWEST)
HIGH: Final = str(HIGHEST)
#: Python compares integers of one digit, which has 30 bits, without a call.
_SMALL: Final = 1_000_000_000
#: How long a sum that is looked at once may be, in characters and in bits.
_MAX_RING_TEXT: Final = 250
_MAX_RING: Final = 1 << 200
#: Smaller integers are written in expressions of floats, too.
_TELLING: Final = 3
#: Of how many operands it may ask whether they are floats.
_MAX_FLOATS: Final = 3
#: How long an operand is at most that stands in a text twice.
_MAX_REPEATED: Final = 60
_SYMBOLS: Final = {"ADD": "+", "SUB": "-", "MUL": "*"}
_BITS: Final = {"BAND": "&", "BOR": "|", "BXOR": "^"}


def arithmetic(name: str, pc: int, x: Expr, y: Expr) -> Expr:
    """Return ``x op y``; ``name`` is the opcode's without its suffix for constants."""
    slow = may_call(name.lower(), pc, x, y)
    both = x.kind | y.kind
    known = not both & ~NUMBER
    if not (x.kind & NUMBER and y.kind & NUMBER):
        return _hopeless(of_two("ODD()", slow, ANY, x, y))
    if name in _SYMBOLS:
        expr = _sum(name, slow, x, y)
    elif name == "DIV":
        expr = _divide(slow, x, y)
    elif name in ("MOD", "IDIV"):
        expr = _modulo(name, slow, x, y)
    elif name == "POW":
        expr = _power(slow, x, y)
    elif name in _BITS:
        expr = _bitwise(name, slow, x, y)
    else:
        expr = _shift(name, slow, x, y)
    if not known:
        expr.fails = True
    expr.places = x.places + y.places
    return expr


def _hopeless(expr: Expr) -> Expr:
    """Return an expression whose likely case never holds; Python would compute with its own booleans."""
    expr.fails = True
    return expr


def _range(x: Expr) -> Range:
    return (x.low, x.high) if x.kind == INT else FULL


def _ring(x: Expr) -> tuple[str, Range]:
    """Return an integer before it is wrapped."""
    if x.ring:
        return x.ring, (x.ring_low, x.ring_high)
    return x.raw, _range(x)


def _with_range(expr: Expr, bounds: Range) -> Expr:
    expr.low, expr.high = bounds
    return expr


def _sum(name: str, slow: str, x: Expr, y: Expr) -> Expr:
    """``+ - *``: the range of an integer result is checked, which no string or tuple passes."""
    symbol = _SYMBOLS[name]
    text = f"{x.checked or x.raw} {symbol} {y.checked or y.raw}"
    if FLOAT in (x.kind, y.kind):
        # A float and anything but a number raises.
        return _of_floats(f"({text})", symbol, of_two(f"({text})", slow, FLOAT, x, y), x, y)
    if x.kind == y.kind == INT:
        return _integer_sum(name, text, slow, x, y)
    is_small = f"q < {_SMALL} and q > -{_SMALL}"
    is_integer = x.likely == y.likely == INT
    leans = _leaning(x) | _leaning(y)
    ring = f"({x.ring or x.raw} {symbol} {y.ring or y.raw})"
    if (is_integer or leans == INT) and (x.ring or y.ring) and len(ring) < _MAX_RING_TEXT:
        # When the result is an integer, so are all its parts.
        is_large = f"(q if {LOW} <= q <= {HIGH} else W(q)) if q.__class__ is int"
        other = f"q if (q := {text}).__class__ is float or {LOW} <= q <= {HIGH} else W(q)"
        checked = f"(q if (q := {ring}).__class__ is int and {is_small} else {is_large} else {other})"
        is_integer = True
    elif y.is_constant and type(y.value) is int and 0 <= y.value < _SMALL and name != "MUL":
        # One bound is enough; a string and an integer do not add.
        check = f"< {_SMALL} or q <= {HIGH}" if name == "ADD" else f"> -{_SMALL} or q >= {LOW}"
        checked = f"(q if (q := {text}) {check} else W(q))"
    elif HAS_WORDS:
        checked = f"(q if (q := {text}).__class__ is float or {LOW} <= q <= {HIGH} else W(q))"
    elif is_integer:
        other = f"q.__class__ is float or {LOW} <= q <= {HIGH}"
        checked = f"(q if (q := {text}) < {_SMALL} and q > -{_SMALL} or {other} else W(q))"
    else:
        small = "" if FLOAT in (x.likely, y.likely) else f"{is_small} or "
        check = f"q.__class__ is float or {small}{LOW} <= q <= {HIGH}"
        checked = f"(q if (q := {text}){check[1:]} else W(q))"
    expr = of_two(checked, slow, NUMBER, x, y)
    _loosen(expr, f"({_unwrapped(x)} {symbol} {_unwrapped(y)})")
    expr.leans = leans
    if not leans & FLOAT and len(ring) < _MAX_RING_TEXT and not HAS_WORDS:
        expr.ring = ring
    if not is_integer:
        return _of_floats(checked, symbol, expr, x, y)
    expr.likely = INT
    return expr


def _leaning(x: Expr) -> int:
    """Return what tells that an operand is rather an integer or a float, nothing where nothing does."""
    if x.is_constant and x.kind == INT:
        return INT if abs(x.value) >= _TELLING else 0
    if x.kind in (INT, FLOAT):
        return x.kind
    return x.leans | (x.likely if x.likely in (INT, FLOAT) else 0)


def _of_floats(checked: str, symbol: str, expr: Expr, x: Expr, y: Expr) -> Expr:
    """Let a sum of sums ask once whether its operands are floats, where they probably are.

    A sum with a float in it is a float, and so is each sum that it is a part of: these need no look.
    """
    if FLOAT not in (x.likely, y.likely):
        return expr
    expr.likely = FLOAT
    floats = x.floats + y.floats
    if not floats and expr.kind != FLOAT:
        floats = next(((e.text,) for e in (x, y) if e.is_atom and e.likely == FLOAT), ())
        if not floats:
            return expr
    flat = f"({x.flat or x.raw} {symbol} {y.flat or y.raw})"
    floats = tuple(dict.fromkeys(floats))
    if len(floats) > _MAX_FLOATS or len(flat) > _MAX_RING_TEXT:
        return expr
    expr.flat, expr.floats, expr.checked = flat, floats, checked
    if floats and (x.flat or y.flat):
        tests = " and ".join([f"{name}.__class__ is float" for name in floats])
        expr.text = expr.raw = f"({flat} if {tests} else {checked})"
    return expr


def _integer_sum(name: str, text: str, slow: str, x: Expr, y: Expr) -> Expr:
    bounds = unclipped(name, _range(x), _range(y))
    if fits(bounds):
        return _with_range(of_two(f"({text})", slow, INT, x, y), bounds)
    if HAS_WORDS:
        return of_two(f"{_WORDS[name]}({x.raw}, {y.raw})", slow, INT, x, y)
    (left, left_range), (right, right_range) = _ring(x), _ring(y)
    ring = f"{left} {_SYMBOLS[name]} {right}"
    unwrapped = unclipped(name, left_range, right_range)
    if len(ring) > _MAX_RING_TEXT or max(-unwrapped[0], unwrapped[1]) > _MAX_RING:
        ring, unwrapped = text, bounds
    expr = of_two(wrapped(ring, unwrapped, _is_large(x) or _is_large(y)), slow, INT, x, y)
    expr.ring = f"({ring})"
    expr.ring_low, expr.ring_high = unwrapped
    return expr


def _is_large(x: Expr) -> bool:
    return x.is_constant and abs(x.value) >= _SMALL


def wrapped(text: str, bounds: Range, is_large: bool = False) -> str:
    """Return the text of an integer, which lies within ``bounds``, wrapped to 64 bits."""
    low, high = bounds
    if low >= LOWEST:
        check = f"q <= {HIGH}" if is_large else f"q < {_SMALL} or q <= {HIGH}"
    elif high <= HIGHEST:
        check = f"q >= {LOW}" if is_large else f"q > -{_SMALL} or q >= {LOW}"
    else:
        small = f"(q := {text}) < {_SMALL} and q > -{_SMALL} or {LOW} <= q <= {HIGH}"
        return f"(q if {f'{LOW} <= (q := {text}) <= {HIGH}' if is_large else small} else W(q))"
    return f"(q if (q := {text}){check[1:]} else W(q))"


def _divide(slow: str, x: Expr, y: Expr) -> Expr:
    """``/``: both operands become floats first, as Lua's do; a zero divisor raises."""
    if y.is_constant and type(y.value) is int:
        divisor, safe = literal(float(y.value)), y.value != 0
    else:
        divisor, safe = y.raw, y.is_constant and type(y.value) is float and y.value != 0
    dividend = x.raw
    if x.is_constant and type(x.value) is int:
        dividend = literal(float(x.value))
    elif x.kind != FLOAT and y.kind != FLOAT and divisor is y.raw:
        dividend = f"{x.checked or x.raw} * 1.0"
    expr = of_two(f"({dividend} / {divisor})", slow, FLOAT, x, y)
    expr.fails |= not safe
    return expr


def _modulo(name: str, slow: str, x: Expr, y: Expr) -> Expr:
    """``%`` and ``//`` of integers are Python's; any other result is computed by rule."""
    symbol = "%" if name == "MOD" else "//"
    text = f"{x.raw} {symbol} {y.raw}"
    nonzero = (y.is_constant and y.value != 0) or (y.kind == INT and y.low > 0)
    positive = y.kind == INT and y.low > 0
    bounds = of_operation(name, _range(x), _range(y))
    if x.kind == FLOAT or y.kind == FLOAT:
        expr = of_two(f"{name}({x.raw}, {y.raw})", slow, FLOAT, x, y)
        expr.fails = True
        return expr
    if x.kind == y.kind == INT:
        if name == "IDIV" and not positive and x.low == LOWEST:
            expr = of_two(f"(q if (q := {text}) <= {HIGH} else W(q))", slow, INT, x, y)
        else:
            expr = of_two(f"({text})", slow, INT, x, y)
        expr.fails |= not nonzero
        return _with_range(expr, bounds)
    other = f"{name}({x.raw}, {y.raw})" if x.is_atom and y.is_atom else "ODD()"
    # An integer that is no result of rules for floats.
    kind = INT if other == "ODD()" else NUMBER
    check = "" if name == "MOD" or positive else f" and q <= {HIGH}"
    expr = of_two(f"(q if (q := {text}).__class__ is int{check} else {other})", slow, kind, x, y)
    expr.likely = INT if y.kind == INT else expr.kind
    expr.fails = True
    return _with_range(expr, bounds)


def _power(slow: str, x: Expr, y: Expr) -> Expr:
    """``^`` is always a float; an exponent without fraction cannot give a complex number."""
    if y.is_constant and y.value in (2, 3, 4) and x.is_atom:
        base = x.raw
        expr = of_two(f"({base} ** {float(y.value)!r})", slow, FLOAT, x, y)
    else:
        expr = of_two(f"POW({x.raw}, {y.raw})", slow, FLOAT, x, y)
    expr.fails = True
    return expr


def _unwrapped(x: Expr) -> str:
    """Return the text of an integer before it is wrapped; it may give anything else, which no mask takes."""
    return x.loose or x.ring or x.raw


def _loosen(expr: Expr, text: str) -> None:
    if not HAS_WORDS and len(text) < _MAX_RING_TEXT:
        expr.loose = text


def _bitwise(name: str, slow: str, x: Expr, y: Expr) -> Expr:
    """``& | ~``: Python's operators take no float, and no two values but integers have them."""
    bounds = of_operation(name, _range(x), _range(y))
    left, right = x.raw, y.raw
    if name == "BAND":
        # What a mask that is not negative leaves is the same before wrapping.
        if y.kind == INT and y.low >= 0:
            left = _unwrapped(x)
        elif x.kind == INT and x.low >= 0:
            right = _unwrapped(y)
    expr = of_two(f"({left} {_BITS[name]} {right})", slow, INT, x, y)
    if x.loose or y.loose or x.ring or y.ring:
        _loosen(expr, f"({_unwrapped(x)} {_BITS[name]} {_unwrapped(y)})")
    expr.fails |= (x.kind | y.kind) != INT
    return _with_range(expr, bounds)


def _shift(name: str, slow: str, x: Expr, y: Expr) -> Expr:
    both = x.kind | y.kind
    is_by_constant = y.is_constant and type(y.value) is int and 0 < y.value < 64
    if HAS_WORDS and is_by_constant:
        bounds = of_operation(name, _range(x), (y.value, y.value))
        if name == "SHR" and x.kind == INT and x.low >= 0:
            text = f"({x.raw} >> {y.value})"
        else:
            text = f"{_WORDS[name]}({x.raw}, {y.value})"
        expr = _with_range(of_two(text, slow, INT, x, y), bounds)
        expr.fails |= x.kind != INT
        return expr
    if is_by_constant:
        text, bounds = _ring(x) if x.kind == INT else (x.raw, FULL)
        if name == "SHR":
            inside = (
                text
                if x.kind == INT and bounds[0] >= 0 and fits(bounds)
                else f"({text} & 0xFFFFFFFFFFFFFFFF)"
            )
            expr = of_two(f"({inside} >> {y.value})", slow, INT, x, y)
            _with_range(expr, of_operation(name, _range(x), (y.value, y.value)))
        else:
            unwrapped = bounds[0] << y.value, bounds[1] << y.value
            if max(-unwrapped[0], unwrapped[1]) > _MAX_RING or len(text) > _MAX_RING_TEXT:
                text, bounds = x.raw, _range(x)
                unwrapped = bounds[0] << y.value, bounds[1] << y.value
            ring = f"{text} << {y.value}"
            expr = of_two(
                f"({ring})" if fits(unwrapped) else wrapped(ring, unwrapped),
                slow,
                INT,
                x,
                y,
            )
            _with_range(expr, of_operation(name, _range(x), (y.value, y.value)))
            expr.ring = f"({ring})"
            expr.ring_low, expr.ring_high = unwrapped
            if x.loose:
                _loosen(expr, f"({x.loose} << {y.value})")
        expr.fails |= x.kind != INT
        return expr
    count, k = (f"({y.name} := {y.raw})", y.name) if y.name else (y.raw, y.raw)
    other = f"{name}({x.raw}, {k})"
    if not (y.is_atom or y.name) or len(x.raw) >= _MAX_REPEATED:
        text = f"{name}({x.raw}, {y.raw})"
    elif name == "SHL":
        text = f"(q if 0 <= {count} < 64 and {LOW} <= (q := {x.raw} << {k}) <= {HIGH} else {other})"
    elif x.kind == INT and x.low >= 0:
        text = f"({x.raw} >> {k} if 0 <= {count} < 64 else {other})"
    else:
        text = f"(({x.raw} & 0xFFFFFFFFFFFFFFFF) >> {k} if 0 < {count} < 64 else {other})"
    expr = of_two(text, slow, INT, x, y)
    expr.fails |= both != INT
    if name == "SHL" and (y.is_atom or y.name) and len(x.raw) < _MAX_REPEATED:
        _loosen(expr, f"({_unwrapped(x)} << {k} if 0 <= {count} < 64 else {other})")
    return expr


def negative(pc: int, x: Expr) -> Expr:
    slow = may_call("unm", pc, x)
    if not x.kind & NUMBER:
        return _hopeless(of_one("ODD()", slow, ANY, x))
    if x.kind == FLOAT:
        return of_one(f"(-{x.raw})", slow, FLOAT, x)
    if x.kind == INT:
        bounds = -x.high, -x.low
        text = f"(-{x.raw})" if fits(bounds) else wrapped(f"-{x.raw}", bounds)
        return _with_range(of_one(text, slow, INT, x), bounds if fits(bounds) else FULL)
    expr = of_one(
        f"(q if (q := -{x.raw}).__class__ is float or q <= {HIGH} else W(q))",
        slow,
        NUMBER,
        x,
    )
    expr.fails |= bool(x.kind & ~NUMBER)
    return expr


def complement(pc: int, x: Expr) -> Expr:
    if not x.kind & NUMBER:
        return _hopeless(of_one("ODD()", may_call("bnot", pc, x), ANY, x))
    expr = of_one(f"(~{x.raw})", may_call("bnot", pc, x), INT, x)
    if x.loose or x.ring:
        _loosen(expr, f"(~{_unwrapped(x)})")
    expr.fails |= x.kind != INT
    low, high = _range(x)
    return _with_range(expr, (~high, ~low))
