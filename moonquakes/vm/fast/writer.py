"""Writing the lines of one translated function: registers, the values not written yet, slow paths.

A value that an instruction computes stays pending until something uses it; so temporaries
disappear into expressions.  What comes next could change what a pending value reads, and is
announced with :meth:`Writer.flush`.  Control flow is no matter of this file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moonquakes.bytecode.proto import Proto
from moonquakes.vm.fast.analysis import ANY, Analysis, Variable
from moonquakes.vm.fast.constructors import NewTable, build
from moonquakes.vm.fast.counting import Variant, fuel_lines, memory_lines, with_growth
from moonquakes.vm.fast.expressions import CLOSES, MAX_TEXT, OPENS, Expr, bare, of_variable
from moonquakes.vm.records import HAS_RECORDS

if TYPE_CHECKING:
    from moonquakes.vm.fast.chunk import Chunk


@dataclass(slots=True)
class Context:
    """A Python loop around the code being written: where ``continue`` and ``break`` go.

    Attributes:
        again, out: the pcs they go to; -1 for none.
        exits: numbers of the jumps that pass through it.
        states: of a loop over states the pcs where they begin, with their numbers: when control
            enters, and when it comes back from further down.
    """

    again: int
    out: int
    exits: set[int] = field(default_factory=set)
    states: dict[int, tuple[int, int]] | None = None


@dataclass(slots=True)
class Plan:
    """How a function's jumps are written that Python has no statement for.

    Attributes:
        blocks: for a pc the ends of the blocks that begin there, the last first.
        flat: regions that are written as states: first and last pc and the number of Python loops
            around, with the pcs where states begin.
        cuts: pcs of statements that lie in several states.
    """

    blocks: dict[int, list[int]] = field(default_factory=dict)
    flat: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)
    cuts: set[int] = field(default_factory=set)


class Writer:
    """Writes one function.

    Attributes:
        lines: indentation, text and pc of each line written so far.
        pending: values of registers that are not written yet.
    """

    def __init__(
        self,
        chunk: Chunk,
        analysis: Analysis,
        upvalues: list[tuple[str, bool, bool]],
        plan: Plan,
        is_twin: bool,
    ) -> None:
        self.chunk = chunk
        self.analysis = analysis
        self.proto: Proto = analysis.proto
        self.code = self.proto.code
        self.upvalues = upvalues
        self.plan = plan
        #: Whether the function is written as a generator, for use in coroutines.
        self.is_twin = is_twin
        #: How the loops over states get the next values of generic ones in coroutines, by the call's pc.
        self.pulls: dict[int, tuple[str, str]] = {}
        self.lines: list[tuple[int, str, int]] = []
        self.header: list[tuple[int, str, int]] = []
        self.indent = 1
        self.pc = 0
        self.pending: dict[int, Expr] = {}
        self.contexts: list[Context] = []
        self.open_loops: list[int] = []
        self.open_blocks: list[tuple[int, int]] = []
        self.flags = 0
        self.uses_go = False
        #: The open list of values: its first register, the text of a tuple, and of the result it comes from.
        self.open: tuple[int, str, str] | None = None
        #: The result of the call that a generic loop iterates over.
        self.triple: str | None = None
        #: Whether that may be an iterator over a table's elements.
        self.may_be_elements = False
        self.closes = False
        #: What computed values of registers without a variable probably are.
        self.likely: dict[int, int] = {}
        #: What they were computed from.
        self.held: dict[int, str] = {}
        #: Elements, by the texts of table and key, that were read or stored and are likely there.
        self.elements: set[tuple[str, str]] = set()
        #: Variables that what begins their scope has written already.
        self.born: set[Variable] = set()
        self.birthed: set[int] = set()
        self.exits: list[tuple[int, int]] = [(-1, -1)]
        #: Where it pays for what it runs, None without limits; and where that is written.
        self.points = chunk.points_of(analysis)
        self.paid: set[int] = set()

    def take_open(self) -> tuple[int, str, str]:
        assert self.open is not None, "an open list of values is made right before it is used"
        result, self.open = self.open, None
        return result

    def take_triple(self) -> str | None:
        result, self.triple = self.triple, None
        return result

    # Lines

    def finished(self, text: str) -> str:
        """Return a text with its calls of Lua code as they are in this kind of function."""
        if OPENS not in text:
            return text
        if self.is_twin:
            return text.replace(OPENS, "(yield from g_").replace(CLOSES, ")")
        return text.replace(OPENS, "").replace(CLOSES, "")

    def emit(self, text: str) -> None:
        self.lines.append((self.indent, self.finished(text), self.pc))

    def emit_all(self, texts: list[str]) -> None:
        if self.chunk.variant == Variant.MEMORY:
            texts = with_growth(texts)
        for text in texts:
            self.emit(text)

    def pay(self, pc: int) -> None:
        """Write what is paid at a pc, if that is a charge point."""
        if self.points is None or pc not in self.points.fuel:
            return
        self.paid.add(pc)
        for text in fuel_lines(self.points.fuel[pc]):
            self.emit(text)
        if self.chunk.variant == Variant.MEMORY and pc in self.points.memory:
            for text in memory_lines(self.points.memory[pc]):
                self.emit(text)

    def new_flag(self) -> str:
        self.flags += 1
        return f"c{self.flags}"

    def site(self, names: tuple[str, ...], slow: str) -> str:
        """Return a call of a slow path, which is compiled when it is first needed.

        PyPy compiles for what it meets by itself, so a single operation stands there at once.
        """
        if HAS_RECORDS and not self.is_twin and slow.count("(") == 1:
            return self.finished(slow)
        unique = tuple(dict.fromkeys(names))
        number = len(self.chunk.sites)
        self.chunk.sites.append((unique, self.finished(slow), self.proto))
        call = f"S[{number}]({', '.join(unique)})"
        return f"(yield from {call})" if self.is_twin and OPENS in slow else call

    def assign(self, target: str, expr: Expr) -> None:
        """Write ``target = expr``."""
        text = expr.text
        if isinstance(expr, NewTable):
            build(self, target, expr)
        elif expr.is_unchecked:
            self.check(expr)
            if text != target:
                self.emit(f"{target} = {text}")
        elif not expr.fails:
            if text != target:
                self.emit(f"{target} = {bare(text)}")
        else:
            self.emit(f"try: {target} = {bare(text)}")
            self.emit(f"except E: {target} = {self.site(expr.names, expr.slow)}")

    def check(self, expr: Expr) -> None:
        """Make a call's result one value."""
        expr.is_unchecked = False
        expr.slow = expr.text
        self.emit(f"if {expr.text}.__class__ is ...: {expr.text} = one({expr.text})")

    # Registers

    def name(self, register: int, pc: int) -> str:
        """Return the Python text for a register's value at ``pc``."""
        variable = self.analysis.active(register, pc)
        if variable is None:
            variable = self.analysis.next_variable(register, pc)
            if variable is None or variable.captures:
                return f"r{register}"
            return variable.text
        return f"{variable.text}[0]" if variable.is_boxed else variable.text

    def read(self, register: int, pc: int) -> Expr:
        """Return a register's value as the name that holds it."""
        variable = self.analysis.active(register, pc)
        name = self.name(register, pc)
        if variable is None:
            expr = Expr(name, ANY, (name,), 1 << register)
            expr.likely = self.likely.get(register, ANY)
            expr.is_atom = True
            return expr
        expr = of_variable(variable, name, (variable.text,), 1 << register)
        expr.reads_cells = variable.is_shared
        return expr

    def use(self, register: int, keeps: int = -1) -> Expr:
        """Return the value of an operand; ``keeps`` is the register that the instruction itself writes."""
        pending = self.pending.get(register)
        if pending is None:
            expr = self.read(register, self.pc)
            if expr.reads_cells and self.pending:
                # What may call a metamethod before must not see the variable's value too early.
                self.flush(heap=True)
            return expr
        if isinstance(pending, NewTable):
            self.settle_before(register)
            del self.pending[register]
            return self.to_name(pending, register)
        if register != keeps and self.analysis.live_after[self.pc] >> register & 1:
            if pending.is_constant:
                return pending
            self.materialize(register)
            return self.read(register, self.pc)
        del self.pending[register]
        return pending

    def base(self, register: int, keeps: int = -1) -> Expr:
        """Return an operand that is indexed."""
        expr = self.use(register, keeps)
        return self.to_name(expr, register) if expr.is_constant else expr

    def atom(self, register: int, keeps: int = -1) -> Expr:
        """Return an operand that may be named more than once."""
        held = self.pending.get(register)
        if held is not None and not held.is_atom:
            self.settle_before(register)
        expr = self.use(register, keeps)
        if expr.is_unchecked:
            self.check(expr)
        return expr if expr.is_atom else self.to_name(expr, register)

    def to_name(self, expr: Expr, register: int) -> Expr:
        """Compute a value into its register's name."""
        name = self.temporary(register)
        self.assign(name, expr)
        kind = ANY if expr.fails else expr.kind
        named = Expr(name, kind, (name,), 1 << register)
        named.likely = expr.likely
        if not expr.fails:
            named.low, named.high = expr.low, expr.high
        named.is_atom = True
        return named

    def temporary(self, register: int) -> str:
        """Return the name that holds a register's value while no variable lives there."""
        variable = self.analysis.active(register, self.pc)
        if variable is not None:
            return f"r{register}"
        return self.name(register, self.pc)

    def settle_before(self, register: int, but: int = -1) -> None:
        """Compute what is pending since before a register's value, when that may raise or call.

        ``but`` is the register of a table that the value becomes a part of.
        """
        if not self.pending[register].fails:
            return
        for earlier in list(self.pending):
            if earlier == register:
                return
            if earlier != but and earlier in self.pending and self.pending[earlier].fails:
                self.materialize(earlier)

    def in_order(self, *registers: int) -> None:
        """Compute operands that take statements before another operand is taken out of its turn."""
        for register in registers:
            if isinstance(self.pending.get(register), NewTable):
                self.materialize(register)
        # x > y is y < x, but x comes first.
        turns = [register for register in self.pending if register in registers]
        if turns != sorted(turns, key=registers.index):
            for register in turns[:-1]:
                if self.pending[register].fails:
                    self.materialize(register)

    def materialize(self, register: int) -> None:
        """Compute a register's pending value now."""
        self.settle_before(register)
        expr = self.pending.pop(register)
        self.likely[register] = expr.likely
        self.held[register] = expr.raw
        self.assign(self.temporary(register), expr)

    def materialize_all(self) -> None:
        """Compute everything that is pending, before control divides."""
        for register in list(self.pending):
            if register in self.pending:
                self.materialize(register)

    def flush(
        self, registers: int = 0, heap: bool = False, cells: bool = False, everything: bool = False
    ) -> None:
        """Compute the pending values that what comes next could change, and those before them."""
        pending = self.pending
        if not pending:
            return
        affected = [
            register
            for register, expr in pending.items()
            if not expr.is_constant
            and (
                everything
                or expr.registers & registers
                or (heap and (expr.reads_heap or expr.fails))
                or (cells and expr.reads_cells)
            )
        ]
        if not affected:
            return
        last = affected[-1]
        chosen = set(affected)
        for register in list(pending):
            expr = pending[register]
            if register in chosen or (expr.fails and not expr.is_constant):
                if isinstance(expr, NewTable) and not everything:
                    self.settle_fields(expr, registers, heap, cells)
                else:
                    self.materialize(register)
            if register == last:
                break

    def settle_fields(self, table: NewTable, registers: int, heap: bool, cells: bool) -> None:
        """Compute the fields of a table under construction that what comes next could change.

        The table itself need not be made yet: nobody else knows it.
        """

        def settled(expr: Expr) -> Expr:
            if (
                expr.fails
                or expr.registers & registers
                or (heap and expr.reads_heap)
                or (cells and expr.reads_cells)
            ):
                name = self.new_flag()
                self.assign(name, expr)
                expr = Expr(name, ANY if expr.fails else expr.kind, (name,))
                expr.is_atom = True
            return expr

        table.replace_parts(settled)

    def flush_live(self, live: int) -> None:
        """Compute what is pending and read later, and what may raise."""
        for register in list(self.pending):
            expr = self.pending[register]
            if live >> register & 1:
                self.materialize(register)
            else:
                del self.pending[register]
                if expr.fails:
                    self.assign("q", expr)
                elif isinstance(expr, NewTable):
                    self.emit("new()")  # an allocation, for the collector

    def define(self, register: int, expr: Expr) -> None:
        """Give a register a value."""
        pc = self.pc
        self.likely.pop(register, None)
        self.held.pop(register, None)
        old = self.pending.pop(register, None)
        if old is not None and old.fails:
            self.assign("q", old)
        variable = self.analysis.active(register, pc)
        if variable is not None:
            # What may raise or call does so in its turn.
            self.flush(registers=1 << register, cells=variable.is_shared, heap=expr.fails)
            self.assign(f"{variable.text}[0]" if variable.is_boxed else variable.text, expr)
            return
        if self.pending:
            self.flush(registers=1 << register)
        self.pending[register] = expr
        if len(expr.text) > MAX_TEXT:
            self.materialize(register)

    def give_birth(self, pc: int) -> None:
        """Let the variables that begin at ``pc`` take the values of their registers."""
        if pc in self.birthed or pc not in self.analysis.births:
            return
        self.birthed.add(pc)
        for variable in self.analysis.births[pc]:
            if variable.name[0] == "(":
                continue
            self.pc = pc - 1 if pc else 0
            register = variable.register
            expr = self.pending.pop(register, None)
            # A value that nothing reads may not have been written.
            is_dead = not self.analysis.live_before[pc] >> register & 1
            if variable in self.born:
                pass
            elif variable.is_boxed:
                if expr is None:
                    value = "None" if is_dead else f"r{register}"
                elif expr.fails or expr.is_unchecked or isinstance(expr, NewTable):
                    self.assign(f"r{register}", expr)
                    value = f"r{register}"
                else:
                    value = bare(expr.text)
                self.emit(f"{variable.text} = [{value}]")
            elif expr is not None:
                self.flush(registers=1 << register)
                self.assign(variable.text, expr)
            elif variable.captures and pc and not is_dead:
                self.emit(f"{variable.text} = r{register}")
            self.pc = pc

    def take(self, register: int) -> Expr:
        """Return an operand that nothing else in the text reads, whatever the bytecode does with it."""
        expr = self.pending.pop(register, None)
        if expr is None:
            return self.read(register, self.pc)
        self.checked(expr)
        return self.to_name(expr, register) if isinstance(expr, NewTable) else expr

    def value(self, register: int) -> Expr:
        expr = self.use(register)
        self.checked(expr)
        return expr

    def checked(self, *exprs: Expr) -> None:
        for expr in exprs:
            if expr.is_unchecked:
                self.check(expr)
