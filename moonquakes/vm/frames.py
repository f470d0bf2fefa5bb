"""Frames: the VM's stack of activations, a linked list on the heap.

Every frame can ``receive`` the results of what it called and is linked to the
frame it returns to by ``previous``.  :class:`Frame` runs Lua code.  The others
stand for host code: :class:`Boundary` where Python called into Lua,
:class:`ForwardFrame` for ``dofile``, :class:`ProtectedFrame` for ``pcall``,
:class:`ClosingFrame` while an error runs ``__close`` metamethods,
``CoroutineBase`` (in ``coroutines``) below a coroutine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.proto import Proto
from moonquakes.errors import LuaError
from moonquakes.values import FALSE, TRUE, LuaValue

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: Values of ``Frame.wanted`` besides a number of results: all of them, or a call of ``finish``.
MULTIPLE: Final = -1
FINISH: Final = -2

#: Slots at which a stack overflows (the reference's LUAI_MAXSTACK).
MAX_DEPTH: Final = 1_000_000
#: Slots that a message handler may use beyond the limit that a stack overflow hit.
HANDLER_RESERVE: Final = 100_000
#: The least that a call takes without a limit of memory, so that some 200 000 fit.
CALL_SLOTS: Final = 5
#: What a call takes besides that is a C call in the reference, which allows 200 of them:
#: a protected one, or one of a metamethod or iterator.
NESTED_SLOTS: Final = 5000
#: Registers up to which a call pays no memory: the limit of the stack's depth has room for it.
WIDE: Final = 30
_IS_PYPY: Final = sys.implementation.name == "pypy"
#: Bytes of a frame, and of each register.
_FRAME_SIZE: Final = 600 if _IS_PYPY else 300
_REGISTER_SIZE: Final = 8


def frame_size(registers: int) -> int:
    """Estimate the bytes of an activation, whichever engine it is on."""
    return _FRAME_SIZE + _REGISTER_SIZE * registers


#: In place of a message handler: the frames of the VM know it.
ON_FRAMES: Final = object()


class Frame:
    """One activation of a Lua function on the VM.

    Attributes:
        R: registers; at least ``proto.max_stack_size`` values.
        pc: index into ``code`` of the next instruction (1-based: the listing's number).
            While the frame waits for a callee, ``pc - 1`` is the instruction that called.
        top: end of the last open list of values in ``R``.
        open: cells of captured registers by register, which then hold the value's truth.
        tbc: registers of pending to-be-closed variables, or None.
        depth: the slot where its registers begin, counted from the start of the coroutine.
        dest, wanted: where results of the current call go, and how many of them.
        finish: called with the results instead when ``wanted`` is FINISH.
        calling: the host function being called from here, or None.
        is_tail: whether this activation replaced its caller's.
        traced: index of the last instruction that a hook saw, 0 for none.
    """

    __slots__ = (
        "R", "calling", "cells", "code", "depth", "dest", "finish", "function", "is_tail", "open",
        "pc", "previous", "proto", "state", "tbc", "top", "traced", "varargs", "wanted",
    )  # fmt: skip

    cells: tuple[CellType, ...]
    proto: Proto
    code: list[Any]
    R: list[LuaValue]

    catches = False

    def __init__(self, state: State, function: FunctionType, proto: Proto, previous: AnyFrame) -> None:
        self.state = state
        self.function: FunctionType = function
        self.cells = function.__closure__  # type: ignore[assignment]  # a Lua function has its home
        self.proto = proto
        self.previous: AnyFrame = previous
        # The callee's registers follow the called function, which stood in register ``dest``.
        slots = previous.dest + 1
        least = state.call_slots
        self.depth: int = previous.depth + (slots if slots > least else least)
        self.pc = 1
        self.top = 0
        self.open: dict[int, CellType] | None = None
        self.tbc: list[int] | None = None
        self.dest: int = 0
        self.wanted: int = 0
        self.finish: Callable[[Frame, list[LuaValue]], None] | None = None
        self.calling: FunctionType | None = None
        self.is_tail = False
        self.traced = 0
        self.varargs: list[LuaValue] | None = None

    def receive(self, values: list[LuaValue]) -> None:
        """Take the results of the call this frame made; it is the running frame again."""
        wanted = self.wanted
        if wanted == FINISH:
            finish = self.finish
            self.finish = None
            finish(self, values)  # type: ignore[misc]  # set together with wanted
            return
        dest = self.dest
        count = len(values)
        if wanted == MULTIPLE:
            self.top = dest + count
        elif count < wanted:
            values = values + [None] * (wanted - count)
        elif count > wanted:
            values = values[:wanted]
        self.R[dest : dest + len(values)] = values
        if self.open:
            for register in range(dest, dest + len(values)):
                if register in self.open:
                    self.open[register].cell_contents = self.R[register]

    def register_value(self, register: int) -> LuaValue:
        """Return the value of a register, through its cell when it is captured."""
        if self.open and register in self.open:
            return self.open[register].cell_contents
        return self.R[register]


class HostFrame:
    """Base of the frames that stand for host code."""

    __slots__ = ("calling", "depth", "nargs", "previous", "state")

    wanted: Final[int] = FINISH
    dest: Final[int] = 0
    catches = False
    tbc: list[int] | None = None

    def __init__(self, state: State, previous: AnyFrame | None) -> None:
        self.state = state
        self.previous: AnyFrame = previous  # type: ignore[assignment]  # None only below the first entry
        self.depth: int = previous.depth + 1 if previous is not None else 0
        self.calling: FunctionType | None = None
        self.nargs = 0

    def receive(self, values: list[LuaValue]) -> None:
        raise NotImplementedError

    def catch(self, error: LuaError) -> None:
        raise AssertionError("an error crossed a boundary")

    def take_pending(self) -> list[LuaValue]:
        """Return the values that an error has to close, the first to close last; they are pending no more."""
        return []


class Boundary(HostFrame):
    """The point where Python called into the VM; ``results`` is set when the callee returned.

    ``handler`` is a message handler of the host: it gets an error where it was raised.
    ``outer_handler`` is the state's ``handler`` from before.
    ``role`` tells of a callee that no Lua code called: ``"hook"``, or ``"finalizer"``; else it is empty.
    """

    __slots__ = ("handler", "outer_handler", "results", "role")
    catches = True

    def __init__(self, state: State, previous: AnyFrame | None) -> None:
        super().__init__(state, previous)
        self.results: list[LuaValue] = []
        self.role = ""
        self.handler: Callable[[LuaError], LuaError] | None = None
        self.outer_handler: LuaValue = None

    def receive(self, values: list[LuaValue]) -> None:
        self.results = values


class ForwardFrame(HostFrame):
    """A host function that returns what it called, through ``change`` (``dofile``, ``pairs``)."""

    __slots__ = ("change", "function")

    def __init__(
        self,
        state: State,
        previous: AnyFrame,
        function: FunctionType,
        change: Callable[[list[LuaValue]], list[LuaValue]] | None = None,
    ) -> None:
        super().__init__(state, previous)
        self.function = function
        self.change = change

    def receive(self, values: list[LuaValue]) -> None:
        self.state.frame = self.previous
        if self.change is not None:
            values = self.change(values)
        self.state.host_returning(self.previous, self.function, values)
        self.previous.receive(values)


class ProtectedFrame(HostFrame):
    """``pcall`` (``handler`` None) or ``xpcall``: catches the error of what it called."""

    __slots__ = ("function", "handler")
    catches = True

    def __init__(self, state: State, previous: AnyFrame, function: FunctionType, handler: LuaValue) -> None:
        super().__init__(state, previous)
        self.depth += NESTED_SLOTS
        self.function = function
        self.handler = handler

    def receive(self, values: list[LuaValue]) -> None:
        self._return([TRUE, *values])

    def catch(self, error: LuaError) -> None:
        self._return([FALSE, error.value])

    def _return(self, values: list[LuaValue]) -> None:
        self.state.frame = self.previous
        self.state.host_returning(self.previous, self.function, values)
        self.previous.receive(values)


class ClosingFrame(HostFrame):
    """Runs the ``__close`` metamethods that an error leaves pending above ``previous``, which catches it.

    ``pending`` holds the variables' values, the next one last.  An error in a
    metamethod takes the place of the one before (§3.3.8).
    """

    __slots__ = ("error", "pending")
    catches = True

    def __init__(self, state: State, previous: AnyFrame, error: LuaError, pending: list[LuaValue]) -> None:
        super().__init__(state, previous)
        self.depth += NESTED_SLOTS
        self.error = error
        self.pending = pending

    def receive(self, values: list[LuaValue]) -> None:
        self.go_on()

    def catch(self, error: LuaError) -> None:
        self.error = error
        self.go_on()

    def go_on(self) -> None:
        """Call the next metamethod; after the last one let ``previous`` have the error."""
        if not self.pending:
            self.state.frame = self.previous
            raise self.error
        value = self.pending.pop()
        self.state.frame = self
        self.state.call_close(self, value, self.error.value)


AnyFrame = Frame | HostFrame
