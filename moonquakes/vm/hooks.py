"""Running under observation: debug hooks (§4.7) and observers such as the tracer.

``run_watched`` is the interpreter loop with an eye on every instruction.  The
ordinary loop hands over to it while ``state.watchers`` is not zero.  ``step`` is
one turn of it, for :mod:`moonquakes.vm.stepping`.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING

from moonquakes.bytecode.opcodes import OP, get_a, get_b, get_c, opcode_of
from moonquakes.bytecode.proto import Proto
from moonquakes.values import LuaValue
from moonquakes.vm.calls import call_value
from moonquakes.vm.coroutines import give_up
from moonquakes.vm.frames import MULTIPLE, AnyFrame, Boundary, Frame, HostFrame
from moonquakes.vm.functions import Intrinsic, TranslatedFunction, marker_of

if TYPE_CHECKING:
    from moonquakes.vm.coroutines import Coroutine
    from moonquakes.vm.state import State

#: Called with each frame and the index (1-based) of the instruction it is about to run.
Observer = Callable[[Frame, int], None]

_CALLS = frozenset({OP["CALL"], OP["TAILCALL"], OP["TFORCALL"]})


class Hook:
    """A coroutine's hook.

    Attributes:
        function: called with the event's name and, for a line event, the line.
        mask: which events besides count: letters of ``crl``.
        count: instructions between count events, 0 for none.
        left: instructions until the next one.
        yields: whether the function has asked for a yield before the instruction is run.
        resumed: the frame, and the instruction, before which there was one.
        lost: where it notes that it was dropped with its coroutine; None while it does not count as a
            watcher.
    """

    __slots__ = ("count", "function", "left", "lost", "mask", "resumed", "yields")

    def __init__(self, function: LuaValue, mask: str, count: int) -> None:
        self.function = function
        self.mask = mask
        self.count = count
        self.left = count
        self.yields = False
        self.resumed: tuple[Frame, int] | None = None
        self.lost: list[None] | None = None

    def __del__(self) -> None:
        if self.lost is not None:
            # Now may be any time: the loop that watches takes note.
            self.lost.append(None)


class Paused(HostFrame):
    """On top of a frame whose coroutine yielded in a hook, before the instruction ``pc``."""

    __slots__ = ("pc",)

    def __init__(self, state: State, frame: Frame, pc: int) -> None:
        super().__init__(state, frame)
        self.pc = pc

    def receive(self, values: list[LuaValue]) -> None:
        frame = self.previous
        assert type(frame) is Frame
        frame.pc = self.pc
        self.state.frame = frame


class Transfer:
    """Which values a call or return event passes (``debug.getinfo`` with ``r``).

    Attributes:
        frame, function: the Lua frame, or the host function, it is about.
        first, count: number of the first local variable or temporary concerned, and how many.
        values: arguments and results of a host function.
    """

    __slots__ = ("count", "first", "frame", "function", "values")

    def __init__(
        self,
        frame: Frame,
        function: FunctionType | None,
        first: int,
        count: int,
        values: list[LuaValue] | None = None,
    ) -> None:
        self.frame = frame
        self.function = function
        self.first = first
        self.count = count
        self.values = values or []


def set_hook(coroutine: Coroutine, hook: Hook | None) -> None:
    """Give a coroutine a hook, or take its hook away."""
    state = coroutine.state
    old = coroutine.hook
    if hook is None or coroutine.status == "dead":
        coroutine.stop_watching()
    else:
        if old is None or old.lost is None:
            state.count_watchers(1)
        else:
            old.lost = None
        hook.lost = state.lost_hooks
    coroutine.hook = hook


def hook_of(coroutine: Coroutine) -> Hook | None:
    """Return the hook of a coroutine, or of the one that it is a part of."""
    return (coroutine.stands_for or coroutine).hook


def run_watched(state: State, boundary: Boundary) -> None:
    """Run instructions one at a time until nobody watches or ``boundary`` is the running frame."""
    while state.watchers and not state.hooking:
        if state.lost_hooks:
            state.forget_hooks()
            continue
        frame = state.frame
        if frame is boundary:
            return
        assert type(frame) is Frame
        step(state, frame)


def step(state: State, frame: Frame) -> None:
    """Run one instruction of ``frame``, the running one, with the events of hooks and the observer.

    A call of a Lua function only makes its frame the running one.  An error is
    raised with the frames as they were, ``frame.pc`` past the instruction.
    """
    pc = frame.pc
    try:
        _run_instruction(state, frame, pc)
    except Exception:
        if state.frame is frame:
            frame.pc = pc + 1
        raise


def _run_instruction(state: State, frame: Frame, pc: int) -> None:
    hook = hook_of(state.current)
    word = frame.proto.code[pc - 1]
    if hook is not None:
        _before(state, frame, pc, word, hook)
        if hook.yields:
            hook.yields = False
            hook.resumed = (frame, pc)
            frame.pc = pc + 1
            give_up(state, Paused(state, frame, pc), [])
            return
    if state.observer is not None:
        state.observer(frame, pc)
    if hook is not None and opcode_of(word) in _CALLS and ("c" in hook.mask or "r" in hook.mask):
        callee = frame.register_value(get_a(word))
        if type(callee) is FunctionType:
            target = marker_of(callee.__code__)
            if not isinstance(target, Proto | TranslatedFunction):
                _call_host(state, frame, pc, word, callee, type(target) is Intrinsic)
                return
    handler, a, b, c, n = frame.code[pc]
    frame.pc = pc
    result = handler(frame, frame.R, a, b, c, n)
    if result:
        frame.pc = result


def _before(state: State, frame: Frame, pc: int, word: int, hook: Hook) -> None:
    """Raise the events that come before an instruction."""
    op = opcode_of(word)
    last = frame.traced
    if last == 0:
        if pc == 1:
            if "c" in hook.mask:
                event = "tail call" if frame.is_tail else "call"
                transfer = Transfer(frame, None, 1, frame.proto.num_params)
                # In a vararg function the reference is past VARARGPREP by then.
                at = pc + 1 if op == OP["VARARGPREP"] else pc
                _call_hook(state, frame, at, hook, event, None, transfer)
        else:
            last = pc - 1
    if op == OP["TFORLOOP"] or (
        op == OP["TFORCALL"] and opcode_of(frame.proto.code[last - 1]) == OP["TFORPREP"]
    ):
        return  # the reference runs a generic loop's instructions as one
    frame.traced = pc
    if op == OP["VARARGPREP"]:
        return
    if hook.resumed is not None:
        was_here, hook.resumed = hook.resumed == (frame, pc), None
        if was_here:
            _before_return(state, frame, word, hook)
            return
    if hook.count:
        hook.left -= 1
        if hook.left == 0:
            hook.left = hook.count
            _call_hook(state, frame, pc, hook, "count", None)
    if "l" in hook.mask:
        proto = frame.proto
        is_first = last == 0 or (last == 1 and opcode_of(proto.code[0]) == OP["VARARGPREP"])
        if is_first or pc <= last or proto.line_at(pc - 1) != proto.line_at(last - 1):
            line = proto.line_at(pc - 1)
            _call_hook(state, frame, pc, hook, "line", line if line >= 0 else None)
    if not hook.yields:
        _before_return(state, frame, word, hook)


def _before_return(state: State, frame: Frame, word: int, hook: Hook) -> None:
    """Raise the event of a function that returns by an instruction of its own."""
    op = opcode_of(word)
    if "r" in hook.mask and (op == OP["RETURN0"] or op == OP["RETURN1"]):
        first = get_a(word)
        returning(state, frame, first, 1 if op == OP["RETURN1"] else 0)


def returning(state: State, frame: Frame, first: int, count: int) -> None:
    """Raise the event of a Lua function that returns ``count`` values from register ``first``."""
    hook = hook_of(state.current)
    if hook is None or "r" not in hook.mask or state.hooking:
        return
    frame.top = first + count
    _call_hook(state, frame, frame.traced, hook, "return", None, Transfer(frame, None, first + 1, count))


def host_returning(state: State, frame: AnyFrame, function: FunctionType, values: list[LuaValue]) -> None:
    """Raise the event of a host function, called from ``frame``, that returns ``values``."""
    hook = hook_of(state.current)
    if hook is None or "r" not in hook.mask or state.hooking or type(frame) is not Frame:
        return
    frame.calling = function
    transfer = Transfer(frame, function, 1, len(values), values)
    _call_hook(state, frame, frame.pc - 1, hook, "return", None, transfer)
    frame.calling = None


def _call_host(
    state: State, frame: Frame, pc: int, word: int, function: FunctionType, is_intrinsic: bool
) -> None:
    """Run a call instruction whose callee is a host function, with the events around it."""
    a, op = get_a(word), opcode_of(word)
    if op == OP["TFORCALL"]:
        arguments = frame.R[a + 1 : a + 3]
        frame.dest, frame.wanted = a + 4, get_c(word)
    else:
        arguments = frame.R[a + 1 : a + get_b(word)] if get_b(word) else frame.R[a + 1 : frame.top]
        frame.dest = a
        frame.wanted = get_c(word) - 1 if op == OP["CALL"] else MULTIPLE
    hook = hook_of(state.current)
    assert hook is not None
    frame.pc = pc + 1
    frame.calling = function
    if "c" in hook.mask:
        transfer = Transfer(frame, function, 1, len(arguments), arguments)
        _call_hook(state, frame, pc, hook, "call", None, transfer)
    if is_intrinsic:
        frame.calling = None
        call_value(state, frame, function, arguments)
        return
    results = function(*arguments)
    values = list(results) if type(results) is tuple else [results]
    frame.calling = None
    host_returning(state, frame, function, values)
    frame.receive(values)


def _call_hook(
    state: State,
    frame: Frame,
    pc: int,
    hook: Hook,
    event: str,
    line: int | None,
    transfer: Transfer | None = None,
) -> None:
    """Call the hook's function for an event at the instruction at ``pc``; no events meanwhile."""
    saved = frame.pc, frame.dest, frame.wanted
    frame.pc = pc + 1
    state.hooking = True
    state.transfer = transfer
    try:
        state.call_hook(hook.function, event, line)
    finally:
        state.hooking = False
        state.transfer = None
    frame.pc, frame.dest, frame.wanted = saved
