"""What does a function's bytecode say before any Python is written?  Jumps, loops, liveness, variables.

Nothing here emits code.  An :class:`Analysis` is made once per Proto, the inner functions'
first, since what they assign decides how their enclosing function keeps a variable.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from moonquakes.bytecode.effects import jump_target
from moonquakes.bytecode.opcodes import OP, OPCODES
from moonquakes.bytecode.proto import Proto
from moonquakes.vm.fast.ranges import FULL

if TYPE_CHECKING:
    from moonquakes.vm.fast.results import Results

#: Kinds of values as a set of bits; a variable's kind is the union over its definitions.
INT: Final = 1
FLOAT: Final = 2
STR: Final = 4
NIL: Final = 8
BOOLEAN: Final = 16
TABLE: Final = 32
FUNCTION: Final = 64
OTHER: Final = 128
NUMBER: Final = INT | FLOAT
ANY: Final = 255

NAMES: Final = tuple(opcode.name for opcode in OPCODES)

# How an instruction uses registers, by opcode number.
(_NONE, _W_A, _W_A_R_B, _W_A_R_BC, _R_A, _R_AB, _LOADNIL, _SET, _SETTABLE, _SELF, _CONCAT, _TESTSET, _CALL,
 _TAILCALL, _RETURN, _FORLOOP, _FORPREP, _TFORPREP, _TFORCALL, _TFORLOOP, _SETLIST, _VARARG,
 _SETTABUP) = range(23)  # fmt: skip

_USE: Final = [_NONE] * 128
for _name, _use in {
    "LOADI": _W_A, "LOADF": _W_A, "LOADK": _W_A, "LOADKX": _W_A, "LOADFALSE": _W_A, "LFALSESKIP": _W_A,
    "LOADTRUE": _W_A, "GETUPVAL": _W_A, "GETTABUP": _W_A, "NEWTABLE": _W_A, "CLOSURE": _W_A,
    "MOVE": _W_A_R_B, "GETI": _W_A_R_B, "GETFIELD": _W_A_R_B, "UNM": _W_A_R_B, "BNOT": _W_A_R_B,
    "NOT": _W_A_R_B, "LEN": _W_A_R_B, "ADDI": _W_A_R_B, "SHRI": _W_A_R_B, "SHLI": _W_A_R_B,
    "GETTABLE": _W_A_R_BC, "LOADNIL": _LOADNIL, "SETUPVAL": _R_A, "SETTABUP": _SETTABUP,
    "SETTABLE": _SETTABLE,
    "SETI": _SET, "SETFIELD": _SET, "SELF": _SELF, "CONCAT": _CONCAT, "TBC": _R_A, "EQ": _R_AB, "LT": _R_AB,
    "LE": _R_AB, "EQK": _R_A, "EQI": _R_A, "LTI": _R_A, "LEI": _R_A, "GTI": _R_A, "GEI": _R_A, "TEST": _R_A,
    "TESTSET": _TESTSET, "CALL": _CALL, "TAILCALL": _TAILCALL, "RETURN": _RETURN, "RETURN1": _R_A,
    "FORLOOP": _FORLOOP, "FORPREP": _FORPREP, "TFORPREP": _TFORPREP, "TFORCALL": _TFORCALL,
    "TFORLOOP": _TFORLOOP, "SETLIST": _SETLIST, "VARARG": _VARARG,
}.items():  # fmt: skip
    _USE[OP[_name]] = _use
for _name in NAMES:
    if _name in ("ADD", "SUB", "MUL", "MOD", "POW", "DIV", "IDIV", "BAND", "BOR", "BXOR", "SHL", "SHR"):
        _USE[OP[_name]] = _W_A_R_BC
    elif _name in ("ADDK", "SUBK", "MULK", "MODK", "POWK", "DIVK", "IDIVK", "BANDK", "BORK", "BXORK"):
        _USE[OP[_name]] = _W_A_R_B

TESTS: Final = frozenset(opcode.number for opcode in OPCODES if opcode.is_test)
_JMP: Final = OP["JMP"]
_RETURNS: Final = frozenset({OP["RETURN"], OP["RETURN0"], OP["RETURN1"]})
_LOOPS: Final = frozenset({OP["FORLOOP"], OP["TFORLOOP"]})
#: Arithmetic that makes a number of two numbers, with how its second operand is found.
ARITHMETIC: Final = {
    OP[name]: name for name in NAMES if name.rstrip("KI") in ("ADD", "SUB", "MUL", "MOD", "POW", "DIV",
    "IDIV")
    or name in ("BAND", "BOR", "BXOR", "SHL", "SHR", "BANDK", "BORK", "BXORK", "SHRI", "SHLI")
}  # fmt: skip


class Variable:
    """A local variable: a register during a range of pcs.

    Attributes:
        definitions: pcs of the instructions that give it a value.
        captures: pcs of the CLOSURE instructions that capture it.
        is_assigned_inside: whether an inner function assigns it.
        is_boxed: whether it lives in a list of one, shared with closures: each round of a loop has its own.
        is_copied: whether closures get its value, because nobody assigns it afterwards.
        kind: union of the kinds of its definitions.
        range: bounds of its value, where that is an integer.
        is_shared: whether its value may change while a closure has it.
        is_indexed, is_numeric, is_tested: how the function uses it, for the likely case.
        likely: what it probably is when ``kind`` does not say: INT, FLOAT or ANY.
        results: of the only function that it may hold, None where there is no such one.
        text: its Python name.
    """

    __slots__ = (
        "captures", "definitions", "end", "is_assigned_inside", "is_boxed", "is_copied",
        "is_indexed", "is_numeric", "is_shared", "is_tested", "kind", "likely", "name", "range",
        "register", "results", "start", "text",
    )  # fmt: skip

    def __init__(self, name: str, register: int, start: int, end: int) -> None:
        self.name = name
        self.register = register
        self.start = start
        self.end = end
        self.definitions: list[int] = []
        self.captures: list[int] = []
        self.is_assigned_inside = False
        self.is_boxed = False
        self.is_copied = False
        self.is_indexed = name == "self"
        self.is_numeric = False
        self.is_shared = False
        self.is_tested = False
        self.kind = 0
        self.likely = ANY
        self.results: Results | None = None
        self.range = FULL
        self.text = ""


class Analysis:
    """What is known about one function before it is translated.

    Attributes:
        proto: the function.
        inner: the analyses of its inner functions.
        targets: pcs that some jump goes to, with the number of such jumps.
        loop_end: for the pc where a loop begins (not of ``for``), the last jump back to it.
        closes: whether it has variables to be closed.
        live_after: for each pc the registers that are read later, as a mask.
        variables, births: local variables, and those that begin at a pc.
        sets_upvalue: upvalues that the function or a function in it assigns.
        problem: why it cannot be translated, empty when it can.
    """

    __slots__ = (
        "_capturing", "_headers", "_sorted_targets", "births", "by_register", "closes", "inner",
        "live_after", "live_before",
        "loop_end", "loops", "problem", "proto", "reached", "sets_upvalue",
        "sets_upvalue_itself", "starts", "targets", "variables",
    )  # fmt: skip

    def __init__(self, proto: Proto, inner: list[Analysis]) -> None:
        self.proto = proto
        self.inner = inner
        self.problem = ""
        self.targets: dict[int, int] = {}
        self.loop_end: dict[int, int] = {}
        self.closes = False
        #: Instructions that make closures or assign upvalues.
        self._capturing: list[int] = []
        self._headers: list[int] | None = None
        self._sorted_targets: list[int] | None = None
        #: Ranges of pcs that may run more than once: first and last.
        self.loops: list[tuple[int, int]] = []
        self.live_after: list[int] = []
        self.live_before: list[int] = []
        self.variables: list[Variable] = []
        self.births: dict[int, list[Variable]] = {}
        self.by_register: list[list[Variable]] = []
        self.starts: list[list[int]] = []
        self.sets_upvalue: set[int] = set()
        #: The same, by its own instructions.
        self.sets_upvalue_itself: set[int] = set()
        self._find_variables()
        self._find_jumps()
        self._find_liveness()
        self._find_captures()

    # Variables

    def _find_variables(self) -> None:
        proto = self.proto
        active: list[Variable] = []
        size = proto.max_stack_size
        self.by_register = [[] for _ in range(size)]
        for local in proto.local_variables:
            while active and active[-1].end <= local.start_pc:
                active.pop()
            if local.start_pc >= local.end_pc:
                continue
            register = len(active)
            if register >= size:
                self.problem = "its variables do not fit its registers"
                return
            variable = Variable(local.name, register, local.start_pc, local.end_pc)
            active.append(variable)
            self.variables.append(variable)
            self.births.setdefault(local.start_pc, []).append(variable)
            self.by_register[register].append(variable)
        self.starts = [[v.start for v in row] for row in self.by_register]

    def active(self, register: int, pc: int) -> Variable | None:
        """Return the variable that lives in ``register`` at ``pc``."""
        row = self.by_register[register]
        if len(row) < 2:  # most often
            return row[0] if row and row[0].start <= pc < row[0].end else None
        at = bisect_right(self.starts[register], pc) - 1
        if at >= 0 and row[at].end > pc:
            return row[at]
        return None

    def next_variable(self, register: int, pc: int) -> Variable | None:
        """Return the variable that will live in ``register`` after ``pc``, if it begins before
        another use.
        """
        row = self.by_register[register]
        if not row:
            return None
        at = bisect_right(self.starts[register], pc)
        return row[at] if at < len(row) else None

    # Jumps and loops

    def _find_jumps(self) -> None:
        code = self.proto.code
        targets = self.targets
        for pc, word in enumerate(code):
            op = word & 0x7F
            if op not in _NOTED:
                continue
            if op in _CAPTURING:
                self._capturing.append(pc)
            elif op == _TBC:
                self.closes = True
            else:
                self.closes |= op == _TFORPREP_OP
                target = jump_target(pc, word)
                assert target is not None
                targets[target] = targets.get(target, 0) + 1
                if op == _JMP:
                    if target <= pc:
                        self.loop_end[target] = max(pc, self.loop_end.get(target, -1))
                elif op in _LOOPS:
                    self.loops.append((target, pc))
        if self.loop_end:
            self._nest_loops()
            # What is born where such a loop begins is born before it.
            self.loops += [(header + 1, end) for header, end in self.loop_end.items()]

    def _nest_loops(self) -> None:
        """Let a loop made by jumps end where the last of those that it cuts ends."""
        ends = {header - 1: end for header, end in self.loops}
        for header, end in self.loop_end.items():
            ends[header] = max(end, ends.get(header, -1))
        around: list[int] = []
        for start in [*sorted(ends), len(self.proto.code)]:
            while around and ends[around[-1]] < start:
                inner = around.pop()
                if inner in self.loop_end:
                    self.loop_end[inner] = ends[inner]
                if around:
                    ends[around[-1]] = max(ends[around[-1]], ends[inner])
            around.append(start)

    def has_loop(self, low: int, high: int) -> bool:
        """Whether a loop begins in a range that is no dead code, as what follows ``while true`` is."""
        if not self.loop_end:
            return False
        if self._headers is None:
            self._headers = sorted(header for header in self.loop_end if self.reached[header])
        at = bisect_left(self._headers, low)
        return at < len(self._headers) and self._headers[at] < high

    def has_target(self, low: int, high: int) -> bool:
        """Whether a jump goes into a range."""
        if self._sorted_targets is None:
            self._sorted_targets = sorted(self.targets)
        at = bisect_left(self._sorted_targets, low)
        return at < len(self._sorted_targets) and self._sorted_targets[at] < high

    # Liveness

    def _find_liveness(self) -> None:
        code = self.proto.code
        count = len(code)
        every = (1 << self.proto.max_stack_size) - 1
        closure = OP["CLOSURE"]
        reads: list[int] = []
        keeps: list[int] = []
        follows: list[tuple[int, int]] = []
        back: list[tuple[int, int]] = []
        for pc, word in enumerate(code):
            op = word & 0x7F
            a = word >> 7 & 0xFF
            use = _USE[op]
            read = written = 0
            following, other = pc + 1, count
            if use == _W_A:
                written = 1 << a
                if op == closure:
                    for upvalue in self.inner[word >> 15].proto.upvalues:
                        if upvalue.in_stack and upvalue.index != a:
                            read |= 1 << upvalue.index
            elif use == _W_A_R_B:
                written = 1 << a
                read = 1 << (word >> 16 & 0xFF)
            elif use == _W_A_R_BC:
                written = 1 << a
                read = 1 << (word >> 16 & 0xFF) | 1 << (word >> 24 & 0xFF)
            elif use == _R_A:
                read = 1 << a
            elif use == _R_AB:
                read = 1 << a | 1 << (word >> 16 & 0xFF)
            elif use == _SET:
                read = 1 << a | (0 if word >> 15 & 1 else 1 << (word >> 24 & 0xFF))
            elif use == _SETTABUP:
                read = 0 if word >> 15 & 1 else 1 << (word >> 24 & 0xFF)
            elif use == _CALL:
                b, c = word >> 16 & 0xFF, word >> 24 & 0xFF
                read = (((1 << b) - 1 if b else every) << a) & every
                written = (((1 << (c - 1)) - 1 if c else every) << a) & every
            elif use == _SETTABLE:
                read = 1 << a | 1 << (word >> 16 & 0xFF) | (0 if word >> 15 & 1 else 1 << (word >> 24 & 0xFF))
            elif use == _SELF:
                read = 1 << (word >> 16 & 0xFF) | (0 if word >> 15 & 1 else 1 << (word >> 24 & 0xFF))
                written = 3 << a
            elif use == _LOADNIL:
                written = ((2 << (word >> 16 & 0xFF)) - 1) << a
            elif use == _CONCAT:
                written = 1 << a
                read = ((1 << (word >> 16 & 0xFF)) - 1) << a
            elif use == _TESTSET:
                # The assignment happens on one way only: what was there before stays alive.
                read = 1 << (word >> 16 & 0xFF)
            elif use == _TAILCALL:
                b = word >> 16 & 0xFF
                read = (((1 << b) - 1 if b else every) << a) & every
                following = count
            elif use == _RETURN:
                b = word >> 16 & 0xFF
                read = (((1 << (b - 1)) - 1 if b else every) << a) & every
            elif use in (_FORLOOP, _FORPREP):
                read, written = 7 << a, 8 << a
            elif use == _TFORPREP:
                read = 8 << a
            elif use == _TFORCALL:
                read = 7 << a
                written = ((1 << (word >> 24 & 0xFF)) - 1) << a + 4
            elif use == _TFORLOOP:
                read, written = 16 << a, 0
            elif use == _SETLIST:
                b = word >> 16 & 0xFF
                read = (((2 << b) - 1 if b else every) << a) & every
            elif use == _VARARG:
                c = word >> 24 & 0xFF
                written = (((1 << (c - 1)) - 1 if c else every) << a) & every
            if op in _LEAVES:
                if op in _RETURNS:
                    following = count
                elif op in TESTS:
                    other = pc + 2
                else:
                    target = jump_target(pc, word)
                    assert target is not None
                    if op in _ALWAYS:
                        following = target
                    else:
                        other = target
                    if target <= pc:
                        back.append((pc, target))
            reads.append(read)
            keeps.append(~written)
            follows.append((following, other))
        self.reached = reached = bytearray(count + 1)
        ways = [0]
        while ways:
            pc = ways.pop()
            if not reached[pc]:
                reached[pc] = 1
                if pc < count:
                    ways += follows[pc]
        before = [0] * (count + 2)
        after = [0] * count
        last = count - 1
        while last >= 0:
            for pc in range(last, -1, -1):
                following, other = follows[pc]
                after[pc] = out = before[following] | before[other]
                before[pc] = reads[pc] | (out & keeps[pc])
            # A jump back saw what its target reads before that was known.
            last = max([pc for pc, target in back if before[target] & ~after[pc]], default=-1)
        self.live_after = after
        self.live_before = before

    # Captured variables

    def _find_captures(self) -> None:
        proto = self.proto
        for pc in self._capturing:
            word = proto.code[pc]
            if word & 0x7F == _SETUPVAL:
                self.sets_upvalue.add(word >> 16 & 0xFF)
                self.sets_upvalue_itself.add(word >> 16 & 0xFF)
            else:
                inner = self.inner[word >> 15]
                for number, upvalue in enumerate(inner.proto.upvalues):
                    assigns = number in inner.sets_upvalue
                    if not upvalue.in_stack:
                        if assigns:
                            self.sets_upvalue.add(upvalue.index)
                        continue
                    variable = self.active(upvalue.index, pc)
                    if variable is None:
                        variable = self.next_variable(upvalue.index, pc)
                        if variable is None or variable.start != pc + 1:
                            self.problem = (
                                self.problem or "a closure captures a register without debug information"
                            )
                            continue
                    variable.captures.append(pc)
                    variable.is_assigned_inside |= assigns

    def decide_storage(self, copies: bool) -> None:
        """Decide for each captured variable of a loop whether its value is copied, if that may be, or it is
        boxed.
        """
        captured_ones = [variable for variable in self.variables if variable.captures]
        if not captured_ones:
            return
        repeated_at = _depths(self.loops, len(self.proto.code) + 1)
        for variable in captured_ones:
            variable.is_shared = variable.is_assigned_inside or any(
                pc > min(variable.captures) for pc in variable.definitions
            )
            start, end = variable.start, variable.end
            if not repeated_at[start]:
                continue
            if variable.is_assigned_inside:
                variable.is_boxed = True
                continue
            captured = min(variable.captures)
            # The instruction that defines a recursive function captures it, too.
            later = [pc for pc in variable.definitions if pc > captured]
            inside = [loop for loop in self.loops if start < loop[0] < end]
            repeated = [
                pc for pc in variable.definitions if pc >= start and any(f <= pc <= t for f, t in inside)
            ]
            if later or repeated or not copies:
                variable.is_boxed = True
            else:
                variable.is_copied = True


def _depths(ranges: list[tuple[int, int]], count: int) -> list[int]:
    """Return for each pc in how many of the ranges, first to last, it lies."""
    steps = [0] * (count + 1)
    for first, last in ranges:
        steps[first] += 1
        steps[last + 1] -= 1
    return list(accumulate(steps))


_LFALSESKIP: Final = OP["LFALSESKIP"]
_TFORPREP_OP: Final = OP["TFORPREP"]
_JUMPING: Final = frozenset({OP["FORLOOP"], OP["TFORLOOP"], OP["FORPREP"], OP["TFORPREP"], _LFALSESKIP})
_TBC: Final = OP["TBC"]
_SETUPVAL: Final = OP["SETUPVAL"]
_CAPTURING: Final = frozenset({OP["CLOSURE"], _SETUPVAL})
_NOTED: Final = frozenset({*_JUMPING, _JMP, _TBC, *_CAPTURING})
_ALWAYS: Final = frozenset({_JMP, _LFALSESKIP, _TFORPREP_OP})
#: What does not always go on with the next instruction.
_LEAVES: Final = frozenset({*_RETURNS, *TESTS, *_JUMPING, _JMP})
