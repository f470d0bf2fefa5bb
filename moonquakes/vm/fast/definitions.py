"""What does each instruction give a value, and how does a function use its variables?

A definition is a kind, or what is computed from what: ``(how, x, y)`` with operands that are
variables, kinds, constants, or what another instruction computed.  Nothing is concluded here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from moonquakes.bytecode.effects import jump_target
from moonquakes.bytecode.opcodes import OP, get_sbx, get_sc
from moonquakes.vm.fast.analysis import (
    ANY,
    ARITHMETIC,
    BOOLEAN,
    FLOAT,
    FUNCTION,
    INT,
    NIL,
    NUMBER,
    TABLE,
    Analysis,
    Variable,
)


class Definitions:
    """The definitions of one function.

    Attributes:
        values: what each defining instruction computes, by pc.
        added: operands of sums and products.
        keys: variables that tables are indexed with.
        objects: pcs of calls that make objects.
    """

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.values: dict[int, Any] = {}
        self.added: list[tuple[Any, Any]] = []
        self.keys: set[Variable] = set()
        self.objects: set[int] = set()
        #: Where each register got its value.
        self._last: dict[int, int] = {}
        #: Control variables, which their loop defines.
        self._controls: set[Variable] = set()
        self._scan()

    def _reference(self, register: int, pc: int) -> Any:
        """Return the variable in a register, or the pc of the instruction that made its value, or ANY."""
        variable = self.analysis.active(register, pc)
        if variable is not None:
            return variable
        return ("at", self._last[register]) if register in self._last else ANY

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

    def _scan(self) -> None:
        """Note what each instruction defines, in the order of the code."""
        analysis = self.analysis
        proto = analysis.proto
        constants = proto.constants
        last = self._last
        births, targets = analysis.births, analysis.targets
        #: Where jumps from further up arrive.
        arrivals: set[int] = set()
        for pc, word in enumerate(proto.code):
            if pc in targets and (pc not in analysis.loop_end or pc in arrivals):
                last.clear()
            for variable in births.get(pc, ()):
                if variable not in self._controls:
                    _define(variable, last.get(variable.register, -1))
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
                x: Any = self._reference(word >> 16 & 0xFF, pc)
                if type(x) is Variable:
                    x.is_numeric = True
                if name[-1] == "K":
                    y: Any = ("constant", constants[word >> 24], 0)
                elif name[-1] == "I":
                    y = ("constant", get_sc(word), 0)
                else:
                    y = self._reference(word >> 24, pc)
                    if type(y) is Variable:
                        y.is_numeric = True
                if name == "SHLI":
                    x, y = y, x
                if name in _OF_INTEGERS or (name in _OF_MOST_INTEGERS and type(constants[word >> 24]) is int):
                    for operand in (x, y):
                        if type(operand) is Variable:
                            operand.likely = INT
                value = (name, x, y)
                if name in SUMS:
                    self.added.append((x, y))
            elif op == _MOVE:
                value = ("same", self._reference(word >> 16 & 0xFF, pc), 0)
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
                value = ("UNM" if op == _UNM else "BNOT", self._reference(word >> 16 & 0xFF, pc), 0)
            elif op == _LOADNIL:
                for register in range(a, a + (word >> 16 & 0xFF) + 1):
                    self._note(register, pc, NIL)
                continue
            elif op in _MAKES_ANY:
                value = ANY
            else:
                self._use(op, word, a, pc)
                continue
            self._note(a, pc, value)
            self._use(op, word, a, pc)

    def _note(self, register: int, pc: int, value: Any) -> None:
        self.values[pc] = value
        self._last[register] = pc
        variable = self.analysis.active(register, pc)
        if variable is not None:
            _define(variable, pc)

    def _use(self, op: int, word: int, a: int, pc: int) -> None:
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
                self._use_as_key(word >> 24, pc)
        elif op in _STORING:
            variable = analysis.active(a, pc)
            if variable is not None:
                variable.is_indexed = True
            if op == _SETTABLE:
                self._use_as_key(word >> 16 & 0xFF, pc)
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
            makes_object = op == _CALL and self._makes_object(a)
            count = (word >> 24 & 0xFF) - 1
            registers = range(a, a + count) if count >= 0 else range(a, analysis.proto.max_stack_size)
            for register in registers:
                self._note(register, pc, ANY)
            if makes_object:
                self.objects.add(pc)
        elif op == _SELF:
            self._note(a, pc, ANY)
            self._note(a + 1, pc, ANY)
        elif op == _TESTSET:
            self._note(a, pc, ANY)
        elif op == _FORPREP:
            start, step = analysis.active(a, pc), analysis.active(a + 2, pc)
            control = analysis.active(a + 3, pc + 1)
            limit = analysis.active(a + 1, pc)
            self.values[pc] = ("for", start, (step, limit)) if start and step and limit else NUMBER
            given = self.values.get(self._last.get(a + 1, -1))
            if type(given) is tuple and type(given[1]) is Variable:
                given[1].likely = INT
            if control is not None:
                _define(control, pc)
                self._controls.add(control)
            for register in range(a, a + 4):
                self._last.pop(register, None)
        elif op == _TFORPREP:
            target = pc + 1 + (word >> 15)
            count = analysis.proto.code[target] >> 24 & 0xFF if target < len(analysis.proto.code) else 0
            for register in range(a + 4, a + 4 + count):
                control = (
                    analysis.active(register, pc + 1) if register < analysis.proto.max_stack_size else None
                )
                if control is not None:
                    control.kind |= ANY & ~NIL if register == a + 4 else ANY
                    self._controls.add(control)

    def _makes_object(self, a: int) -> bool:
        """Whether what is called is named ``new``, or a function of this one that sets metatables."""
        proto = self.analysis.proto
        made_at = self._last.get(a, -1)
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

    def _use_as_key(self, register: int, pc: int) -> None:
        variable = self.analysis.active(register, pc)
        if variable is not None:
            self.keys.add(variable)


def _define(variable: Variable, pc: int) -> None:
    variable.definitions.append(pc)


#: Operations that are mostly used with integers; the last ones where their constant is one.
_OF_INTEGERS: Final = frozenset(
    {"BAND", "BOR", "BXOR", "SHL", "SHR", "BANDK", "BORK", "BXORK", "SHRI", "SHLI"}
)
_GETTABLE: Final = OP["GETTABLE"]
_SETTABLE: Final = OP["SETTABLE"]
_GETFIELD: Final = OP["GETFIELD"]
#: Sums and products.
SUMS: Final = frozenset({"ADD", "SUB", "MUL", "ADDK", "SUBK", "MULK"})
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
