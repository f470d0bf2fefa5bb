"""Of which kind are a function's local variables, wherever they are used?

A variable's kind is the union over all its definitions, found as the least fixed point: so a
sum that starts at 0 and grows by integers is an integer.  What may come from a call, a table
or a metamethod can be anything.  The same definitions tell how large an integer variable can
get.  Also noted is how variables are used, which tells the likely case where the kind is not
known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from moonquakes.bytecode.effects import jump_target
from moonquakes.bytecode.opcodes import OP, get_sbx, get_sc
from moonquakes.vm.fast import ranges
from moonquakes.vm.fast.analysis import (
    ANY,
    ARITHMETIC,
    BOOLEAN,
    FLOAT,
    FUNCTION,
    INT,
    NIL,
    NUMBER,
    OTHER,
    STR,
    TABLE,
    Analysis,
    Variable,
)

_BY_TYPE: Final = {int: INT, float: FLOAT, str: STR, type(None): NIL}


def kind_of_constant(value: Any) -> int:
    """Return the kind of a Lua constant."""
    return _BY_TYPE.get(type(value), BOOLEAN)


def arithmetic_kind(name: str, x: int, y: int) -> int:
    """Return the kind of an arithmetic instruction's result by those of its operands."""
    if not x or not y:
        return 0
    if (x | y) & ~NUMBER:
        return ANY
    if name[0] == "B" or name[:2] == "SH":
        return INT
    if name[:3] in ("DIV", "POW"):
        return FLOAT
    if x == FLOAT or y == FLOAT:
        return FLOAT
    return INT if x == y == INT else NUMBER


class _Finder:
    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        #: What each defining instruction computes: a kind, or (how, operands).
        self.values: dict[int, Any] = {}
        self.last: dict[int, int] = {}
        self.memo: dict[int, int] = {}
        self.ranges: dict[int, ranges.Range] = {}
        self.floats: dict[int, bool] = {}
        #: Variables that tables are indexed with.
        self.keys: set[Variable] = set()
        #: Calls that make objects.
        self.objects: set[int] = set()
        #: Operands of sums and products.
        self.added: list[tuple[Any, Any]] = []
        #: Integer variables with a definition whose range is known.
        self.seen: set[Variable] = set()
        #: Control variables, which their loop defines.
        self.controls: set[Variable] = set()

    def reference(self, register: int, pc: int) -> Any:
        """Return the variable in a register, or the pc of the instruction that made its value, or ANY."""
        variable = self.analysis.active(register, pc)
        if variable is not None:
            return variable
        return ("at", self.last[register]) if register in self.last else ANY

    def found(self, pc: int, known: dict[int, Any], find: Callable[[Any], Any]) -> Any:
        """Find something of what an instruction computes, that of its operands first: sums may be long."""
        waiting = [pc]
        while waiting:
            at = waiting[-1]
            value = self.values.get(at, ANY)
            size = len(waiting)
            if type(value) is tuple:
                for operand in value[1:]:
                    if type(operand) is tuple and operand[0] == "at" and operand[1] not in known:
                        waiting.append(operand[1])
            if len(waiting) == size:
                known[at] = find(value)
                waiting.pop()
        return known[pc]

    def kind(self, value: Any) -> int:
        if type(value) is int:
            return value
        if type(value) is Variable:
            return value.kind
        if value[0] == "at":
            pc = value[1]
            known = self.memo.get(pc)
            return known if known is not None else self.found(pc, self.memo, self.kind)
        how, x, y = value
        if how == "constant":
            return kind_of_constant(x)
        if how == "for":
            both = self.kind(x), self.kind(y[0])
            if not both[0] or not both[1]:
                return 0
            return INT if both == (INT, INT) else NUMBER
        if how == "same":
            return self.kind(x)
        if how == "UNM":
            operand = self.kind(x)
            return operand if not operand & ~NUMBER else ANY
        if how == "BNOT":
            operand = self.kind(x)
            return ANY if operand & ~NUMBER else INT if operand else 0
        return arithmetic_kind(how, self.kind(x), self.kind(y))

    def is_float(self, value: Any) -> bool:
        """Whether a value is probably a float."""
        if type(value) is int:
            return value == FLOAT
        if type(value) is Variable:
            return value.kind == FLOAT or (value.kind != INT and value.likely == FLOAT)
        if value[0] == "at":
            known = self.floats.get(value[1])
            return known if known is not None else self.found(value[1], self.floats, self.is_float)
        how, x, y = value
        if how == "same":
            return self.is_float(x)
        if how == "constant":
            return type(x) is float
        if how[:3] in ("DIV", "POW"):
            return True
        return how[:3] in ("ADD", "SUB", "MUL") and (self.is_float(x) or self.is_float(y))

    def meets_float(self, value: Any) -> bool:
        """Take what is added to a float for one, or for a sum of such; return whether that was new."""
        if type(value) is Variable:
            is_new = value.likely == ANY and bool(value.kind & ~INT)
            if is_new:
                value.likely = FLOAT
            return is_new
        if type(value) is tuple and value[0] == "at":
            value = self.values.get(value[1], ANY)
            if type(value) is tuple and value[0] in _SUMS:
                found = [self.meets_float(x) for x in value[1:] if type(x) is Variable]
                return any(found)
        return False

    def range(self, value: Any) -> ranges.Range:
        """Return the bounds of a value that is an integer, by those found for variables so far."""
        if type(value) is int:
            return ranges.FULL
        if type(value) is Variable:
            if value.kind != INT:
                return ranges.FULL
            if value not in self.seen:
                raise _NotSeen
            return value.range
        if value[0] == "at":
            pc = value[1]
            known = self.ranges.get(pc)
            return known if known is not None else self.found(pc, self.ranges, self.range)
        how, x, y = value
        if self.kind(value) != INT:
            return ranges.FULL
        if how == "constant":
            return x, x
        if how == "same":
            return self.range(x)
        if how == "for":
            return self.range_of_loop(self.range(x), self.range(y[0]), y[1])
        if how == "UNM":
            low, high = self.range(x)
            return ranges.clipped((-high, -low))
        if how == "BNOT":
            low, high = self.range(x)
            return ~high, ~low
        name = how if how in ranges.NAMES else how[:-1]
        return ranges.of_operation(name, self.range(x), self.range(y))

    def range_of_loop(self, start: ranges.Range, step: ranges.Range, limit: Any) -> ranges.Range:
        low, high = ranges.of_counter(start, step)
        if self.kind(limit) == INT:
            # It ends at its limit.
            least, most = self.range(limit)
            low, high = max(low, least), min(high, most)
        return (
            min(low, start[0]) if step[0] < 0 else start[0],
            max(high, start[1]) if step[1] > 0 else start[1],
        )

    def step_of(self, variable: Variable, value: Any) -> Any:
        """Return what a definition adds to the variable itself, negated when it is taken away; else None."""
        while type(value) is tuple and value[0] in ("at", "same"):
            value = self.values.get(value[1]) if value[0] == "at" else value[1]
        if type(value) is not tuple:
            return None
        how, x, y = value
        if how[:3] == "ADD":
            if x is variable:
                return self.range(y)
            return self.range(x) if y is variable else None
        if how[:3] == "SUB" and x is variable:
            low, high = self.range(y)
            return -high, -low
        return None

    def scan(self) -> None:
        """Note what each instruction defines, in the order of the code."""
        analysis = self.analysis
        proto = analysis.proto
        constants = proto.constants
        last = self.last
        births, targets = analysis.births, analysis.targets
        #: Where jumps from further up arrive.
        arrivals: set[int] = set()
        for pc, word in enumerate(proto.code):
            if pc in targets and (pc not in analysis.loop_end or pc in arrivals):
                last.clear()
            for variable in births.get(pc, ()):
                if variable not in self.controls:
                    define(variable, last.get(variable.register, -1))
            if pc in targets:
                # What is born where a loop begins is born before it.
                last.clear()
            op = word & 0x7F
            if op in _JUMPS:
                target = jump_target(pc, word)
                if target is not None and target > pc:
                    arrivals.add(target)
            a = word >> 7 & 0xFF
            value: Any
            name = ARITHMETIC.get(op)
            if name is not None:
                x: Any = self.reference(word >> 16 & 0xFF, pc)
                if type(x) is Variable:
                    x.is_numeric = True
                if name[-1] == "K":
                    y: Any = ("constant", constants[word >> 24], 0)
                elif name[-1] == "I":
                    y = ("constant", get_sc(word), 0)
                else:
                    y = self.reference(word >> 24, pc)
                    if type(y) is Variable:
                        y.is_numeric = True
                if name == "SHLI":
                    x, y = y, x
                if name in _OF_INTEGERS or (name in _OF_MOST_INTEGERS and type(constants[word >> 24]) is int):
                    for operand in (x, y):
                        if type(operand) is Variable:
                            operand.likely = INT
                value = (name, x, y)
                if name in _SUMS:
                    self.added.append((x, y))
            elif op == _MOVE:
                value = ("same", self.reference(word >> 16 & 0xFF, pc), 0)
            elif op == _LOADI:
                value = ("constant", get_sbx(word), 0)
            elif op == _LOADF:
                value = FLOAT
            elif op == _LOADK:
                value = ("constant", constants[word >> 15], 0)
            elif op in _BOOLEANS:
                value = BOOLEAN
            elif op == _NEWTABLE:
                value = TABLE
            elif op == _CLOSURE:
                value = FUNCTION
            elif op in (_UNM, _BNOT):
                value = ("UNM" if op == _UNM else "BNOT", self.reference(word >> 16 & 0xFF, pc), 0)
            elif op == _LOADNIL:
                for register in range(a, a + (word >> 16 & 0xFF) + 1):
                    self.note(register, pc, NIL)
                continue
            elif op in _MAKES_ANY:
                value = ANY
            else:
                self.use(op, word, a, pc)
                continue
            self.note(a, pc, value)
            self.use(op, word, a, pc)

    def note(self, register: int, pc: int, value: Any) -> None:
        self.values[pc] = value
        self.last[register] = pc
        variable = self.analysis.active(register, pc)
        if variable is not None:
            define(variable, pc)

    def use(self, op: int, word: int, a: int, pc: int) -> None:
        """Note how an instruction uses its registers, and what those that define several set."""
        analysis = self.analysis
        if op in _INDEXING:
            variable = analysis.active(word >> 16 & 0xFF, pc)
            if variable is not None and not (
                # Strings have no other fields.
                op == _SELF and word >> 15 & 1 and analysis.proto.constants[word >> 24] in STRING_METHODS
            ):
                variable.is_indexed = True
            if op == _GETTABLE:
                self.use_as_key(word >> 24, pc)
        elif op in _STORING:
            variable = analysis.active(a, pc)
            if variable is not None:
                variable.is_indexed = True
            if op == _SETTABLE:
                self.use_as_key(word >> 16 & 0xFF, pc)
        elif op in _NUMERIC_TESTS:
            variable = analysis.active(a, pc)
            if variable is not None:
                variable.is_numeric = True
                variable.likely = FLOAT if word >> 24 else INT
        elif op in (_TEST, _EQK):
            variable = analysis.active(a, pc)
            if variable is not None:
                variable.is_tested = True
        elif op in (_CALL, _VARARG):
            makes_object = op == _CALL and self.makes_object(a)
            count = (word >> 24 & 0xFF) - 1
            registers = range(a, a + count) if count >= 0 else range(a, analysis.proto.max_stack_size)
            for register in registers:
                self.note(register, pc, ANY)
            if makes_object:
                self.objects.add(pc)
        elif op == _SELF:
            self.note(a, pc, ANY)
            self.note(a + 1, pc, ANY)
        elif op == _TESTSET:
            self.note(a, pc, ANY)
        elif op == _FORPREP:
            start, step = analysis.active(a, pc), analysis.active(a + 2, pc)
            control = analysis.active(a + 3, pc + 1)
            limit = analysis.active(a + 1, pc)
            self.values[pc] = ("for", start, (step, limit)) if start and step and limit else NUMBER
            given = self.values.get(self.last.get(a + 1, -1))
            if type(given) is tuple and type(given[1]) is Variable:
                given[1].likely = INT
            if control is not None:
                define(control, pc)
                self.controls.add(control)
            for register in range(a, a + 4):
                self.last.pop(register, None)
        elif op == _TFORPREP:
            target = pc + 1 + (word >> 15)
            count = analysis.proto.code[target] >> 24 & 0xFF if target < len(analysis.proto.code) else 0
            for register in range(a + 4, a + 4 + count):
                control = (
                    analysis.active(register, pc + 1) if register < analysis.proto.max_stack_size else None
                )
                if control is not None:
                    control.kind |= ANY & ~NIL if register == a + 4 else ANY
                    self.controls.add(control)

    def makes_object(self, a: int) -> bool:
        """Whether what is called is named ``new``, or a function of this one that sets metatables."""
        proto = self.analysis.proto
        made_at = self.last.get(a, -1)
        word = proto.code[made_at] if made_at >= 0 else 0
        if word & 0x7F == _GETFIELD:
            return bool(proto.constants[word >> 24] == "new")
        if word & 0x7F == _SELF and word >> 15 & 1:
            return bool(proto.constants[word >> 24] == "new")
        value = self.values.get(made_at)
        if type(value) is not tuple or type(value[1]) is not Variable:
            return False
        closures = [proto.code[pc] for pc in value[1].definitions]
        return any(
            word & 0x7F == _CLOSURE and "setmetatable" in proto.protos[word >> 15].constants
            for word in closures
        )

    def use_as_key(self, register: int, pc: int) -> None:
        variable = self.analysis.active(register, pc)
        if variable is not None:
            self.keys.add(variable)


def define(variable: Variable, pc: int) -> None:
    variable.definitions.append(pc)


def find_kinds(analysis: Analysis) -> None:
    """Set ``kind`` and the notes of use of all variables of a function."""
    if not analysis.variables:
        return
    finder = _Finder(analysis)
    finder.scan()
    proto = analysis.proto
    for variable in analysis.variables:
        if variable.start == 0 or variable.is_assigned_inside or -1 in variable.definitions:
            variable.kind = ANY
            variable.definitions = [pc for pc in variable.definitions if pc >= 0]
    for variable in analysis.variables:
        values = [finder.values.get(pc) for pc in variable.definitions]
        if any(type(value) is tuple and value[0] in _NUMERIC for value in values):
            variable.is_numeric = True
    open_variables = [v for v in analysis.variables if v.kind != ANY]
    changed = True
    while changed:
        changed = False
        finder.memo.clear()
        for variable in open_variables:
            kind = variable.kind
            for pc in variable.definitions:
                kind |= finder.kind(finder.values.get(pc, ANY))
            if kind != variable.kind:
                variable.kind = kind
                changed = True
    for variable in analysis.variables:
        if not variable.kind:
            variable.kind = ANY
    assert proto is analysis.proto
    _find_ranges(finder, [v for v in analysis.variables if v.kind == INT])
    for variable in analysis.variables:
        variable.is_indexed |= not finder.objects.isdisjoint(variable.definitions)
    _find_integers(finder)
    _find_floats(finder, [v for v in analysis.variables if v.kind & NUMBER and v.kind not in (INT, FLOAT)])


def _find_integers(finder: _Finder) -> None:
    """Set ``likely`` of numbers that tables are indexed with, and of what they are sums of."""
    found = [v for v in finder.keys if v.is_numeric and v.likely == ANY]
    while found:
        variable = found.pop()
        variable.likely = INT
        for pc in variable.definitions:
            value = finder.values.get(pc)
            if type(value) is tuple and value[0] in _SUMS:
                found += [x for x in value[1:] if type(x) is Variable and x.likely == ANY]


def _find_floats(finder: _Finder, variables: list[Variable]) -> None:
    """Set ``likely`` of what meets floats: one that is defined by sums with floats, or added to them."""
    for _ in range(3):
        has_grown = False
        finder.floats.clear()
        for variable in variables:
            if variable.likely == ANY and any(
                finder.is_float(finder.values.get(pc, ANY)) for pc in variable.definitions
            ):
                variable.likely = FLOAT
                has_grown = True
        for x, y in finder.added:
            if finder.is_float(y):
                has_grown |= finder.meets_float(x)
            if finder.is_float(x):
                has_grown |= finder.meets_float(y)
        if not has_grown:
            return


def _find_ranges(finder: _Finder, variables: list[Variable]) -> None:
    """Set ``range`` of integer variables, the least that their definitions agree with."""
    for turn in range(_MAX_TURNS):
        finder.ranges.clear()
        has_grown = False
        for variable in variables:
            found = _range_of(finder, variable)
            if found is not None and (variable not in finder.seen or found != variable.range):
                has_grown = True
                finder.seen.add(variable)
                variable.range = found if turn < _MAX_TURNS // 2 else ranges.FULL
        if not has_grown:
            return
    for variable in variables:
        variable.range = ranges.FULL


def _range_of(finder: _Finder, variable: Variable) -> ranges.Range | None:
    """Return the range that a variable's definitions give it, None when none of them is known yet."""
    start: ranges.Range | None = None
    step = (0, 0)
    for pc in variable.definitions:
        value = finder.values.get(pc, ANY)
        try:
            added = finder.step_of(variable, value)
            if added is not None:
                step = ranges.union(step, added)
            else:
                found = finder.range(value)
                start = found if start is None else ranges.union(start, found)
        except _NotSeen:
            continue
    return ranges.of_counter(start, step) if start is not None else None


class _NotSeen(Exception):  # noqa: N818  # control flow, no error
    """The range of a variable is not known yet."""


#: How often ranges are looked at again; in the second half what still grows is without bounds.
_MAX_TURNS: Final = 16
_NUMERIC: Final = frozenset({*ARITHMETIC.values(), "for", "UNM", "BNOT"})
#: Operations that are mostly used with integers; the last ones where their constant is one.
_OF_INTEGERS: Final = frozenset(
    {"BAND", "BOR", "BXOR", "SHL", "SHR", "BANDK", "BORK", "BXORK", "SHRI", "SHLI"}
)
_GETTABLE: Final = OP["GETTABLE"]
_SETTABLE: Final = OP["SETTABLE"]
_GETFIELD: Final = OP["GETFIELD"]
_SUMS: Final = frozenset({"ADD", "SUB", "MUL", "ADDK", "SUBK", "MULK"})
_OF_MOST_INTEGERS: Final = frozenset({"MODK", "IDIVK"})
_JUMPS: Final = frozenset({OP["JMP"], OP["FORPREP"], OP["TFORPREP"], OP["LFALSESKIP"]})
_MOVE: Final = OP["MOVE"]
_LOADI: Final = OP["LOADI"]
_LOADF: Final = OP["LOADF"]
_LOADK: Final = OP["LOADK"]
_LOADNIL: Final = OP["LOADNIL"]
_BOOLEANS: Final = frozenset({OP["LOADFALSE"], OP["LFALSESKIP"], OP["LOADTRUE"], OP["NOT"]})
_NEWTABLE: Final = OP["NEWTABLE"]
_CLOSURE: Final = OP["CLOSURE"]
_UNM: Final = OP["UNM"]
_BNOT: Final = OP["BNOT"]
_TEST: Final = OP["TEST"]
_EQK: Final = OP["EQK"]
_CALL: Final = OP["CALL"]
_VARARG: Final = OP["VARARG"]
_SELF: Final = OP["SELF"]
_TESTSET: Final = OP["TESTSET"]
_FORPREP: Final = OP["FORPREP"]
_TFORPREP: Final = OP["TFORPREP"]
_MAKES_ANY: Final = frozenset(
    OP[name] for name in ("LOADKX", "GETUPVAL", "GETTABUP", "GETTABLE", "GETI", "GETFIELD", "LEN", "CONCAT")
)
_INDEXING: Final = frozenset({OP["GETTABLE"], OP["GETI"], OP["GETFIELD"], OP["SELF"]})
_STORING: Final = frozenset({OP["SETTABLE"], OP["SETI"], OP["SETFIELD"]})
#: Methods that strings have: where these are called the object may well be a string.
STRING_METHODS: Final = frozenset(
    {
        "byte", "char", "dump", "find", "format", "gmatch", "gsub", "len", "lower", "match", "pack",
        "packsize", "rep", "reverse", "sub", "unpack", "upper",
    }
)  # fmt: skip
_NUMERIC_TESTS: Final = frozenset({OP[name] for name in ("LTI", "LEI", "GTI", "GEI", "EQI")})
_OTHER: Final = OTHER
