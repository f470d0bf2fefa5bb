"""What may a run use up?  Fuel, time, memory and output of one state, what is left, and how a run is stopped.

Fuel and memory are paid out of slices (:mod:`moonquakes.vm.accounts`); when one is used up, the clock is
looked at.  A limit that is reached raises :class:`~moonquakes.errors.Stop`, which nothing of Lua's catches.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from types import CellType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.charges import UNIT
from moonquakes.errors import (
    DeadlineExceeded,
    DepthExceeded,
    FuelExceeded,
    LimitExceeded,
    MemoryExceeded,
    OutputExceeded,
    Stop,
)
from moonquakes.values import LuaResults, LuaValue
from moonquakes.vm.accounts import HAS_CHAINS, SLICE, Account
from moonquakes.vm.depth import call_depth
from moonquakes.vm.frames import CALL_SLOTS, MAX_DEPTH
from moonquakes.vm.fresh import most_frames
from moonquakes.vm.heap import WAITS, HeapWatch

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: Bytes of a string from which on making it is paid by its length.
LONG_STRING: Final = 256
#: Bytes of strings from which on comparing them is paid, and how many of them cost one unit.
LONG_COMPARED: Final = 16_384
_COMPARED: Final = 1024
#: Variable arguments up to which using all of them is free.
MANY_VALUES: Final = 64
#: Steps along ``__index`` that are free; beyond the longest chain that an engine knows at a glance.
LONG_CHAIN: Final = 128
#: Elements of a list that cost as much as one instruction.
_LONG_LIST: Final = 8
#: Bytes of a value on its way from call to call: PyPy makes an object of each number.
_PASSED_SIZE: Final = 24 if HAS_CHAINS else 64
#: What a byte of source costs: fuel, seconds (of a slow machine), and bytes while its function is kept.
_COMPILING: Final = 40
#: And what any source does, however short.
_CHUNK: Final = 4000
_COMPILING_SECONDS: Final = 3e-6
_COMPILED_SIZE: Final = 20
_NO_MEMORY: Final = "the run needs more memory than it may"
_NO_TIME: Final = "the run took too long"
#: What there is where nothing limits it.
_ENDLESS: Final = 1 << 62
#: Seconds after which a slice counts as slow, and the least that slices shrink to.
_SLOW: Final = 0.01
_LEAST_SLICE: Final = 64
#: The most units before the first look in a call.
_FIRST_SLICE: Final = 256
#: Between two measurements at least this part of the limit is allocated, and at most this part
#: while the live size does not grow.
_LEAST_STEP: Final = 16
_MOST_STEP: Final = 2
#: The depth is looked at again after at least this part of the limit, and so many calls.
_LEAST_ROOM: Final = 8
_LEAST_CALLS: Final = 16


def _first_slice(deadline: float | None, depth: int | None) -> int | None:
    if depth is not None:
        return min(_FIRST_SLICE, max(depth, _LEAST_CALLS))
    return None if deadline is None else _FIRST_SLICE


class Limits:
    """The limits of one state; None of one that there is not.

    Args:
        fuel: instructions that may run.
        memory: bytes that may be alive at once.
        deadline: seconds that a call of the host's may take.
        output: bytes that may be written.
        depth: calls of Lua functions that may be under way at once in a coroutine.
        clock: gives seconds, for the deadline.

    Attributes:
        fuel, memory: what the code pays out of; ``memory`` in units, None without that limit.
        memory_limit, output_left, depth: as above; :meth:`limit_memory` sets the first.
        most_frames: how many Python frames there is memory for.
        is_running: whether a call from outside is under way.
        end: when that must be over; None before the clock was looked at.
        look: called at the end of each slice; it may end the run by an exception that is no Exception.
        first_slice: after how many units of a call that is to be, and the depth looked at; None for never.
        has_long_strings: whether a string was made that takes long to compare; before, comparing is free.
    """

    def __init__(
        self,
        fuel: int | None = None,
        memory: int | None = None,
        deadline: float | None = None,
        output: int | None = None,
        depth: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._has_fuel = fuel is not None
        self.fuel = Account(_ENDLESS if fuel is None else fuel, self._more_fuel)
        self._state: State | None = None
        self.limit_memory(memory)
        self.memory: Account | None = None
        if memory is not None:
            self.memory = Account(memory // UNIT, self._more_memory)
        self._heap = HeapWatch(SLICE) if WAITS and memory is not None else None
        self._step = 0
        self._last_size = 0
        self.deadline = deadline
        self.end: float | None = None
        self._slice = SLICE
        self.first_slice = _first_slice(deadline, depth)
        self._slice_began = 0.0
        self.output_left = output
        self.depth = depth
        self.is_running = False
        self.look: Callable[[], None] | None = None
        self.has_long_strings = False

    def limit_memory(self, memory: int | None) -> None:
        """Set how many bytes may be alive at once."""
        self.memory_limit = memory
        self.most_frames = most_frames(memory)
        self._bound_stack()

    def attach(self, state: State) -> None:
        """Say whose limits these are."""
        if self._state is not None:
            raise ValueError("these limits are another state's already")
        self._state = state
        self._bound_stack()

    def _bound_stack(self) -> None:
        """Let the VM's stack be as deep as there is memory for."""
        if self._state is not None:
            self._state.call_slots = max(CALL_SLOTS, MAX_DEPTH // self.most_frames)

    def slice_cells(self) -> list[CellType]:
        """Return the cells that hold slices."""
        return [account.cell for account in (self.fuel, self.memory) if account is not None]

    # What is left

    @property
    def fuel_left(self) -> int | None:
        """Instructions that may still run, None when they are not limited."""
        return self.fuel.left if self._has_fuel else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the call under way may still take; None without a deadline or a call."""
        if self.deadline is None or not self.is_running:
            return None
        return (self._start_clock() if self.end is None else self.end) - self._clock()

    def renew(
        self, fuel: int | None = None, deadline: float | None = None, output: int | None = None
    ) -> None:
        """Give a fresh budget; what is None stays as it is."""
        if fuel is not None:
            self._has_fuel = True
            self.fuel.set(fuel)
        if deadline is not None:
            self.deadline = deadline
            self.first_slice = _first_slice(deadline, self.depth)
        if output is not None:
            self.output_left = output

    def begin(self) -> None:
        """A call from outside begins.

        The deadline counts from the first look at the clock, which comes soon: most calls end before.
        """
        self.is_running = True
        self.end = None
        if self.first_slice is not None and self.fuel.in_slice > self.first_slice:
            self.look_soon(self.first_slice)

    def look_soon(self, units: int) -> None:
        """Let the next slice begin after so many units."""
        self.fuel.hand_out(self.fuel.left, units)

    def finish(self) -> None:
        """The call from outside is over."""
        self.is_running = False

    def pause(self) -> tuple[bool, float | None]:
        """Let calls be from outside while the one under way waits; return what :meth:`resume` needs."""
        paused = self.is_running, self.end
        self.is_running = False
        return paused

    def resume(self, paused: tuple[bool, float | None]) -> None:
        """Go on with the call that waited."""
        self.is_running, self.end = paused

    def check_end(self) -> None:
        """Stop the call under way if its time is over."""
        left = self.seconds_left
        if left is not None and left <= 0:
            raise self.stop(DeadlineExceeded(_NO_TIME))

    def _start_clock(self) -> float:
        """Let the deadline count from now, and return its end."""
        assert self.deadline is not None
        self._slice_began = self._clock()
        self._slice = _FIRST_SLICE
        self.end = end = self._slice_began + self.deadline
        return end

    # Fuel and time

    def follow(self, hop: int) -> None:
        """Pay for a chain of ``__index`` or ``__newindex`` that is so long already."""
        if hop and not hop % LONG_CHAIN:
            self.fuel.pay(LONG_CHAIN)

    def _more_fuel(self, amount: int) -> Any:
        """Pay an amount for which the slice does not suffice, and start a slice; return it."""
        fuel = self.fuel
        left = fuel.bank + fuel.in_slice
        if left < amount:
            raise self.stop(FuelExceeded("the run has no fuel left"))
        if self.look is not None:
            self.look()
        if self.deadline is not None:
            self.check_deadline()
        if self._heap is not None:
            assert self.memory_limit is not None
            self._heap.fuel_spent(self.memory_limit)
        if self.depth is not None:
            return fuel.hand_out(left - amount, min(self._slice, self._room(self.depth)))
        return fuel.hand_out(left - amount, self._slice)

    def _room(self, most: int) -> int:
        """Return how many units may be paid before the depth is looked at again: a call pays one at least."""
        assert self._state is not None
        depth = call_depth(self._state)
        if depth > most:
            raise self.stop(DepthExceeded("the run nests calls too deep"))
        return max(most - depth, most // _LEAST_ROOM, _LEAST_CALLS)

    def check_deadline(self) -> None:
        """Stop the run if it has taken too long."""
        if self.end is None:
            self._start_clock()
            return
        now = self._clock()
        if now >= self.end:
            raise self.stop(DeadlineExceeded(_NO_TIME))
        took = now - self._slice_began
        self._slice_began = now
        # Single instructions may take long, as comparing long strings does: look more often then.
        if took > _SLOW:
            self._slice = max(_LEAST_SLICE, self._slice // 8)
        elif self._slice < SLICE:
            self._slice *= 2

    def charge(self, amount: int) -> None:
        """Pay for work that is not the instructions' own, such as a library function's."""
        if amount > 0:
            self.fuel.pay(amount)

    def joined(self, text: LuaValue) -> None:
        """Pay for the result of ``..`` when it is a long string."""
        if type(text) is str and len(text) > LONG_STRING:
            self.make(len(text))

    def join(self, texts: Sequence[str]) -> str:
        """Return the strings in one, which is refused before it is made when there is no room for it.

        Raises:
            TypeError: they are not all strings.
        """
        size = sum(map(len, texts))
        if size > LONG_STRING:
            self.allocate(size)
            if size >= LONG_COMPARED and not self.has_long_strings:
                self._meet_long_strings()
        return "".join(texts)

    def make(self, size: int) -> None:
        """Pay for a string of ``size`` bytes; one that is about to be made is refused before."""
        if size > LONG_STRING:
            self.fuel.pay(size // UNIT)
            self.allocate(size)
            if size >= LONG_COMPARED and not self.has_long_strings:
                self._meet_long_strings()

    def _meet_long_strings(self) -> None:
        self.has_long_strings = True
        assert self._state is not None
        if self._state.engine == "fast":
            self._state.names.met_long_strings()

    def compare(self, x: LuaValue, y: LuaValue, orders: bool) -> None:
        """Pay for comparing two strings, when they are long: by the shorter one, whatever they hold.

        ``orders`` tells ``<`` from ``==``, which strings of two lengths cost nothing.
        """
        if self.has_long_strings and type(x) is str and type(y) is str:
            size = min(len(x), len(y))
            if size >= LONG_COMPARED and (orders or len(x) == len(y)):
                self.fuel.pay(size // _COMPARED)

    def made(self, results: LuaResults) -> None:
        """Pay for the strings that a function made."""
        if type(results) is str:
            if len(results) > LONG_STRING:
                self.make(len(results))
        elif type(results) is tuple:
            self.make_list(len(results))
            for value in results:
                if type(value) is str and len(value) > LONG_STRING:
                    self.make(len(value))

    def collect(self, size: int, total: int) -> None:
        """Pay for a piece of what is collected out of Lua's sight, ``total`` bytes so far."""
        self.fuel.pay(size // UNIT + 1)
        if self.memory_limit is not None and total > self.memory_limit:
            raise self.stop(MemoryExceeded(_NO_MEMORY))

    def compile(self, size: int) -> None:
        """Pay for the compilation of a source, which nothing interrupts once it has begun."""
        self.charge(_CHUNK + _COMPILING * size)
        left = self.seconds_left
        if left is not None and _COMPILING_SECONDS * size > left:
            raise self.stop(DeadlineExceeded(_NO_TIME))
        self.allocate(size * _COMPILED_SIZE)

    def spread(self, values: Sequence[LuaValue]) -> None:
        """Pay for variable arguments that are passed on or put down, when they are many."""
        if len(values) > MANY_VALUES:
            self.make_list(len(values))

    def pass_on(self, count: int) -> None:
        """Pay for values that are about to be results, and then arguments or elements of others."""
        self.fuel.pay(count // _LONG_LIST)
        if count > MANY_VALUES:
            self.allocate(_PASSED_SIZE * count)

    def make_list(self, count: int) -> None:
        """Pay for a list of values."""
        if count > _LONG_LIST:
            self.fuel.pay(count // _LONG_LIST)
            self.allocate(8 * count)

    def steps(self, *bounds: int) -> Iterator[int]:
        """Yield a range's numbers, and pay for each of them and for a value that is kept with it."""
        charge, allocate = self.charge, self.allocate
        for number in range(*bounds):
            charge(2)
            allocate(1)
            yield number

    # Memory

    def allocate(self, size: int) -> None:
        """Pay for ``size`` bytes that are about to be allocated; what cannot be is refused before."""
        memory = self.memory
        if memory is None:
            return
        assert self.memory_limit is not None
        if size > self.memory_limit:
            raise self.stop(MemoryExceeded(_NO_MEMORY))
        memory.pay(size // UNIT + 1)

    def _more_memory(self, amount: int) -> Any:
        """Pay units for which the slice does not suffice: measure when what was handed out is spent."""
        memory, limit = self.memory, self.memory_limit
        assert memory is not None
        assert limit is not None
        left = memory.bank + memory.in_slice
        if self._heap is not None:
            self._heap.memory_spent(limit, amount)
        if left < amount:
            size = self.live_size()
            if size + amount * UNIT > limit:
                # What the host has dropped may be in cycles: wait for no one to find them.
                gc.collect()
                size = self.live_size()
                if size + amount * UNIT > limit:
                    raise self.stop(MemoryExceeded(_NO_MEMORY))
            left = max(limit - size, self._least_step(size, limit)) // UNIT + amount
        return memory.hand_out(left - amount)

    def _least_step(self, size: int, limit: int) -> int:
        """Return what may be allocated before measuring again, however little room there is."""
        if size > self._last_size or not self._step:
            self._step = limit // _LEAST_STEP
        else:
            self._step = min(2 * self._step, limit // _MOST_STEP)
        self._last_size = size
        return self._step

    def live_size(self) -> int:
        """Measure the bytes that are alive."""
        assert self._state is not None
        return self._state.collector.size()

    # Output

    def write(self, size: int) -> None:
        """Pay for bytes that are about to be written."""
        self.charge(size // UNIT)
        if self.output_left is not None:
            if size > self.output_left:
                self.output_left = 0
                raise self.stop(OutputExceeded("the run wrote more than it may"))
            self.output_left -= size

    # The end

    def stop(self, reason: LimitExceeded) -> Stop:
        """Return what ends the run."""
        return Stop(reason)
