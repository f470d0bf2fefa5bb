"""What did the machine do?  Writes each instruction that runs, with the registers it changed.

A :class:`Tracer` only watches: the program runs as without it, slower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Final

from moonquakes.bytecode.effects import jump_target
from moonquakes.bytecode.listing import instruction_texts
from moonquakes.bytecode.opcodes import OP, OPCODES, get_a, get_b, opcode_of
from moonquakes.bytecode.proto import chunk_id
from moonquakes.inspect.progress import Level, Movement, Progress, changes, returned_values
from moonquakes.inspect.views import show
from moonquakes.values import LuaValue
from moonquakes.vm.activations import Activation
from moonquakes.vm.coroutines import Coroutine
from moonquakes.vm.frames import Frame
from moonquakes.vm.state import State

#: Column of the changes, counted from the instruction's indentation.
_CHANGES_AT: Final = 44
#: Depth from which lines are indented no further.
_MAX_INDENT: Final = 24
#: Arguments, results or registers shown in one line.
_MAX_VALUES: Final = 8


class Tracer:
    """Watches a state and writes lines of text, one for each instruction.

    Args:
        state: what to watch, from :meth:`start` to :meth:`stop`; on engine ``"vm"``.
        write: called with each line, its newline included.

    Raises:
        ValueError: the state is on another engine.

    A line reads ``[line] pc OPCODE operands ; comment``, then the registers that the
    instruction wrote, ``-> pc`` when it decided where to go on.  A call of a Lua
    function is written before what it calls, and its results after that, behind ``...``.
    """

    def __init__(self, state: State, write: Callable[[str], None]) -> None:
        if state.engine != "vm":
            raise ValueError(f"state must be on engine 'vm', not {state.engine!r}")
        self._state = state
        self._write = write
        self._progress = Progress()
        #: The instruction that is not written yet, because it may not be complete, and its depth.
        self._pending: tuple[Frame, int, int] | None = None
        self._returned: dict[int, str] = {}

    def start(self) -> None:
        """Begin to watch.

        Raises:
            RuntimeError: something else watches this state already.
        """
        if self._state.observer is not None:
            raise RuntimeError("this state is watched already")
        self._state.observer = self._observe
        self._state.count_watchers(1)

    def stop(self) -> None:
        """Write what is left to be said, and watch no more; no effect when it did not start."""
        if self._state.observer != self._observe:
            return
        self._state.observer = None
        self._state.count_watchers(-1)
        depth = len(self._progress.levels)
        movement = self._progress.finish()
        self._write_pending(is_complete=False)
        self._write_left(movement, depth)

    def _observe(self, frame: Frame, pc: int) -> None:
        progress = self._progress
        depth = len(progress.levels)
        movement = progress.observe(frame, pc, self._state.current)
        if movement.left or movement.entered:
            self._write_pending(is_complete=False)
            self._write_left(movement, depth)
            self._write_entered(movement, len(progress.levels) - len(movement.entered))
            if movement.last:
                effects = _effects(frame, movement.last)
                if effects:
                    self._write_results(frame, movement.last, len(progress.levels), effects)
        else:
            is_same = self._pending is not None and self._pending[0] is frame
            self._write_pending(is_complete=is_same)
        word = frame.proto.code[pc - 1]
        values = returned_values(frame, word)
        if values is not None:
            self._returned[id(frame)] = _values(values)
        self._pending = frame, pc, len(progress.levels)

    def _write_pending(self, is_complete: bool) -> None:
        if self._pending is None:
            return
        frame, pc, depth = self._pending
        self._pending = None
        name, operands, comment = instruction_texts(frame.proto, pc - 1)
        text = f"{_place(frame, pc)} {name:<10} {operands}"
        if comment:
            text += f"  ; {comment}"
        effects = _effects(frame, pc) if is_complete else ""
        self._put(depth, f"{text:<{_CHANGES_AT}}  {effects}")

    def _write_results(self, frame: Frame, pc: int, depth: int, effects: str) -> None:
        self._put(depth, f"{_place(frame, pc) + ' ...':<{_CHANGES_AT}}  {effects}")

    def _write_entered(self, movement: Movement, depth: int) -> None:
        for coroutine, group in groupby(movement.entered, key=_coroutine_of):
            levels = list(group)
            if depth == 0 or self._progress.levels[depth - 1].coroutine is not coroutine:
                self._write_switch(
                    coroutine, depth + 1, "resumes" if movement.is_resumed else "starts", "~~>"
                )
            for level in levels:
                depth += 1
                level.title = _title(level.frame)
                if not movement.is_resumed:
                    self._put(depth, f"--> {level.title}({_arguments(level.frame)})")

    def _write_left(self, movement: Movement, depth: int) -> None:
        for coroutine, group in groupby(movement.left, key=_coroutine_of):
            levels = list(group)
            ways = [movement.way_out(level) for level in levels]
            for level, way in zip(levels, ways, strict=True):
                values = self._returned.pop(id(level.frame), "")
                if way == "return":
                    self._put(depth, f"<-- {level.title}" + (f": {values}" if values else ""))
                elif way != "yield":
                    self._put(depth, f"<-- {level.title}: {way}")
                depth -= 1
            if depth == 0 or self._progress_coroutine(depth) is not coroutine:
                self._write_switch(coroutine, depth + 1, "yields" if ways[-1] == "yield" else "ends", "<~~")

    def _progress_coroutine(self, depth: int) -> Coroutine | None:
        levels = self._progress.levels
        return levels[depth - 1].coroutine if depth <= len(levels) else None

    def _write_switch(self, coroutine: Coroutine, depth: int, event: str, arrow: str) -> None:
        if coroutine.function is not None:
            self._put(depth, f"{arrow} {show(coroutine)} {event}")

    def _put(self, depth: int, text: str) -> None:
        self._write(f"{'  ' * min(depth - 1, _MAX_INDENT)}{text.rstrip()}\n")


def _coroutine_of(level: Level) -> Coroutine:
    return level.coroutine


def _place(frame: Frame, pc: int) -> str:
    line = frame.proto.line_at(pc - 1)
    return f"[{line if line > 0 else '-'}] {pc:>3}"


def _title(frame: Frame) -> str:
    proto = frame.proto
    source = chunk_id(proto.source)
    if proto.line_defined == 0:
        return f"main chunk <{source}>"
    named = Activation(frame.function, frame, frame.previous).name
    return f"{named[1] if named else 'function'} <{source}:{proto.line_defined}>"


def _arguments(frame: Frame) -> str:
    proto = frame.proto
    texts = [
        f"{proto.local_name(register, 0) or f'R[{register}]'} = {show(frame.R[register])}"
        for register in range(proto.num_params)
    ]
    texts += [show(value) for value in frame.varargs or ()]
    return _joined(texts)


def _values(values: Iterable[LuaValue]) -> str:
    return _joined([show(value) for value in values])


def _joined(texts: list[str]) -> str:
    rest = len(texts) - _MAX_VALUES
    shown = texts if rest <= 0 else [*texts[:_MAX_VALUES], f"... ({rest} more)"]
    return ", ".join(shown)


def _effects(frame: Frame, pc: int) -> str:
    """Return what a complete instruction did: registers, an upvalue, where it goes on."""
    word = frame.proto.code[pc - 1]
    op = opcode_of(word)
    texts = [
        f"R[{change.index}]{f' {change.name}' if change.name else ''} = {change.value}"
        for change in changes(frame, pc)
    ]
    if op == OP["SETUPVAL"]:
        name = frame.proto.upvalues[get_b(word)].name
        texts.append(f"upvalue {name or get_b(word)} = {show(frame.register_value(get_a(word)))}")
    text = _joined(texts)
    if OPCODES[op].is_test or (jump_target(pc - 1, word) is not None and op != OP["LFALSESKIP"]):
        text = f"{text}  -> {frame.pc}".lstrip()
    return text
