"""Does every path through a function find in its registers what the instructions expect?

A register is unreadable before something is stored in it, after a call that leaves
garbage there, and while a ``for`` loop keeps its state in it (§3.3.5): an engine may
keep there what no Lua code should see.  Also followed: which loops are prepared,
which registers surely hold a new table, which are captured by closures, and which
are still to be closed (§3.3.8).

Only what can be reached is checked.  Bounds are known to be good:
:mod:`moonquakes.bytecode.verify` comes first.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from moonquakes.bytecode.effects import OPEN, jump_target, registers_read, registers_written
from moonquakes.bytecode.opcodes import OPCODES, get_a, get_bx, get_c, get_k, opcode_of
from moonquakes.bytecode.proto import Proto

_NAMES: Final = tuple(opcode.name for opcode in OPCODES)
_TESTS: Final = frozenset(opcode.name for opcode in OPCODES if opcode.is_test)
_METAMETHODS: Final = frozenset({"MMBIN", "MMBINI", "MMBINK"})


class FlowError(Exception):
    """What is wrong, and at which pc."""

    def __init__(self, pc: int, why: str) -> None:
        super().__init__(pc, why)
        self.pc = pc
        self.why = why


class _State(NamedTuple):
    """What is known before an instruction; sets are bit masks over registers (``loops``: over loops).

    ``unreadable``, ``captured`` and ``pending`` (to-be-closed) hold on some path,
    ``tables`` and ``loops`` on every path.
    """

    unreadable: int
    tables: int
    loops: int
    captured: int
    pending: int


_Edges = list[tuple[int, _State]]


def _merge(one: _State, other: _State) -> _State:
    return _State(
        one.unreadable | other.unreadable,
        one.tables & other.tables,
        one.loops & other.loops,
        one.captured | other.captured,
        one.pending | other.pending,
    )


def _mask(first: int, count: int) -> int:
    return (1 << count) - 1 << first


def check_flow(proto: Proto) -> None:
    """Follow all paths through the code of one function.

    Raises:
        FlowError: an instruction finds a register in the wrong state.
    """
    flow = _Flow(proto)
    parameters = _mask(0, proto.num_params)
    states: dict[int, _State] = {0: _State(_mask(0, proto.max_stack_size) & ~parameters, 0, 0, 0, 0)}
    work = [0]
    while work:
        pc = work.pop()
        for target, state in flow.step(pc, states[pc]):
            known = states.get(target)
            merged = state if known is None else _merge(known, state)
            if merged != known:
                states[target] = merged
                work.append(target)


class _Flow:
    """The effect of each instruction of one function on what is known."""

    __slots__ = ("all", "code", "loop_at", "loops_over", "proto")

    def __init__(self, proto: Proto) -> None:
        self.proto = proto
        self.code = proto.code
        self.all = _mask(0, proto.max_stack_size)
        #: Bit of the loop that an instruction belongs to, by pc.
        self.loop_at: dict[int, int] = {}
        #: Registers that each loop keeps its state in, by the loop's bit.
        self.loops_over: list[tuple[int, int]] = []
        for pc, instruction in enumerate(self.code):
            name = _NAMES[opcode_of(instruction)]
            if name in ("FORPREP", "TFORPREP"):
                bit = 1 << len(self.loops_over)
                target = jump_target(pc, instruction)
                assert target is not None
                self.loops_over.append((bit, _mask(get_a(instruction), 3 if name == "FORPREP" else 4)))
                self.loop_at[pc] = bit
                self.loop_at[target - 1 if name == "FORPREP" else target] = bit
                if name == "TFORPREP":
                    self.loop_at[target + 1] = bit

    def step(self, pc: int, state: _State) -> _Edges:
        """Return where the instruction at ``pc`` may continue, and what is known there."""
        instruction = self.code[pc]
        name = _NAMES[opcode_of(instruction)]
        if pc in self.loop_at:
            return self.loop_step(pc, instruction, name, state)
        self.check_reads(pc, instruction, name, state)
        if name in _TESTS:
            taken = self.write(pc, state, registers_written(instruction))
            return [(pc + 1, taken), (pc + 2, state)]
        if name == "JMP":
            return self.jump(pc, instruction, state)
        if name in ("RETURN", "RETURN0", "RETURN1", "TAILCALL"):
            return self.leave(pc, instruction, name, state)
        if name in ("CALL", "VARARG"):
            return [(pc + 1, self.call(pc, instruction, state))]
        following = self.code[pc + 1]
        if _NAMES[opcode_of(following)] in _METAMETHODS:
            return [(pc + 1, state)]  # the next instruction stores the result
        if name in _METAMETHODS:
            return [(pc + 1, self.write(pc, state, registers_written(self.code[pc - 1])))]
        if name == "CLOSE":
            below = (1 << get_a(instruction)) - 1
            return [(pc + 1, state._replace(captured=state.captured & below, pending=state.pending & below))]
        if name == "TBC":
            if state.pending >> get_a(instruction):
                raise FlowError(pc, "to-be-closed variables out of order")
            return [(pc + 1, state._replace(pending=state.pending | 1 << get_a(instruction)))]
        if name == "CLOSURE":
            state = self.capture(pc, instruction, state)
        after = self.write(pc, state, registers_written(instruction))
        if name == "NEWTABLE":
            table = 1 << get_a(instruction)
            after = after._replace(tables=after.tables | table & ~after.captured)
        return [(pc + 2 if name == "LFALSESKIP" else pc + 1, after)]

    def check_reads(self, pc: int, instruction: int, name: str, state: _State) -> None:
        for span in registers_read(instruction):
            # An open list ends where the instruction before put its first value: what is
            # below it was stored one by one.
            stop = get_a(self.code[pc - 1]) if span.stop == OPEN else span.stop
            bad = state.unreadable & _mask(span.start, max(0, stop - span.start))
            if bad:
                register = (bad & -bad).bit_length() - 1
                raise FlowError(pc, f"register {register} is read before it is set")
        if name == "SETLIST" and not state.tables >> get_a(instruction) & 1:
            raise FlowError(pc, "SETLIST without a new table")

    def write(self, pc: int, state: _State, registers: range) -> _State:
        return self.store(pc, state, _mask(registers.start, len(registers)))

    def store(self, pc: int, state: _State, mask: int) -> _State:
        """Return what is known after the registers of ``mask`` were set to Lua values."""
        if state.pending & mask:
            raise FlowError(pc, "a to-be-closed variable is overwritten")
        loops = state.loops
        for bit, registers in self.loops_over if loops else ():
            if registers & mask:
                loops &= ~bit
        return _State(state.unreadable & ~mask, state.tables & ~mask, loops, state.captured, state.pending)

    def hide(self, state: _State, mask: int) -> _State:
        return state._replace(unreadable=state.unreadable | mask & self.all)

    def jump(self, pc: int, instruction: int, state: _State) -> _Edges:
        target = jump_target(pc, instruction)
        assert target is not None
        return [(target, state)]

    def call(self, pc: int, instruction: int, state: _State) -> _State:
        """A call leaves its results, and garbage above them."""
        a = get_a(instruction)
        above = self.all >> a << a
        after = self.hide(self.store(pc, state, above), above)
        results = get_c(instruction) - 1
        return after._replace(unreadable=after.unreadable & ~_mask(a, results)) if results > 0 else after

    def capture(self, pc: int, instruction: int, state: _State) -> _State:
        captured = 0
        for upvalue in self.proto.protos[get_bx(instruction)].upvalues:
            if upvalue.in_stack:
                captured |= 1 << upvalue.index
        # A local function may capture the very register that it is stored in.
        if captured & state.unreadable & ~(1 << get_a(instruction)):
            raise FlowError(pc, "a closure captures a register that is not set")
        return state._replace(captured=state.captured | captured, tables=state.tables & ~captured)

    def leave(self, pc: int, instruction: int, name: str, state: _State) -> _Edges:
        closes = name in ("RETURN", "TAILCALL") and get_k(instruction)
        if (state.captured or state.pending) and not closes:
            raise FlowError(pc, f"{name} does not close the variables that are open")
        if name != "TAILCALL":
            return []
        if state.pending:
            raise FlowError(pc, "TAILCALL while variables are to be closed")
        return [(pc + 1, self.call(pc, instruction & 0x00FFFFFF, state))]

    def loop_step(self, pc: int, instruction: int, name: str, state: _State) -> _Edges:
        bit = self.loop_at[pc]
        a = get_a(instruction)
        target = jump_target(pc, instruction)
        if name in ("FORPREP", "TFORPREP"):
            assert target is not None
            kept = _mask(a, 3 if name == "FORPREP" else 4)
            if state.unreadable & kept:
                raise FlowError(pc, "a loop begins with registers that are not set")
            if state.captured & kept:
                raise FlowError(pc, "a loop begins with registers that closures share")
            if name == "TFORPREP":
                if state.pending >> a:
                    raise FlowError(pc, "to-be-closed variables out of order")
                inside = self.hide(self.store(pc, state, kept), kept)
                inside = inside._replace(loops=inside.loops | bit, pending=inside.pending | 1 << a + 3)
                return [(target, inside)]
            inside = self.hide(self.store(pc, state, _mask(a, 4)), kept)
            return [
                (pc + 1, inside._replace(loops=inside.loops | bit)),
                (target, self.hide(inside, _mask(a, 4))),
            ]
        if not state.loops & bit:
            raise FlowError(pc, "a loop that was not prepared, or whose registers were overwritten")
        if name == "TFORCALL":
            above = self.all >> a + 4 << a + 4
            after = self.hide(self.store(pc, state, above), above)
            return [(pc + 1, after._replace(unreadable=after.unreadable & ~_mask(a + 4, get_c(instruction))))]
        assert target is not None
        ended = state._replace(loops=state.loops & ~bit)
        if name == "TFORLOOP":
            return [(target, state), (pc + 1, ended)]
        again = self.store(pc, state, _mask(a + 3, 1))
        return [(target, again), (pc + 1, self.hide(ended, _mask(a, 4)))]
