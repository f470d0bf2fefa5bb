"""How is a function written whose jumps Python has no statements for?  Found without writing it.

A :class:`Planner` walks the function as the translator does and writes nothing.  Where it
meets a jump that leaves more than Python can leave, it puts a block around that, and walks the
block again; what blocks do not help becomes states, as little of it as possible.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.opcodes import OP
from moonquakes.vm.fast.analysis import ARITHMETIC
from moonquakes.vm.fast.conditions import NOTHING, Test
from moonquakes.vm.fast.expressions import Expr
from moonquakes.vm.fast.loops import target_of
from moonquakes.vm.fast.states import AGAIN, write_piece, write_statement
from moonquakes.vm.fast.translator import NeedsBlock, TooDeep, Translator, Unstructured, Untranslatable
from moonquakes.vm.fast.writer import Context, Plan

if TYPE_CHECKING:
    from collections.abc import Callable

#: Indentations that a choice among states takes at most.
_CHOICE: Final = 17


class _Stuck(TooDeep):
    """States nest too deep themselves."""


class _States(Context):
    """A loop over states being planned.

    Attributes:
        low, high: the region's first pc, and that after its last.
        floor: how many regions were open around the piece that is walked.
        found: the states that this piece turned out to need.
    """

    __slots__ = ("floor", "found", "high", "low")

    def __init__(self, low: int, high: int, after: int) -> None:
        super().__init__(AGAIN, after, states={})
        self.low = low
        self.high = high
        self.floor = 0
        self.found: set[int] = set()


class Planner(Translator):
    """Walks one function; :meth:`make` returns its plan."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.handlers = _HANDLERS
        self.lines = [(0, "", 0)]
        #: Regions that are open, as ranges of pcs.
        self.regions: list[tuple[int, int]] = []

    def make(self) -> Plan:
        self.indent = 2
        try:
            self.region(0, len(self.code), -1)
        except Unstructured:
            raise Untranslatable("its blocks nest too deep for Python") from None
        return self.plan

    # Regions

    def region(self, low: int, high: int, after: int) -> None:
        plan = self.plan
        cuts = plan.cuts
        key = low, high, len(self.contexts)
        if key in plan.flat:
            self.plan_states(low, high, after)
            return
        self.regions.append((low, high))
        blocks = plan.blocks
        pc = low
        while 0 <= pc < high:
            start = pc
            saved = self.place()
            try:
                pc = self.whole_step(start, high, after)
            except Unstructured as need:
                self.go_back(saved)
                if type(need) is NeedsBlock:
                    ends = blocks.setdefault(start, [])
                    if low <= need.source and start < need.target <= high and need.target not in ends:
                        ends.append(need.target)
                        ends.sort(reverse=True)
                        continue
                else:
                    cuts.add(start)
                if type(need) is TooDeep:
                    # So that what is in the states may still nest.
                    can = key[2] <= self.most_blocks // 2 and self.indent <= self.most_indent // 3
                else:
                    can = low <= need.source < high and low <= need.target < high
                if not can:
                    raise
                self.regions.pop()
                plan.flat[key] = [low]
                self.plan_states(low, high, after)
                return
        self.regions.pop()

    def place(self) -> tuple[int, ...]:
        return (
            self.indent,
            len(self.contexts),
            len(self.open_loops),
            len(self.open_blocks),
            len(self.regions),
        )

    def go_back(self, place: tuple[int, ...]) -> None:
        """Forget what was opened since."""
        self.indent, contexts, loops, blocks, regions = place
        del self.contexts[contexts:], self.open_loops[loops:], self.open_blocks[blocks:]
        del self.regions[regions:]

    # States

    def plan_states(self, low: int, high: int, after: int) -> None:
        """Find the states of a region, and walk the pieces between them."""
        outside = self.place()
        starts = self.plan.flat[low, high, len(self.contexts)]
        context = _States(low, high, after)
        for start in starts:
            context.states[start] = (0, 0)  # type: ignore[index]  # it has states
        self.nest(context)
        self.indent += _CHOICE
        context.floor = len(self.regions)
        inside = self.place()
        done: dict[int, int] = {}
        todo = starts[::-1]
        while todo:
            start = todo.pop()
            following = bisect_right(starts, start)
            end = starts[following] if following < len(starts) else high
            if done.get(start) == end:
                continue
            context.found = set()
            try:
                write_piece(self, start, end, end if end < high else after)
                done[start] = end
            except NeedsBlock as need:
                if not low <= need.target < high or need.target in starts:
                    self.go_back(outside)
                    raise
                self.go_back(inside)
                context.found.add(need.target)
                todo.append(start)
            except _Stuck:
                self.go_back(outside)
                raise TooDeep(low, low) from None
            except Unstructured:
                self.go_back(inside)
                todo.append(start)
            for found in sorted(context.found, reverse=True):
                at = bisect_left(starts, found)
                if starts[at : at + 1] != [found]:
                    insort(starts, found)
                    context.states[found] = (0, 0)  # type: ignore[index]  # as above
                    todo += [found, starts[at - 1]]
        self.go_back(outside)

    def piece_step(self, pc: int, high: int, after: int) -> int:
        cuts = self.plan.cuts
        try:
            return write_statement(self, pc, high, after)
        except NeedsBlock:
            raise
        except Unstructured:
            if pc in cuts:
                # Nothing is left to cut: there must be states further out.
                raise _Stuck(pc, pc) from None
            cuts.add(pc)
            raise

    def add_state(self, target: int) -> bool:
        for context in reversed(self.contexts):
            if isinstance(context, _States) and context.low <= target < context.high:
                if any(low < target <= high for low, high in self.regions[context.floor :]):
                    return False
                context.found.add(target)
                return True
        return False

    def state_of(self, target: int) -> int:
        context = self.contexts[-1]
        assert isinstance(context, _States)
        context.found.add(target)
        return 0

    # Nothing is written

    def emit(self, text: str) -> None:
        pass

    def give_birth(self, pc: int) -> None:
        pass

    def define(self, register: int, expr: Expr) -> None:
        pass

    def leaf(self, pc: int) -> tuple[Expr, bool]:
        return NOTHING, True

    def condition(self, test: Test, first: tuple[Expr, bool] | None, negated: bool) -> Expr:
        return NOTHING

    def write_condition(self, condition: Expr) -> str:
        return ""

    def write_test_set(self, test: Test, word: int) -> Expr:
        return NOTHING


def _skip(count: int) -> Callable[[Planner, int, int], int]:
    return lambda _, pc, __: pc + count


def _end(t: Planner, pc: int, word: int) -> int:
    return -1


def _arithmetic(t: Planner, pc: int, word: int) -> int:
    return pc + 2 if t.code[pc + 1] & 0x7F in _MMBIN else pc + 1


def _setlist(t: Planner, pc: int, word: int) -> int:
    return pc + 2 if word >> 15 & 1 else pc + 1


def _loop(t: Planner, pc: int, word: int) -> int:
    end = target_of(pc, word)
    is_count = word & 0x7F == _FORPREP
    t.nest(Context(end, end + (1 if is_count else 2)))
    t.region(pc + 1, end, end)
    t.unnest()
    return end + (1 if is_count else 2)


_FORPREP: Final = OP["FORPREP"]
_MMBIN: Final = frozenset({OP["MMBIN"], OP["MMBINI"], OP["MMBINK"]})
_HANDLERS: Final[dict[int, Any]] = {
    **dict.fromkeys(OP.values(), _skip(1)),
    **dict.fromkeys(ARITHMETIC, _arithmetic),
    **{OP[name]: _skip(2) for name in ("LOADKX", "NEWTABLE")},
    **{OP[name]: _end for name in ("RETURN", "RETURN0", "RETURN1", "TAILCALL")},
    **{OP[name]: _loop for name in ("FORPREP", "TFORPREP")},
    OP["SETLIST"]: _setlist,
}
