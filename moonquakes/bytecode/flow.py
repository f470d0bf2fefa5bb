"""Which ways can control take through a function?  Blocks, dominators and loops, by the bytecode alone."""

from __future__ import annotations

from typing import Final

from moonquakes.bytecode.effects import jump_target
from moonquakes.bytecode.opcodes import OP, OPCODES, opcode_of
from moonquakes.bytecode.proto import Proto

#: Conditional instructions: they skip the next one, which is a jump.
TESTS: Final = frozenset(opcode.number for opcode in OPCODES if opcode.is_test)
JMP: Final = OP["JMP"]
_RETURNS: Final = frozenset({OP["RETURN"], OP["RETURN0"], OP["RETURN1"]})
_BRANCHES: Final = frozenset({OP["FORLOOP"], OP["TFORLOOP"], OP["FORPREP"]})


class FlowGraph:
    """The blocks of a function: straight pieces, numbered in the order of their pcs.

    Attributes:
        code: the function's instructions.
        starts, ends: pc where each block begins, and behind its end.
        successors, predecessors: where control goes from a block, and comes from.
        order: the blocks that are reached, each before its successors, back edges apart; ``rank``
            is the place of a block there.
        dominator: for each block the last one that it is always reached through.
        headers: first blocks of loops, with the blocks that jump back there.
        around: for a block the loop it is in, for a loop's first block the loop around that.
        loop: the innermost loop of each block, known by its first block; -1 for none.
        is_regular: whether every loop has one entrance.
    """

    def __init__(self, proto: Proto) -> None:
        self.code = proto.code
        self._find_blocks()
        self._order_blocks()
        self._find_dominators()
        self._find_loops()

    # Structure

    def _find_blocks(self) -> None:
        code = self.code
        count = len(code)
        leaders = {0}
        for pc, word in enumerate(code):
            op = opcode_of(word)
            target = jump_target(pc, word)
            if target is not None:
                leaders.add(target)
                leaders.add(pc + 1)
            elif op in TESTS:
                leaders.add(pc + 2)
            elif op in _RETURNS:
                leaders.add(pc + 1)
        self.starts = starts = sorted(pc for pc in leaders if pc < count)
        number = {pc: block for block, pc in enumerate(starts)}
        self.ends = [*starts[1:], count]
        self.successors: list[list[int]] = []
        for block, end in enumerate(self.ends):
            last = end - 1
            word = code[last]
            op = opcode_of(word)
            target = jump_target(last, word)
            following = [end]
            if op in _RETURNS:
                following = []
            elif op in TESTS:
                # A jump that is a target itself stands behind it.
                following = [end, end + 1]
            elif target is not None:
                is_conditional = op == JMP and last > starts[block] and opcode_of(code[last - 1]) in TESTS
                following = [end, target] if is_conditional or op in _BRANCHES else [target]
            self.successors.append([number[pc] for pc in dict.fromkeys(following) if pc in number])

    def _order_blocks(self) -> None:
        """Order the blocks that are reached so that each comes before its successors, back edges apart."""
        seen = bytearray(len(self.starts))
        seen[0] = 1
        finished: list[int] = []
        ways = [(0, iter(self.successors[0]))]
        while ways:
            block, rest = ways[-1]
            for successor in rest:
                if not seen[successor]:
                    seen[successor] = 1
                    ways.append((successor, iter(self.successors[successor])))
                    break
            else:
                finished.append(block)
                ways.pop()
        self.order = finished[::-1]
        self.rank = {block: rank for rank, block in enumerate(self.order)}
        self.predecessors: dict[int, list[int]] = {block: [] for block in self.order}
        for block in self.order:
            for successor in self.successors[block]:
                self.predecessors[successor].append(block)

    def _find_dominators(self) -> None:
        """Find which block each one is always reached through last (Cooper, Harvey and Kennedy's way)."""
        rank, predecessors = self.rank, self.predecessors
        self.dominator = dominator = {0: 0}
        changed = True
        while changed:
            changed = False
            for block in self.order[1:]:
                found = -1
                for other in predecessors[block]:
                    if other not in dominator:
                        continue
                    if found < 0:
                        found = other
                        continue
                    x = other
                    while x != found:
                        if rank[x] > rank[found]:
                            x = dominator[x]
                        else:
                            found = dominator[found]
                if dominator.get(block) != found:
                    dominator[block] = found
                    changed = True
        children: dict[int, list[int]] = {block: [] for block in self.order}
        for block in self.order[1:]:
            children[dominator[block]].append(block)
        #: When a walk of the dominators' tree enters and leaves each block.
        self.entered: dict[int, int] = {}
        self.left: dict[int, int] = {}
        ways = [(0, iter(children[0]))]
        clock = 0
        self.entered[0] = 0
        while ways:
            block, rest = ways[-1]
            clock += 1
            for child in rest:
                self.entered[child] = clock
                ways.append((child, iter(children[child])))
                break
            else:
                self.left[block] = clock
                ways.pop()

    def dominates(self, x: int, y: int) -> bool:
        return self.entered[x] <= self.entered[y] and self.left[y] <= self.left[x]

    def _find_loops(self) -> None:
        """Find the innermost loop of each block, known by its first block; -1 for none."""
        latches: dict[int, list[int]] = {}
        self.is_regular = True
        for block in self.order:
            for successor in self.successors[block]:
                if self.dominates(successor, block):
                    latches.setdefault(successor, []).append(block)
                elif self.rank[successor] <= self.rank[block]:
                    self.is_regular = False  # a loop that is entered in its middle
        self.headers = latches
        #: The loop around a block that is no first block, and around a loop.
        around: dict[int, int] = {}
        for header in sorted(latches, key=self.rank.__getitem__, reverse=True):
            found = [self._outermost(around, block) for block in latches[header]]
            while found:
                block = found.pop()
                if block == header or block in around:
                    continue
                around[block] = header
                found += [self._outermost(around, other) for other in self.predecessors[block]]
        self.around = around
        self.loop = {block: block if block in latches else around.get(block, -1) for block in self.order}

    @staticmethod
    def _outermost(around: dict[int, int], block: int) -> int:
        while block in around:
            block = around[block]
        return block

    def is_within(self, block: int, loop: int) -> bool:
        """Whether a block belongs to a loop or to one in it; all belong to -1."""
        if loop < 0:
            return True
        if block == loop:
            return True
        at = self.loop[block]
        while at >= 0 and at != loop:
            at = self.around.get(at, -1)
        return at == loop
