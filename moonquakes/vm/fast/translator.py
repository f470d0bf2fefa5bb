"""From one function's bytecode to the lines of a Python function: control flow.

The code of a Lua compiler is structured: a statement is a range of pcs, and a jump leaves a
range or goes back to its beginning.  :meth:`Translator.region` walks a range and finds tests,
loops and jumps again.  Conditions made of several tests become one.  A jump that Python has no
statement for is :class:`Unstructured`, unless a plan (:mod:`moonquakes.vm.fast.planner`) says
how it is written: by a block (``while True: ... break``) around what it leaves, or as states
(:mod:`moonquakes.vm.fast.states`).  What straight instructions compute is the matter of
:mod:`moonquakes.vm.fast.instructions`.
"""

from __future__ import annotations

import re
from typing import Final

from moonquakes.bytecode.charges import UNIT
from moonquakes.bytecode.effects import jump_target
from moonquakes.bytecode.opcodes import OP
from moonquakes.vm.fast.analysis import ANY, OTHER, TESTS
from moonquakes.vm.fast.conditions import NOTHING, Conditions, Test, inverse
from moonquakes.vm.fast.counting import Variant, memory_lines, slice_names
from moonquakes.vm.fast.expressions import CLOSES, OPENS, Expr, bare, boolean, constant, of_two, truth
from moonquakes.vm.fast.instructions import HANDLERS
from moonquakes.vm.fast.states import write_statement, write_states
from moonquakes.vm.fast.writer import Context
from moonquakes.vm.frames import WIDE, frame_size

#: With more jumps to one place, what they leave has a block.
MANY_JUMPS: Final = 16


class Untranslatable(Exception):  # noqa: N818  # control flow, no error
    """The function must run on the VM; the argument says why."""


class Unstructured(Exception):  # noqa: N818  # control flow, no error
    """What lies from ``source`` to ``target`` has no Python statements: the function needs a plan."""

    def __init__(self, source: int, target: int) -> None:
        super().__init__(source, target)
        self.source = source
        self.target = target


class NeedsBlock(Unstructured):
    """A jump to ``target`` leaves more than Python can leave: a block must end there."""


class TooDeep(Unstructured):
    """Python does not nest that deep."""


class Translator(Conditions):
    """Writes one function."""

    handlers = HANDLERS
    #: Python's limits are 20 nested blocks and 100 indentations.
    most_blocks = 16
    most_indent = 88

    def run(self) -> list[tuple[int, str, int]]:
        """Write the whole function; return its lines, the body's at indentation 1."""
        count = len(self.code)
        self.closes = self.analysis.closes
        if self.closes:
            self.indent = 2
        self.region(0, count, -1)
        if self.points is not None and self.paid != self.points.fuel.keys():
            raise Untranslatable("its charge points are in the middle of statements")
        prelude: list[tuple[int, str, int]] = []
        if self.is_twin:
            prelude.append((1, "if 0: yield", 0))
        names = list(slice_names(self.chunk.variant)) + sorted(
            {
                name
                for number in self.analysis.sets_upvalue_itself
                for name, is_boxed, _ in [self.upvalues[number]]
                if not is_boxed
            }
        )
        if names:
            prelude.append((1, f"nonlocal {', '.join(names)}", 0))
        if self.chunk.variant is Variant.MEMORY and (self.is_twin or self.proto.max_stack_size > WIDE):
            prelude += [(1, line, 0) for line in memory_lines(frame_size(self.proto.max_stack_size) // UNIT)]
        if self.uses_go:
            prelude.append((1, "go = 0", 0))
        if self.closes:
            prelude.append((1, "tbc = None", 0))
            prelude += self.header
            prelude.append((1, "try:", 0))
            caught = "(Exception, CoroutineClose)" if self.is_twin else "Exception"
            self.lines.append((1, f"except {caught} as e:", count - 1))
            self.lines.append((2, self.finished(f"raise {OPENS}close_after(tbc, e){CLOSES}"), count - 1))
            return prelude + self.lines
        return prelude + self.header + (self.lines or [(1, "return ()", 0)])

    # Regions

    def region(self, low: int, high: int, after: int) -> None:
        """Write the instructions from ``low`` to ``high``, after which control is at ``after``."""
        if (low, high, len(self.contexts)) in self.plan.flat:
            write_states(self, low, high, after)
            return
        pc = low
        while pc < high:
            pc = self.whole_step(pc, high, after)
            if pc < 0:
                return
        self.pc = high - 1
        self.leave()

    def leave(self) -> None:
        """Finish a range that ends by itself."""
        live = self.analysis.live_after[self.pc] if self.pc < len(self.code) else 0
        self.flush_live(live)

    def whole_step(self, start: int, high: int, after: int) -> int:
        """Write what begins at ``start`` and ends before ``high``; return as :meth:`step` does."""
        pc = self.step(start, high, after)
        if pc > high:
            raise Unstructured(start, pc - 1)
        if pc < 0 and start + 1 < high and self.analysis.has_loop(start + 1, high):
            # It is entered in the middle.
            raise Unstructured(start, high - 1)
        return pc

    def step(self, pc: int, high: int, after: int) -> int:
        """Write what begins at ``pc``; return where to go on, or -1 when control ends there."""
        self.give_birth(pc)
        ends = self.plan.blocks.get(pc)
        if ends:
            # A block within a loop that begins here is opened when that is.
            last = self.analysis.loop_end.get(pc, -1) if pc not in self.open_loops else -1
            for end in ends:
                if (pc, end) not in self.open_blocks and end > last:
                    return self.block(pc, end)
        if pc in self.analysis.loop_end and pc not in self.open_loops:
            return self.loop(pc)
        return self.instruction(pc, high, after)

    def instruction(self, pc: int, high: int, after: int) -> int:
        """Write the statement at ``pc``, which is no loop but ``for``; return as :meth:`step` does."""
        self.pc = pc
        self.pay(pc)
        word = self.code[pc]
        op = word & 0x7F
        if op in TESTS:
            return self.test(pc, high, after)
        if op == _JMP:
            target = jump_target(pc, word)
            assert target is not None
            self.flush_live(self.analysis.live_after[pc])
            within = pc < target < high or (target == high and self.leads_to(high, after))
            if within and self.next_free(pc + 1, target):
                return target
            self.jump(target, after if pc + 1 == high else -1)
            return -1
        if op == _LFALSESKIP:
            self.define(word >> 7 & 0xFF, constant(None, 16, "False"))
            self.flush_live(self.analysis.live_after[pc])
            if (pc + 2 < high or (pc + 2 == high and self.leads_to(high, after))) and (
                pc + 1 not in self.analysis.targets
            ):
                return pc + 2
            self.jump(pc + 2, after if pc + 2 >= high else -1)
            return -1
        return self.handlers[op](self, pc, word)

    def next_free(self, low: int, high: int) -> bool:
        return not self.analysis.has_target(low, high)

    # Loops and blocks

    def nest(self, context: Context) -> None:
        self.contexts.append(context)
        self.indent += 1
        if len(self.contexts) > self.most_blocks or self.indent > self.most_indent:
            raise TooDeep(self.pc, self.pc)

    def unnest(self) -> None:
        """End the innermost Python loop, and pass the exits on that go further out."""
        context = self.contexts.pop()
        self.indent -= 1
        if self.lines[-1][1].endswith(":") and self.lines[-1][0] <= self.indent:
            self.lines.append((self.indent + 1, "pass", self.pc))
        for number in sorted(context.exits):
            self.emit(f"if go == {number}:")
            self.indent += 1
            self.exit(*self.exits[number], number)
            self.indent -= 1

    def loop(self, start: int) -> int:
        """Write a loop that is no ``for``: ``while``, ``repeat`` or one made by ``goto``."""
        end = self.analysis.loop_end[start]
        self.flush_live(self.analysis.live_after[start - 1] if start else 0)
        self.open_loops.append(start)
        self.emit("while True:")
        self.nest(Context(start, end + 1))
        word = self.code[end]
        if self.is_part_of_test(end) or word & 0x7F != _JMP or jump_target(end, word) != start:
            self.region(start, end + 1, end + 1)
            self.emit("break")
        else:
            self.region(start, end + 1, start)
        self.unnest()
        self.open_loops.pop()
        return end + 1

    def block(self, start: int, end: int, after: int = -1) -> int:
        """Write a range that jumps can leave for its end, where control is as good as at ``after``."""
        self.flush_live(self.analysis.live_after[start - 1] if start else 0)
        self.open_blocks.append((start, end))
        self.emit("while True:")
        self.nest(Context(-1, end if after < 0 else after))
        self.region(start, end, end if after < 0 else after)
        self.emit("break")
        self.unnest()
        self.open_blocks.pop()
        return end

    def jump(self, target: int, after: int) -> None:
        """Write a jump; control falls to ``after`` by itself."""
        seen = 0
        source = self.pc
        while True:
            if target == after:
                if self.lines and self.lines[-1][1].endswith(":"):
                    self.emit("pass")
                return
            for level, context in enumerate(reversed(self.contexts)):
                if target in (context.again, context.out):
                    self.exit(target, len(self.contexts) - 1 - level, 0)
                    return
                if context.states is not None and target in context.states:
                    self.emit(f"at = {context.states[target][source >= target]}")
                    self.exit(context.again, len(self.contexts) - 1 - level, 0)
                    return
            word = self.code[target]
            op = word & 0x7F
            if op == _JMP and seen < 50:
                seen += 1
                target = jump_target(target, word)  # type: ignore[assignment]  # a jump has a target
                continue
            if op == _RETURN0 or (op == _RETURN and word >> 16 & 0xFF == 1 and not word >> 15 & 1):
                self.emit("return ()")
                return
            if self.add_state(target):
                return
            raise NeedsBlock(source, target)

    def add_state(self, target: int) -> bool:
        """Let a state begin at ``target``, while a plan is made."""
        return False

    def state_of(self, target: int) -> int:
        """Return the number of the state of the innermost loop that begins at ``target``."""
        states = self.contexts[-1].states
        assert states is not None
        return states[target][self.pc >= target]

    def piece_step(self, pc: int, high: int, after: int) -> int:
        return write_statement(self, pc, high, after)

    def exit(self, target: int, level: int, number: int) -> None:
        """Write a jump to the beginning or end of the Python loop at ``level``."""
        inner = len(self.contexts) - 1
        context = self.contexts[level]
        if level == inner:
            if number:
                self.emit("go = 0")
            self.emit("continue" if target == context.again else "break")
            return
        if not number:
            self.exits.append((target, level))
            number = len(self.exits) - 1
            self.emit(f"go = {number}")
            self.uses_go = True
        self.contexts[inner].exits.add(number)
        self.emit("break")

    def test(self, pc: int, high: int, after: int) -> int:
        """Write a conditional statement, or a value computed by tests."""
        word = self.code[pc]
        if word & 0x7F == _TESTSET:
            return self.test_set(pc, high, after, word)
        test = self.chain(pc, high)
        crowded = self.crowded_end(test, high, after)
        if crowded is not None:
            return self.block(pc, *crowded)
        first = self.leaf(pc)
        self.pc = pc
        makes_boolean = (
            test.next < high
            and self.code[test.next] & 0x7F == _LFALSESKIP
            and test.target == test.next + 1
            and self.analysis.targets.get(test.next, 0) == self.count_jumps(test, test.next)
            and self.analysis.targets.get(test.target) == self.count_jumps(test, test.target)
        )
        if makes_boolean:
            if test.parts is not None:
                self.flush(everything=True)
            jumps = self.condition(test, first, False)
            self.pc = test.next + 1
            self.define(self.code[test.next] >> 7 & 0xFF, boolean(jumps, False))
            return test.next + 2
        self.materialize_all()
        goes_on = self.condition(test, first, True)
        self.pc = pc
        return self.branch(test, goes_on, high, after)

    def write_condition(self, condition: Expr) -> str:
        """Return a condition that cannot raise."""
        if not condition.fails:
            return bare(condition.text)
        flag = self.new_flag()
        self.assign(flag, condition)
        return flag

    def branch(self, test: Test, goes_on: Expr, high: int, after: int) -> int:
        """Write an ``if``: control goes on after the test when ``goes_on`` holds, else to its target."""
        target, following = test.target, test.next
        at = len(self.lines)
        text = self.write_condition(goes_on)
        jumps = test.pc in self.plan.cuts or self.is_left(target)
        if jumps or not following <= target <= high or (target == high and not self.leads_to(high, after)):
            innermost = self.contexts[-1] if self.contexts else None
            continues = innermost is not None and innermost.again == target
            if target == after and following <= high and not continues and not jumps:
                # The rest of the range is what is skipped.
                self.emit(f"if {text}:")
                self.arm(following, high, after)
                return high
            self.emit(f"if {inverse(text)}:")
            self.indent += 1
            self.pc = test.pc
            self.jump(target, -1)
            self.indent -= 1
            self.fold(at)
            return following
        if target == following:
            return following
        last = target - 1
        if self.code[last] & 0x7F == _LFALSESKIP and not self.analysis.reached[last]:
            # Of ``x or y`` where x is a comparison that is a value only when it holds.
            last -= 1
        if self.code[last] & 0x7F == _JMP and last >= following and not self.is_part_of_test(last):
            end = jump_target(last, self.code[last])
            assert end is not None
            if self.is_left(end):
                pass
            elif target < end < high or (target < end == high and self.leads_to(high, after)):
                self.emit(f"if {text}:")
                self.arm(following, last, end)
                self.emit("else:")
                self.arm(target, end, end)
                self.drop_empty_else()
                return end
            elif end == after and target < high and not self.in_targets(target, high, test):
                self.emit(f"if {text}:")
                self.arm(following, last, after)
                self.emit("else:")
                self.arm(target, high, after)
                self.drop_empty_else()
                return high
        self.emit(f"if {text}:")
        self.arm(following, target, target)
        self.fold(at)
        return target

    def is_left(self, end: int) -> bool:
        """Whether many jumps go to where ``break`` or ``continue`` goes: they are written as those."""
        if not self.contexts or self.analysis.targets.get(end, 0) <= MANY_JUMPS:
            return False
        return end in (self.contexts[-1].again, self.contexts[-1].out)

    def crowded_end(self, test: Test, high: int, after: int) -> tuple[int, int] | None:
        """Return where a block is to end so that a long ``elseif`` or ``or`` need not nest, and where it
        leads.
        """
        end = test.target
        if not test.next <= end <= high or test.pc in self.plan.cuts:
            return None
        if len(self.contexts) > self.most_blocks // 2:
            return None
        if self.analysis.targets[end] - self.count_jumps(test, end) <= MANY_JUMPS:
            last = self.code[end - 1]
            if last & 0x7F != _JMP or end <= test.next or self.is_part_of_test(end - 1):
                return None
            end = jump_target(end - 1, last)  # type: ignore[assignment]  # a jump has a target
            if end <= test.target or self.analysis.targets[end] <= MANY_JUMPS:
                return None
        if self.is_left(end):
            return None
        if end <= high:
            return end, end
        return (high, after) if end == after else None

    def fold(self, at: int) -> None:
        """Put a test that may raise into its ``if``, when all that depends on it is one simple jump.

        The lines from ``at`` on are the four of a flag and an ``if``: the flag is not needed then.
        """
        lines = self.lines
        if len(lines) != at + 4 or not _SIMPLE_JUMP.fullmatch(lines[at + 3][1]):
            return
        (indent, tried, pc), (_, excepted, _), (_, question, _), (_, jump, jump_pc) = lines[at:]
        if not tried.startswith("try: ") or not excepted.startswith("except E: "):
            return
        flag, _, condition = tried[5:].partition(" = ")
        other = excepted[10:].partition(" = ")[2]
        if question == f"if {flag}:":
            questions = f"if {condition}: {jump}", f"if {other}: {jump}"
        elif question == f"if not {flag}:":
            questions = f"if {inverse(condition)}: {jump}", f"if not {other}: {jump}"
        else:
            return
        lines[at:] = [
            (indent, "try:", pc),
            (indent + 1, questions[0], jump_pc if jump.startswith("return") else pc),
            (indent, "except E:", pc),
            (indent + 1, questions[1], pc),
        ]

    def leads_to(self, pc: int, after: int) -> bool:
        """Whether control at ``pc`` is as good as at ``after``."""
        if pc == after:
            return True
        word = self.code[pc] if pc < len(self.code) else 0
        return pc < len(self.code) and word & 0x7F == _JMP and jump_target(pc, word) == after

    def in_targets(self, target: int, high: int, test: Test) -> bool:
        """Whether others than the test and the code before it jump to ``target``."""
        return self.analysis.targets.get(target, 0) > self.count_jumps(test, target)

    def is_part_of_test(self, pc: int) -> bool:
        return pc > 0 and self.code[pc - 1] & 0x7F in TESTS

    def drop_empty_else(self) -> None:
        if len(self.lines) > 1 and self.lines[-1][1] == "pass" and self.lines[-2][1] == "else:":
            del self.lines[-2:]

    def arm(self, low: int, high: int, after: int) -> None:
        """Write one side of an ``if``."""
        self.indent += 1
        if self.indent > self.most_indent:
            raise TooDeep(self.pc, self.pc)
        at = len(self.lines)
        self.region(low, high, after)
        if len(self.lines) == at:
            self.emit("pass")
        self.indent -= 1

    def test_set(self, pc: int, high: int, after: int, word: int) -> int:
        """``R[A] := R[B]`` and a jump, or not: an operand of ``and`` and ``or``."""
        test = self.raw_test(pc, pc)
        crowded = self.crowded_end(test, high, after)
        if crowded is not None:
            return self.block(pc, *crowded)
        return self.branch(test, self.write_test_set(test, word), high, after)

    def write_test_set(self, test: Test, word: int) -> Expr:
        """Write what a ``TESTSET`` assigns, and return whether control goes on after it."""
        a, b, pc = word >> 7 & 0xFF, word >> 16 & 0xFF, test.pc
        x = self.use(b)
        self.checked(x)
        self.materialize_all()
        variable = self.analysis.active(a, pc)
        name = self.name(a, pc)
        if variable is None:
            name = self.temporary(a)
            self.assign(name, x)
            held = Expr(name, ANY if x.fails else x.kind, (name,), 1 << a)
            held.is_atom = True
        else:
            if not x.is_atom or x.fails:
                x = self.to_name(x, b)
            held = x
        condition = truth(held)
        if not word >> 15 & 1:
            goes_on = condition
        else:
            goes_on = of_two(f"not {condition.text}", condition.slow, OTHER, condition, NOTHING)
        if variable is not None:
            self.emit(f"if {inverse(bare(goes_on.text))}: {name} = {held.text}")
        return goes_on


#: Statements that cannot raise.
_SIMPLE_JUMP: Final = re.compile(r"break|continue|pass|return (\(\)|[\w.]+|\([\w, ]+\))")
_JMP: Final = OP["JMP"]
_LFALSESKIP: Final = OP["LFALSESKIP"]
_RETURN: Final = OP["RETURN"]
_RETURN0: Final = OP["RETURN0"]
_TESTSET: Final = OP["TESTSET"]
