"""Table constructors: the fields that follow a new table become part of a list and a dict display."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from moonquakes.vm.fast.analysis import ANY, NIL, TABLE
from moonquakes.vm.fast.expressions import Expr, literal
from moonquakes.vm.records import HAS_RECORDS

if TYPE_CHECKING:
    from moonquakes.vm.fast.translator import Translator
    from moonquakes.vm.fast.writer import Writer


#: Items that are not constant in one display: each call among them looks at those before it.
_MOST_ITEMS: Final = 250

#: The array part of a table that has fields and no elements; on PyPy, where a list costs little, it keeps to
#: one type.
_NO_ELEMENTS: Final = "[None]" if HAS_RECORDS else "(None,)"


class NewTable(Expr):
    """A table under construction: nothing else refers to it yet.

    Attributes:
        items: array part so far; ``fields``: hash part, by the text of the key.
        more: the name of the results that end the array part, ``va`` or a call's; empty when there are none.
    """

    __slots__ = ("fields", "items", "more")

    def __init__(self) -> None:
        super().__init__("", TABLE)
        self.items: list[Expr] = []
        self.fields: dict[str, Expr] = {}
        self.more = ""

    def takes(self, at: int) -> bool:
        """Whether items from an index on become part of its display: few that are not constant."""
        return len(self.items) == at and not self.more and (at < _MOST_ITEMS or not self.names)

    def add(self, expr: Expr) -> None:
        self.names += expr.names
        self.registers |= expr.registers
        self.reads_heap |= expr.reads_heap
        self.reads_cells |= expr.reads_cells
        self.fails |= expr.fails

    def replace_parts(self, replace: Callable[[Expr], Expr]) -> None:
        """Put other expressions in the place of those of the parts, in the order they are computed."""
        self.fields = {key: replace(expr) for key, expr in self.fields.items()}
        self.items = [replace(expr) for expr in self.items]
        self.names = ()
        self.registers = 0
        self.reads_heap = self.reads_cells = self.fails = False
        for expr in (*self.items, *self.fields.values()):
            self.add(expr)

    def parts(self, slow: bool) -> tuple[str, str]:
        items = ["None", *(e.slow if slow else e.text for e in self.items)]
        fields = [f"{key}: {e.slow if slow else e.text}" for key, e in self.fields.items()]
        listed = ", ".join(items)
        array = f"[{listed}]"
        if self.more == "va":
            array = f"[{listed}, *va]"
        elif self.more:
            # Mostly one value.
            many = f"[{listed}, *many({self.more})]"
            array = f"([{listed}, {self.more}] if {self.more}.__class__ is not ... else {many})"
        elif fields and not self.items:
            array = _NO_ELEMENTS
        return array, f"{{{', '.join(fields)}}}"


def newtable(t: Translator, pc: int, word: int) -> int:
    t.define(word >> 7 & 0xFF, NewTable())
    return pc + 2


def build(t: Writer, target: str, table: NewTable) -> None:
    """Write the construction of a table into ``target``."""
    if HAS_RECORDS and table.fields:
        _build_record(t, target, table)
        return
    array, fields = table.parts(False)
    if table.fails:
        slow_array, slow_fields = table.parts(True)
        # Fields that may raise come before such items: see try_field.
        t.emit(f"try: h, q = {fields}, {array}")
        t.emit(f"except E: h, q = {t.site(table.names, f'({slow_fields}, {slow_array})')}")
        array, fields = "q", "h"
    _assemble(t, target, table, array, fields)


def _build_record(t: Writer, target: str, table: NewTable) -> None:
    """The same with the fields in the dictionary of an object."""
    array, _ = table.parts(False)
    fields = t.new_flag()
    stores = [
        f"{fields} = Record().__dict__",
        *(f"{fields}[{k}] = {e.text}" for k, e in table.fields.items()),
    ]
    if table.fails:
        slow_array, slow_fields = table.parts(True)
        t.emit(f"try: {'; '.join([*stores, f'q = {array}'])}")
        t.emit(f"except E: {fields}, q = {t.site(table.names, f'({slow_fields}, {slow_array})')}")
        array = "q"
    else:
        t.emit("; ".join(stores))
    _assemble(t, target, table, array, fields)


def _assemble(t: Writer, target: str, table: NewTable, array: str, fields: str) -> None:
    """Write the table's object, when its parts are there."""
    name = target if target.isidentifier() and target != "q" else t.new_flag()
    t.emit(f"{name} = new(); {name}.arr = {array}; {name}.hash = {fields}; {name}.metatable = None")
    if table.more or (table.items and table.items[-1].kind & NIL):
        t.emit(f"if {name}.arr[-1] is None: {name}.trim()")
    if name != target:
        t.emit(f"{target} = {name}")


def try_field(t: Translator, a: int, word: int, key: str) -> bool:
    """Take a store into a table under construction as part of it."""
    table = t.pending.get(a)
    if not isinstance(table, NewTable) or table.more:
        return False
    if key[0] in "0123456789" or key in table.fields:
        return False
    if word >> 15 & 1:
        value = t.proto.constants[word >> 24]
        from moonquakes.vm.fast.expressions import constant
        from moonquakes.vm.fast.kinds import kind_of_constant

        expr = constant(value, kind_of_constant(value), literal(value))
    else:
        register = word >> 24
        if register == a:
            return False
        held = t.pending.get(register)
        if held is not None and held.fails:
            if any(item.fails for item in table.items):
                return False
            t.settle_before(register, but=a)
        expr = _part(t, table, a, register)
    if len(table.fields) >= 200:
        return False
    table.fields[key] = expr
    table.add(expr)
    return True


def _part(t: Translator, table: NewTable, a: int, register: int) -> Expr:
    """Return the value in a register as a part of the table in ``a``."""
    held = t.pending.get(register)
    if not isinstance(held, NewTable):
        expr = t.use(register)
        if expr.is_unchecked:
            t.check(expr)
        return expr
    # A table within takes statements: what comes before it is computed before.
    if held.fails:
        t.settle_before(register, but=a)
        if table.fails:
            table.fields = {key: _named(t, expr) for key, expr in table.fields.items()}
            table.items = [_named(t, expr) for expr in table.items]
            table.fails = False
            for expr in (*table.fields.values(), *table.items):
                table.add(expr)
    del t.pending[register]
    return _named(t, held)


def _named(t: Translator, value: Expr) -> Expr:
    if value.is_atom and not value.fails:
        return value
    name = t.new_flag()
    t.assign(name, value)
    expr = Expr(name, ANY if value.fails else value.kind, (name,))
    expr.is_atom = True
    return expr


def setlist(t: Translator, pc: int, word: int) -> int:
    a, b, c = word >> 7 & 0xFF, word >> 16 & 0xFF, word >> 24
    following = pc + 1
    if word >> 15 & 1:
        c += (t.code[pc + 1] >> 7) * 256
        following = pc + 2
    table = t.pending.get(a)
    if b:
        registers = range(a + 1, a + 1 + b)
        if isinstance(table, NewTable) and table.takes(c):
            for register in registers:
                expr = _part(t, table, a, register)
                table.items.append(expr)
                table.add(expr)
            return following
        texts = [t.atom(register).text for register in registers]
        o = t.atom(a)
        t.emit(f"fill({o.text}, {c}, ({', '.join(texts)},))")
        return following
    first, many, raw = t.take_open()
    if isinstance(table, NewTable) and table.takes(c):
        for register in range(a + 1, first):
            expr = _part(t, table, a, register)
            table.items.append(expr)
            table.add(expr)
        table.more = raw
        table.names += (raw,)
        # Complete, and before a later call takes the register of the list.
        t.materialize(a)
        return following
    texts = [t.atom(register).text for register in range(a + 1, first)]
    o = t.atom(a)
    t.emit(f"fill({o.text}, {c}, ({', '.join([*texts, '*' + many])},))")
    return following
