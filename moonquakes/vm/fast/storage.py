"""How translated code reads and writes tables: the one place that knows where fields are stored.

Reads are expressions that raise when something else than a plain table with that key is met;
``N`` looks whether a nil that was found calls for a metamethod.  A ``soft`` read expects nil.
"""

from __future__ import annotations

from collections.abc import Callable

from moonquakes.vm.fast.analysis import ANY, FLOAT, INT, NIL, NUMBER, STR
from moonquakes.vm.fast.counting import memory_lines
from moonquakes.vm.fast.definitions import STRING_METHODS
from moonquakes.vm.fast.expressions import CLOSES, OPENS, Expr, literal, may_call, of_one, of_two
from moonquakes.vm.fast.ranges import LENGTH
from moonquakes.vm.records import HAS_RECORDS


def _checked(raw: str, o: str, key: str) -> str:
    return f"(q if (q := {raw}) is not None or {o}.metatable is None else N({o}, {key}))"


def _soft(expr: Expr, raw: str, o: str, key: str) -> None:
    """Give an expression its text for where nil is likely, and the one of its truth."""
    expr.soft = _checked(raw, o, key)
    expr.truth = (
        f"(((q := {raw}) is not None"
        f" or ({o}.metatable is not None and (q := N({o}, {key})) is not None))"
        " and q is not False)"
    )


def _named(x: Expr, new_name: Callable[[], str]) -> tuple[str, str]:
    """Return the text of an operand, which gives it a name, and that name."""
    if x.is_atom:
        return x.raw, x.raw
    name = new_name()
    return f"({name} := {x.raw})", name


def read_field(pc: int, o: Expr, name: str) -> Expr:
    """``o.name``"""
    key = literal(name)
    expr = of_one("", f"{OPENS}index({pc}, {o.slow}, {key}){CLOSES}", ANY, o)
    expr.raw = f"{o.raw}.hash[{key}]"
    if o.is_atom:
        expr.places = (expr.raw,)
    _soft(expr, f"{o.raw}.hash.get({key})", o.raw, key)
    expr.text = expr.soft
    expr.callee = f"(q if (q := {o.raw}.hash.get({key})) is not None else N({o.raw}, {key}))"
    expr.fails = expr.reads_heap = True
    return expr


def read_present_field(pc: int, o: Expr, name: str) -> Expr:
    """``o.name`` that is likely there, in the object itself."""
    expr = read_field(pc, o, name)
    if not HAS_RECORDS:
        expr.text = _checked(expr.raw, o.raw, literal(name))
    return expr


def read_global(pc: int, environment: Expr, name: str) -> Expr:
    """A global variable: rarely nil."""
    expr = read_field(pc, environment, name)
    expr.text = _checked(expr.raw, environment.raw, literal(name))
    expr.callee = expr.raw
    return expr


def read_item(pc: int, o: Expr, key: Expr, is_numeric: bool, new_name: Callable[[], str]) -> Expr:
    """``o[key]``; ``is_numeric`` for a likely number, ``new_name`` gives names to parts."""
    expr = of_two("", may_call("index", pc, o, key), ANY, o, key)
    expr.fails = expr.reads_heap = True
    k = key.raw if key.kind in (INT, NUMBER) else key.text
    if key.kind == FLOAT:
        # A float without fraction is an integer as a key.
        expr.text = expr.raw = expr.soft = f"FIND({o.raw}, {k})"
        return expr
    if key.kind == STR:
        expr.raw = f"{o.raw}.hash[{k}]"
        _soft(expr, f"{o.raw}.hash.get({k})", o.raw, k)
        expr.text = expr.soft
        return expr
    if key.kind == INT and key.low >= 0:
        expr.raw = f"{o.raw}.arr[{k}]"
    elif key.kind in (INT, NUMBER) or is_numeric:
        # A float or string index raises; a negative one would count from the end.
        expr.raw = (
            f"{o.raw}.arr[{k} if {k} > 0 else ODD()]"
            if key.is_atom
            else f"{o.raw}.arr[q if (q := {k}) > 0 else ODD()]"
        )
    else:
        (table, o_name), (index, k_name) = _named(o, new_name), _named(key, new_name)
        # Both get their names before anything is asked of them.
        first = "" if o.is_atom else f"{table} is not None and "
        in_array = f"{first}{index}.__class__ is int and 0 < {k_name} < LEN(h := {o_name}.arr)"
        get = f"(h[{k_name}] if {in_array} else {o_name}.hash.get({k_name}))"
        # A float without fraction is an integer as a key: NK looks.
        plain = f"({o_name}.metatable is None and {k_name}.__class__ is not float)"
        expr.text = expr.soft = f"(q if (q := {get}) is not None or {plain} else NK({o_name}, {k_name}))"
        expr.raw = expr.text
        if key.is_atom and o.is_atom:
            in_array = f"{k}.__class__ is int and 0 < {k} < LEN(h := {o.raw}.arr)"
            expr.raw = f"(h[{k}] if {in_array} else {o.raw}.hash[{k}])"
        return expr
    if key.is_atom and o.is_atom:
        expr.places = (expr.raw,)
        # At 0 the list has nothing of the table's.
        sure = expr.raw if key.kind == INT and key.low >= 1 else f"{o.raw}.arr[{k} if {k} > 0 else ODD()]"
        expr.text = _checked(sure, o.raw, k)
    else:
        # A nil that was found is looked at again, by the slow path.
        expr.text = f"(q if (q := {expr.raw}) is not None else ODD())"
    (table, o_name), (index, k_name) = _named(o, new_name), _named(key, new_name)
    if key.is_atom:
        least = "" if key.kind == INT and key.low >= 1 else " > 0"
        item = f"h[{k_name}] if LEN(h := {table}.arr) > {index}{least} else {o_name}.hash.get({k_name})"
    else:
        # The key may need that name for itself.
        item = f"{o_name}.arr[{k_name}] if LEN({table}.arr) > {index} > 0 else {o_name}.hash.get({k_name})"
    _soft(expr, f"({item})", o_name, k_name)
    return expr


def read_index(pc: int, o: Expr, index: int, new_name: Callable[[], str]) -> Expr:
    """``o[index]`` with a constant integer."""
    expr = of_one("", f"{OPENS}index({pc}, {o.slow}, {index}){CLOSES}", ANY, o)
    expr.fails = expr.reads_heap = True
    if index <= 0:
        expr.raw = f"{o.raw}.hash[{index}]"
        expr.text = expr.soft = _checked(f"{o.raw}.hash.get({index})", o.raw, str(index))
        return expr
    expr.raw = f"{o.raw}.arr[{index}]"
    expr.text = _checked(expr.raw, o.raw, str(index))
    table, name = _named(o, new_name)
    item = f"h[{index}] if LEN(h := {table}.arr) > {index} else {name}.hash.get({index})"
    _soft(expr, f"({item})", name, str(index))
    return expr


def read_length(pc: int, o: Expr, is_table: bool) -> Expr:
    """``#o``"""
    slow = may_call("length", pc, o)
    if o.kind == STR:
        expr = of_one(f"LEN({o.text})", slow, INT, o)
    elif o.is_atom and is_table:
        plain = f"{o.raw}.metatable is None or '__len' not in {o.raw}.metatable.hash"
        expr = of_one(f"(LEN({o.raw}.arr) - 1 if {plain} else SIZE({o.raw}))", slow, INT, o)
    elif o.is_atom:
        expr = of_one(
            f"(LEN({o.text}) if {o.text}.__class__ is str else LEN({o.text}.arr) - 1"
            f" if {o.text}.metatable is None else SIZE({o.text}))",
            slow, INT, o,
        )  # fmt: skip
    else:
        plain = f"(q := {o.text}).__class__ is Table and q.metatable is None"
        expr = of_one(f"(LEN(q.arr) - 1 if {plain} else SIZE(q))",
                      slow, INT, o)  # fmt: skip
    if o.kind != STR:
        expr.fails = expr.reads_heap = True
    expr.low, expr.high = LENGTH
    return expr


def read_method(pc: int, o: Expr, name: str) -> Expr:
    """``o:name``; ``o`` is an atom.  A table's own field comes first, then its class's flattened methods."""
    key = literal(name)
    base = o.text
    text = f"(h[{key}] if {key} in (h := {base}.hash) else {base}.metatable.methods[{key}])"
    if name in STRING_METHODS:
        text = f"(STRING.methods[{key}] if {base}.__class__ is str else {text})"
    expr = of_one(text, f"{OPENS}method({pc}, {o.slow}, {key}){CLOSES}", ANY, o)
    expr.method = name
    expr.fails = expr.reads_heap = True
    return expr


def store_field(
    pc: int, o: Expr, name: str, value: Expr, is_new: bool, is_there: bool = False, pays: bool = False
) -> list[str]:
    """``o.name = value``; both are atoms.  A key that is there is written in place, unless it is new.

    ``is_there`` for a field that probably has a value; ``pays`` where new fields are paid for.  Those added
    in place need no look for deleted keys, which :meth:`Table.set` takes away: they are few.
    """
    key = literal(name)
    set_it = f"{OPENS}setindex({pc}, {o.text}, {key}, {value.text}){CLOSES}"
    if HAS_RECORDS:
        added = f"if not FIELD({o.text}, {key}, {value.text}): {set_it}"
    if is_new:
        return [added if HAS_RECORDS else set_it]
    if is_there and not HAS_RECORDS:
        return [
            "try:",
            f"    if (h := {o.text}.hash)[{key}] is not None: h[{key}] = {value.text}",
            f"    else: {set_it}",
            f"except E: {set_it}",
        ]
    is_table, metatable = f"{o.text}.__class__ is Table", f"{o.text}.metatable"
    store = f"h[{key}] = {value.text}"
    is_old = f"{key} in (h := {o.text}.hash) and ({metatable} is None or h[{key}] is not None)"
    if HAS_RECORDS:
        return [f"if {is_table} and {is_old}: {store}", f"el{added}"]
    given = f"{value.text} is not None and " if value.kind & NIL else ""
    may_add = f"{given}({metatable} is None or '__newindex' not in {metatable}.hash)"
    if not pays:
        return [f"if {is_table} and ({is_old} or {may_add}): {store}", f"else: {set_it}"]
    return [
        f"if {is_table} and {is_old}: {store}",
        f"elif {is_table} and {may_add}:",
        f"    {store}",
        *[f"    {line}" for line in memory_lines(1)],
        f"else: {set_it}",
    ]


def store_item(pc: int, o: Expr, key: Expr, value: Expr, is_numeric: bool, is_there: bool) -> list[str]:
    """``o[key] = value``; all are atoms.  ``is_there`` for an element that probably has a value."""
    k, v = key.text, value.text
    set_it = f"{OPENS}setindex({pc}, {o.text}, {k}, {v}){CLOSES}"
    is_other = key.is_constant and type(key.value) is int and key.value <= 0
    old = f"({o.text}.metatable is None or h[{k}] is not None)"
    in_hash = f"{k} in (h := {o.text}.hash) and {old}: h[{k}] = {v}"
    if key.kind in (STR, FLOAT) or is_other:
        return [f"if {o.text}.__class__ is Table and {in_hash}", f"else: {set_it}"]
    if value.is_constant and value.kind == NIL:
        add = f"ADD({o.text}, {k}, None)"
        # The last element goes with the nils before it.
        inside = f"{k} < LEN(h) - 1" if key.kind == INT and key.low >= 1 else f"0 < {k} < LEN(h) - 1"
        if key.kind & ~NUMBER and not is_numeric:
            inside = f"{k}.__class__ is int and {inside}"
        return [
            "try:",
            f"    h = {o.text}.arr",
            f"    if {inside} and {old}: h[{k}] = None",
            f"    else: {add}",
            f"except E: {set_it}",
        ]
    # In place, or appended; any other table or key raises before something is stored.
    guards = []
    if value.kind & NIL:
        guards.append(f"{v} is not None")
    if not (key.kind == INT and key.low >= 1):
        guards.append(f"{k} > 0")
    table = f"{o.text}.arr if {' and '.join(guards)} else ()" if guards else f"{o.text}.arr"
    add = f"else: ADD({o.text}, {k}, {v})"
    if is_there:
        # What is not there raises.
        stores = [f"    if {old[1:-1]}: h[{k}] = {v}"]
    else:
        follows = f"{o.text}.metatable is None and (not {o.text}.hash or {k} + 1 not in {o.text}.hash)"
        stores = [
            f"    if {k} < LEN(h) and {old}: h[{k}] = {v}",
            f"    elif {k} == LEN(h) and {follows}: h.append({v})",
        ]
    in_array = [f"    h = {table}", *stores, f"    {add}"]
    if key.kind & ~NUMBER and not is_numeric:
        in_array = [
            f"    if {k}.__class__ is int:",
            *[f"    {line}" for line in in_array],
            f"    elif {in_hash}",
            f"    {add}",
        ]
    return ["try:", *in_array, f"except E: {set_it}"]


def place_of_field(o: Expr, name: str) -> str:
    """Return what ``raw`` is when a field is read."""
    return f"{o.raw}.hash[{literal(name)}]"


def place_of_item(o: Expr, key: Expr) -> str:
    """Return what ``raw`` is when an element with a likely number as its index is read."""
    k = key.raw
    return (
        f"{o.raw}.arr[{k}]" if key.kind == INT and key.low >= 0 else f"{o.raw}.arr[{k} if {k} > 0 else ODD()]"
    )


def append(pc: int, o: Expr, key: Expr, value: Expr) -> list[str]:
    """``o[#o + 1] = value``; ``o`` and ``value`` are atoms."""
    guard = f"{o.text}.__class__ is Table and {o.text}.metatable is None and not {o.text}.hash"
    if value.kind & NIL:
        guard += f" and {value.text} is not None"
    return [
        f"if {guard}: {o.text}.arr.append({value.text})",
        f"else: {OPENS}setindex({pc}, {o.text}, {key.slow}, {value.text}){CLOSES}",
    ]
