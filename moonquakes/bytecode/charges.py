"""Where does a function pay for what it runs, and how much?  By the bytecode alone, so for both engines.

A function pays for its instructions in advance, a straight piece at a time: where a charge point
stands, the amount behind it is taken before anything else happens.  A charge costs time, so there
are as few of them as the structure allows:

* parts of one condition (``a and b``) are paid together, and some tests of an ``elseif`` chain;
* what a loop tests at its top is paid before the loop, and again with each round of its body;
* what runs whenever something before it runs is paid with that: what follows an ``if`` with what
  precedes it.  A short piece counts as such even where a ``return`` or ``break`` may skip it.

So an amount may be paid for a few instructions that do not run after all (at most ``_SHORT`` at
each point); the sum depends on the way that control takes and on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from moonquakes.bytecode.effects import jump_target
from moonquakes.bytecode.flow import JMP, TESTS, FlowGraph
from moonquakes.bytecode.opcodes import OP, OPCODES, get_b, get_c, get_k, opcode_of
from moonquakes.bytecode.proto import Proto

#: How much may be paid at one point for what a way out of the middle skips.
_SHORT: Final = 16

#: Bytes of one unit of memory.
UNIT: Final = 64

_FORLOOP: Final = OP["FORLOOP"]
_TFORCALL: Final = OP["TFORCALL"]
#: Words that belong to the instruction before them.
_PARTS: Final = frozenset({OP["MMBIN"], OP["MMBINI"], OP["MMBINK"], OP["EXTRAARG"]})
#: What a condition's operands may be computed with.
_OPERANDS: Final = frozenset(
    opcode.number
    for opcode in OPCODES
    if opcode.name == "CALL"
    or opcode.name.startswith(
        (
            *("MOVE", "LOAD", "GET", "SELF", "ADD", "SUB", "MUL", "MOD", "POW", "DIV", "IDIV", "BAND", "BOR"),
            *("BXOR", "SH", "MMBIN", "UNM", "BNOT", "NOT", "LEN", "CONCAT"),
        )
    )
)


@dataclass(slots=True)
class Charges:
    """What a function pays, by the pc where it does.

    Attributes:
        fuel: instructions.
        memory: units of memory that what is paid for allocates, as far as that is known beforehand.
    """

    fuel: dict[int, int]
    memory: dict[int, int]


def charges(proto: Proto) -> Charges:
    """Return the charge points of a function (not of those in it)."""
    return _Accounting(proto).charges()


def _units(word: int) -> int:
    """Return the units of memory that an instruction allocates, what it calls and long strings apart."""
    measure = _ALLOCATES.get(opcode_of(word))
    return measure(word) if measure is not None else 0


def _table_units(word: int) -> int:
    fields = 1 << (get_b(word) - 1) if get_b(word) else 0
    return 4 + (get_c(word) + 5 * fields) // 8


_ALLOCATES: Final[dict[int, Callable[[int], int]]] = {
    OP["NEWTABLE"]: _table_units,
    OP["SETLIST"]: lambda word: get_b(word) // 8,
    OP["CLOSURE"]: lambda word: 5,
    OP["CONCAT"]: lambda word: 1,
    OP["VARARG"]: lambda word: 1,
}


class _Accounting(FlowGraph):
    """How the blocks' amounts are moved together.

    Attributes:
        fuel, memory: amount of each block so far.
        group: for each block the one with whose condition it is paid.
        moved: loops whose test at the top is paid elsewhere.
    """

    def charges(self) -> Charges:
        self.fuel = [0] * len(self.starts)
        self.memory = [0] * len(self.starts)
        for block in self.order:
            start = self.starts[block]
            words = self.code[start : self.ends[block]]
            self.fuel[block] = self._length(words, opcode_of(self.code[start - 1]) if start else -1)
            self.memory[block] = sum([_units(word) for word in words])
        self._charge_empty_loops()
        if not self.is_regular:
            self._move_steps()
        else:
            self.group = {block: block for block in self.order}
            self.moved: set[int] = set()
            self._join_conditions()
            self._move_loop_tests()
            self._join_spines()
        points = [block for block in self.order if self.fuel[block] or self.memory[block]]
        starts = self.starts
        return Charges(
            {starts[block]: max(self.fuel[block], 1) for block in sorted(points)},
            {starts[block]: self.memory[block] for block in sorted(points) if self.memory[block]},
        )

    @staticmethod
    def _length(words: list[int], before: int) -> int:
        """Return how many instructions a block has, ``before`` being the opcode before it.

        A lone jump or empty return counts nothing, nor does what makes a boolean of a test.
        """
        op = opcode_of(words[-1])
        if len(words) == 1 and (
            op == JMP
            or op == OP["RETURN0"]
            or (op == OP["RETURN"] and get_b(words[0]) == 1 and not get_k(words[0]))
            or op == OP["LFALSESKIP"]
        ):
            return 0
        count = sum([opcode_of(word) not in _PARTS for word in words]) - (before == OP["LFALSESKIP"])
        # The jump of a test is part of it.
        return count - (op == JMP and len(words) > 1 and opcode_of(words[-2]) in TESTS)

    def _charge_empty_loops(self) -> None:
        """Let no loop be free: what counts nothing has one successor at most."""
        seen: dict[int, int] = {}
        for start in self.order:
            block = start
            while block not in seen and not self.fuel[block]:
                seen[block] = start
                if not self.successors[block]:
                    break
                block = self.successors[block][0]
            if not self.fuel[block] and seen[block] == start and self.successors[block]:
                self.fuel[block] = 1

    def _move_steps(self) -> None:
        """Let the step of each ``for`` loop be paid at the beginning of its body, where it has any."""
        for block in self.order:
            if opcode_of(self.code[self.starts[block]]) in (_FORLOOP, _TFORCALL):
                body = self.successors[block][-1]
                if body != block:
                    self._move(block, body)

    def _move(self, block: int, to: int) -> None:
        self.fuel[to] += self.fuel[block]
        self.memory[to] += self.memory[block]
        self.fuel[block] = self.memory[block] = 0

    def _join_conditions(self) -> None:
        """Let a test be paid with the one that it follows in a condition."""
        group = self.group
        lent = dict.fromkeys(self.order, 0)
        for block in sorted(self.order):
            roots = {group[other] for other in self.predecessors[block]}
            if len(roots) != 1 or block in self.headers or self.fuel[block] > _SHORT:
                continue
            if not all(map(self._tests, [block, *self.predecessors[block]])):
                continue
            root = roots.pop()
            words = self.code[self.starts[block] : self.ends[block] - 2]
            if self.loop[block] != self.loop[root] or any(opcode_of(word) not in _OPERANDS for word in words):
                continue
            if group.get(block - 1) != root:
                # The test of an ``elseif``.
                if lent[root] + self.fuel[block] > _SHORT:
                    continue
                lent[root] += self.fuel[block]
            group[block] = root
            self._move(block, root)

    def _tests(self, block: int) -> bool:
        """Whether a block ends in a test with its jump."""
        start, end = self.starts[block], self.ends[block]
        return end - start > 1 and opcode_of(self.code[end - 2]) in TESTS

    def _move_loop_tests(self) -> None:
        """Let a loop's test at its top be paid before the loop and with each round."""
        members: dict[int, list[int]] = {}
        for block, root in self.group.items():
            members.setdefault(root, []).append(block)
        for header in self.headers:
            root = self.group[header]
            if root != header or any(self._counts(block, header) for block in self.headers[header]):
                continue
            ways = {s for block in members[root] for s in self.successors[block]} - set(members[root])
            inside = [block for block in ways if self.is_within(block, header)]
            if len(inside) != 1 or len(ways) == 1 or inside[0] == header:
                continue
            body = inside[0]
            is_for = opcode_of(self.code[self.starts[header]]) == _TFORCALL
            if self.loop[body] != header or any(self.group[p] != header for p in self.predecessors[body]):
                continue
            outer = self._before(header, self.around.get(header, -1))
            if outer < 0 or (self.fuel[header] > _SHORT and not is_for):
                continue
            outer = self.group[outer]
            if not (self.fuel[outer] and self.fuel[body]) and not is_for:
                continue  # a lone jump may be left out where it is jumped to
            self.fuel[outer] += self.fuel[header]
            self.memory[outer] += self.memory[header]
            self._move(header, body)
            self.moved.add(header)

    def _counts(self, block: int, header: int) -> bool:
        """Whether a block ends in the step of the numeric loop that begins at ``header``."""
        last = self.ends[block] - 1
        word = self.code[last]
        return opcode_of(word) == _FORLOOP and jump_target(last, word) == self.starts[header]

    def _before(self, block: int, loop: int) -> int:
        """Return the last block of just this loop through which ``block`` is always reached, or -1."""
        while block:
            block = self.dominator[block]
            if self.loop[block] == loop:
                return block
        return -1

    def _join_spines(self) -> None:
        """Let what always runs after something be paid with that."""
        following: dict[int, list[int]] = {}
        for block in self.order[1:]:
            before = self._before(block, self.loop[block])
            if before >= 0 and block not in self.headers:
                following.setdefault(before, []).append(block)
        payer = {block: block for block in self.order}
        lent = dict.fromkeys(self.order, 0)
        for block in self.order:
            if block not in following or self.group[block] in self.moved:
                continue
            pays = self.group[payer[block]]
            pays = payer[pays]
            if not self.fuel[pays]:
                continue
            *arms, last = sorted(following[block])
            is_latch = opcode_of(self.code[self.starts[last]]) == _FORLOOP
            skips = self._skips(block, last)
            if self.group[last] != last:
                payer[last] = payer[self.group[last]]
                continue
            if skips == "stays" and not is_latch:
                continue
            amount = self.fuel[last]
            if skips == "leaves" and not is_latch:
                if lent[pays] + amount > _SHORT:
                    continue
                lent[pays] += amount
                for arm in arms:
                    leaves = all(not self.is_within(s, self.loop[block]) for s in self.successors[arm])
                    if leaves and self.group[arm] == arm and self.fuel[arm] <= amount:
                        self.fuel[arm] = 0
            payer[last] = pays
            self._move(last, pays)

    def _skips(self, block: int, last: int) -> str:
        """Say how control that is at ``block`` may pass ``last`` by: not at all (""), it leaves, or stays."""
        loop = self.loop[block]
        seen = {block}
        ways = [block]
        found = ""
        while ways:
            at = ways.pop()
            successors = self.successors[at]
            if not successors:
                found = "leaves"
            for successor in successors:
                if successor == last or successor in seen:
                    continue
                if not self.is_within(successor, loop):
                    found = "leaves"
                elif successor == loop or not self.dominates(block, successor):
                    return "stays"
                else:
                    seen.add(successor)
                    ways.append(successor)
        return found
