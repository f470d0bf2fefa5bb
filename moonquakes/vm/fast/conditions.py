"""Conditions: tests that belong together become one Python condition (§3.4.5).

A compiler writes ``a and b`` as two tests with jumps.  Two tests are joined when they jump to
the same place, or when the first jumps to just behind the second; and so on with the joined one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from moonquakes.bytecode.effects import jump_target
from moonquakes.bytecode.opcodes import OP, get_sb
from moonquakes.vm.fast.analysis import NIL, OTHER, TESTS
from moonquakes.vm.fast.expressions import Expr, constant, equal, less, literal, of_two, truth
from moonquakes.vm.fast.kinds import kind_of_constant
from moonquakes.vm.fast.writer import Writer


@dataclass(slots=True)
class Test:
    """A conditional jump: taken when ``condition`` holds, else control goes on at ``next``.

    ``start`` is where its operands' code begins.  A joined one has ``parts``, the two it is made of,
    and ``joins``: ``"or"`` when either jumps, ``"and"`` when the first must not.
    """

    start: int
    pc: int
    target: int
    next: int
    joins: str = ""
    parts: tuple[Test, Test] | None = None


class Conditions(Writer):
    """A writer that knows conditions; ``handlers`` write the instructions of their operands."""

    handlers: dict[int, Any]

    def raw_test(self, start: int, pc: int) -> Test:
        target = jump_target(pc + 1, self.code[pc + 1])
        assert target is not None
        return Test(start, pc, target, pc + 2)

    def chain(self, pc: int, high: int) -> Test:
        """Join the test at ``pc`` with those after it that belong to the same condition."""
        stack = [self.raw_test(pc, pc)]
        if stack[0].target <= pc or self.is_value(pc):
            return stack[0]
        for _ in range(_MOST_TESTS):
            following = self.next_test(stack[-1].next, high)
            if following < 0:
                break
            stack.append(self.raw_test(stack[-1].next, following))
            while len(stack) > 1:
                x, y = stack[-2], stack[-1]
                if y.start in self.analysis.targets and not self.only_from(x, y.start):
                    break
                if x.target == y.target:
                    joined = Test(x.start, x.pc, x.target, y.next, "or", (x, y))
                elif x.target == y.next:
                    joined = Test(x.start, x.pc, y.target, y.next, "and", (x, y))
                else:
                    break
                stack[-2:] = [joined]
        return stack[0]

    def only_from(self, test: Test, target: int) -> bool:
        """Whether all jumps to ``target`` are tests within ``test``."""
        return self.count_jumps(test, target) == self.analysis.targets[target]

    def count_jumps(self, test: Test, target: int) -> int:
        if test.parts is None:
            return int(test.target == target)
        return self.count_jumps(test.parts[0], target) + self.count_jumps(test.parts[1], target)

    def next_test(self, pc: int, high: int) -> int:
        """Return the next test when only the code of its operands lies between, else -1."""
        code = self.code
        targets, births = self.analysis.targets, self.analysis.births
        start = pc
        while pc < high - 1:
            op = code[pc] & 0x7F
            if (
                pc in births
                or (pc in targets and pc != start)
                or pc in self.plan.blocks
                or pc in self.analysis.loop_end
                or (self.points is not None and pc in self.points.fuel)
            ):
                return -1
            if op in TESTS:
                return -1 if op == _TESTSET or self.is_value(pc) else pc
            if op not in _OPERANDS or (op == _CALL and code[pc] >> 24 != 2):
                return -1
            if self.analysis.active(code[pc] >> 7 & 0xFF, pc) is not None and op not in _MMBIN:
                return -1
            pc += 1
        return -1

    def is_value(self, pc: int) -> bool:
        """Whether what a test looks at is used afterwards: an operand of ``and`` and ``or``."""
        word = self.code[pc]
        a = word >> 7 & 0xFF
        return (
            word & 0x7F == _TEST
            and bool(self.analysis.live_after[pc] >> a & 1)
            and self.analysis.active(a, pc) is None
        )

    def leaf(self, pc: int) -> tuple[Expr, bool]:
        """Return the condition of one test and whether it jumps when that holds."""
        self.pc = pc
        word = self.code[pc]
        op = word & 0x7F
        a, b = word >> 7 & 0xFF, word >> 16 & 0xFF
        expected = bool(word >> 15 & 1)
        if op == _TEST:
            return truth(self.value(a)), expected
        if op in (_LT, _LE, _EQ):
            # The operands are evaluated in the order of their instructions.
            self.in_order(a, b)
            x, y = self.use(a), self.use(b)
            if op == _EQ:
                self.checked(x, y)
                if x.is_atom != y.is_atom:
                    (y if x.is_atom else x).name = self.new_flag()
                return equal(pc, x, y, self.chunk.variant > 0), expected
            if x.is_unchecked and y.is_unchecked:
                self.check(y)
            return less("LT" if op == _LT else "LE", pc, x, y, self.chunk.variant > 0), expected
        if op == _EQK:
            value = self.proto.constants[b]
            return equal(
                pc, self.value(a), constant(value, kind_of_constant(value), literal(value))
            ), expected
        number = get_sb(word)
        operand = float(number) if word >> 24 and op != _EQI else number
        immediate = constant(operand, kind_of_constant(operand), literal(operand))
        x = self.use(a)
        if op == _EQI:
            self.checked(x)
            return equal(pc, x, immediate), expected
        if op in (_LTI, _LEI):
            return less("LT" if op == _LTI else "LE", pc, x, immediate), expected
        # x > n is n < x for metamethods.
        return less("LT" if op == _GTI else "LE", pc, immediate, x), expected

    def condition(self, test: Test, first: tuple[Expr, bool] | None, negated: bool) -> Expr:
        """Return whether the jump of a test is taken, or with ``negated`` whether it is not.

        ``first`` is the condition of the first test in it, whose operands were written already.
        """
        if test.parts is None:
            expr, expected = first if first is not None else self.leaf(test.pc)
            if expected == (not negated):
                return expr
            return of_two(f"not {expr.text}", f"(not {expr.slow})", OTHER, expr, NOTHING)
        x, y = test.parts
        joins = test.joins
        # The first must not jump for the second to count when they are joined by "and".
        left = self.condition(x, first, (joins == "and") != negated)
        word = joins if not negated else ("and" if joins == "or" else "or")
        at = len(self.lines)
        self.indent += 1
        self.operands(y)
        right = self.condition(y, None, negated)
        self.indent -= 1
        if len(self.lines) == at:
            return of_two(
                f"({left.text} {word} {right.text})", f"({left.slow} {word} {right.slow})", OTHER, left, right
            )
        # The second one's operands take statements: a flag holds what is known so far.
        flag = self.new_flag()
        rest = self.lines[at:]
        del self.lines[at:]
        self.assign(flag, left)
        self.emit(f"if {flag}:" if word == "and" else f"if not {flag}:")
        self.lines += rest
        self.indent += 1
        self.assign(flag, right)
        self.indent -= 1
        return Expr(flag, OTHER, (flag,))

    def operands(self, test: Test) -> None:
        """Write the code of the operands of the first test in ``test``."""
        while test.parts is not None:
            test = test.parts[0]
        pc = test.start
        while pc < test.pc:
            self.pc = pc
            word = self.code[pc]
            pc = self.handlers[word & 0x7F](self, pc, word)


def inverse(text: str) -> str:
    if text.startswith("not ") and " and " not in text and " or " not in text:
        return text[4:]
    return f"not ({text})" if " " in text else f"not {text}"


#: How many tests make one condition: Python limits the nesting of parentheses.
_MOST_TESTS: Final = 60
NOTHING: Final = constant(None, NIL, "")
_TEST: Final = OP["TEST"]
_TESTSET: Final = OP["TESTSET"]
_LT: Final = OP["LT"]
_LE: Final = OP["LE"]
_EQ: Final = OP["EQ"]
_EQK: Final = OP["EQK"]
_EQI: Final = OP["EQI"]
_LTI: Final = OP["LTI"]
_LEI: Final = OP["LEI"]
_GTI: Final = OP["GTI"]
_CALL: Final = OP["CALL"]
_MMBIN: Final = frozenset({OP["MMBIN"], OP["MMBINI"], OP["MMBINK"]})
#: Instructions that compute operands, without an effect on variables or tables.
_OPERANDS: Final = frozenset(
    OP[name]
    for name in (
        "MOVE", "LOADI", "LOADF", "LOADK", "LOADTRUE", "LOADFALSE", "LOADNIL", "GETUPVAL", "GETTABUP",
        "GETTABLE", "GETI", "GETFIELD", "SELF", "ADDI", "ADDK", "SUBK", "MULK", "MODK", "POWK", "DIVK",
        "IDIVK",
        "BANDK", "BORK", "BXORK", "SHRI", "SHLI", "ADD", "SUB", "MUL", "MOD", "POW", "DIV", "IDIV",
        "BAND", "BOR",
        "BXOR", "SHL", "SHR", "MMBIN", "MMBINI", "MMBINK", "UNM", "BNOT", "NOT", "LEN", "CONCAT", "CALL",
    )
)  # fmt: skip
