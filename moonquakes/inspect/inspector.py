"""How does one halt a program between any two instructions and look at it?

:class:`Inspector` is the whole answer: it moves the program on, and shows it.  What
it shows is made in :mod:`moonquakes.inspect.look`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Literal, TypeAlias

from moonquakes.bytecode.opcodes import OP, opcode_of
from moonquakes.bytecode.proto import Proto, chunk_id
from moonquakes.errors import LuaError, LuaExit, LuaSyntaxError
from moonquakes.inspect import look
from moonquakes.inspect.evaluate import evaluate, evaluate_values, message_of
from moonquakes.inspect.progress import Movement, Progress, begins_line, changes
from moonquakes.inspect.views import (
    Breakpoint,
    CoroutineView,
    Evaluation,
    Instruction,
    StackFrame,
    Stop,
    Value,
    Variable,
    text_of,
)
from moonquakes.stdlib import open_libraries
from moonquakes.vm.activations import Activation
from moonquakes.vm.frames import Frame
from moonquakes.vm.functions import proto_of
from moonquakes.vm.state import State
from moonquakes.vm.stepping import Execution
from moonquakes.vm.table import Table

Status: TypeAlias = Literal["halted", "ended", "failed"]

#: Whether a request is fulfilled at ``frame``'s instruction ``pc``; the last is whether a line begins there.
_Reached = Callable[[Frame, int, bool], bool]


class Inspector:
    """A Lua program that halts wherever one wants, at first before its first instruction.

    Args:
        source: the program; a ``str`` is taken as UTF-8.
        name: how messages name it (``"sum.lua"``).
        arguments: texts that it gets as ``...``.
        profile: which libraries it has, as for :class:`moonquakes.LuaRuntime`: ``"safe"`` or ``"full"``.
        input: what it reads as standard input (profile ``"full"``).
        limit: how many instructions one request may run at most; None for any number.
        state: a state with libraries to run it in, on engine ``"vm"``.  Then ``profile`` and
            ``input`` mean nothing, and the output goes where that state sends it.

    An error that nothing catches, and a source that does not compile, end in ``status ==
    "failed"``; no method raises it.  What ran when a program failed stays to be looked at.

    A host function that calls back into Lua (``table.sort`` with a comparator, ``require``)
    is one instruction: what it calls runs without a halt.

    Attributes:
        name: how messages name the program.
        status: ``"halted"``, ``"ended"`` or ``"failed"``.
        results: what the program returned.
        error: the message of the error that ended it, None without one.
        traceback: that message with the stack, as ``lua`` prints it.
        exit_status: what it passed to ``os.exit``, None when it did not.
        breakpoints: where :meth:`run` and the like halt.
        limit: as the argument.
    """

    def __init__(
        self,
        source: str | bytes,
        name: str | bytes = "program",
        arguments: Iterable[str | bytes] = (),
        *,
        profile: Literal["safe", "full"] = "safe",
        input: str | bytes = b"",
        limit: int | None = None,
        state: State | None = None,
    ) -> None:
        self.name = name if isinstance(name, str) else name.decode("utf-8", "replace")
        self.status: Status = "halted"
        self.results: tuple[Value, ...] = ()
        self.error: str | None = None
        self.traceback: str | None = None
        self.exit_status: int | None = None
        self.breakpoints: list[Breakpoint] = []
        self.limit = limit
        self._output = io.BytesIO()
        if state is not None and state.engine != "vm":
            raise ValueError(f"state must be on engine 'vm', not {state.engine!r}")
        self._state = state if state is not None else self._make_state(profile, _bytes(input))
        self._baseline = dict(_globals(self._state))
        self._text = _bytes(source)
        self._progress = Progress()
        self._pause = False
        self._numbers = 0
        self._failed_at: list[look.Place] = []
        self._execution: Execution | None = None
        self._main: Proto | None = None
        try:
            function = self._state.load(self._text.decode("latin-1"), "@" + _lua(name))
        except LuaSyntaxError as error:
            self._fail(error)
            return
        self._main = proto_of(function)
        assert self._main is not None
        self.name = _chunk(self._main)
        given = [_lua(argument) for argument in arguments]
        self._execution = Execution(self._state, function, given, self._on_error)
        self._observe()

    # Moving on

    def step(self) -> Stop:
        """Run one instruction; a call leads into the function called."""
        return self._go(lambda frame, pc, begins: True, uses_breakpoints=False)

    def step_line(self) -> Stop:
        """Run to the beginning of a line, in this function, one it calls or one it returns to."""
        return self._go(lambda frame, pc, begins: begins)

    def step_over(self) -> Stop:
        """Run to the beginning of a line in this function, or in one that it returns or yields to."""
        levels = self._progress.levels
        position = len(levels) - 1
        base = self._state.frame

        def reached(frame: Frame, pc: int, begins: bool) -> bool:
            nonlocal position, base
            if len(levels) <= position:  # left: what it came back to is what counts now
                position = len(levels) - 1
                base = levels[position].frame
            elif levels[position].frame is not base and not levels[position].frame.is_tail:
                base = levels[position].frame
            return begins and frame is base

        return self._go(reached)

    def step_out(self) -> Stop:
        """Run until this function has returned or yielded, or an error left it."""
        levels = self._progress.levels
        position = len(levels) - 1
        start = self._state.frame

        def reached(frame: Frame, pc: int, begins: bool) -> bool:
            if len(levels) <= position:
                return True
            # What a tail call put in its place stands for it.
            return levels[position].frame is not start and not levels[position].frame.is_tail

        return self._go(reached)

    def run_to(self, line: int | None = None, pc: int | None = None, function: str | None = None) -> Stop:
        """Run to a line of the program, an instruction of this function, or the start of a named function.

        A jump behind a test, and the MMBIN behind an operation on numbers, belong to the instruction
        before: the program does not halt at them.
        """
        if line is not None:
            target = self._breakpoint_at(line, None)
            return self._go(lambda frame, at, begins: begins and self._is_hit(target, frame, at))
        if function is not None:
            named = Breakpoint(0, function=function)
            return self._go(lambda frame, at, begins: begins and self._is_hit(named, frame, at))
        if pc is None:
            raise TypeError("run_to needs a line, a pc or a function")
        here = self._state.frame
        proto = here.proto if type(here) is Frame else None
        return self._go(lambda frame, at, begins: at == pc and frame.proto is proto)

    def run(self) -> Stop:
        """Run to the next breakpoint or the end."""
        return self._go(lambda frame, pc, begins: False)

    def finish(self) -> Stop:
        """Run to the end, whatever breakpoints there are."""
        return self._go(lambda frame, pc, begins: False, uses_breakpoints=False)

    def pause(self) -> None:
        """Halt at the next instruction; to be called from another thread or a signal handler."""
        self._pause = True

    def close(self) -> None:
        """Give the rest of the program up."""
        if self._execution is not None and self.status == "halted":
            self._execution.leave()
            self._end()

    # Breakpoints

    def break_at(self, line: int, source: str | None = None) -> Breakpoint:
        """Halt where ``line`` begins, or the first one after it that has code.

        Args:
            source: the chunk's name as messages show it; the program's own by default.

        Raises:
            ValueError: the program has no code there or after it.
        """
        return self._add(self._breakpoint_at(line, source))

    def break_in(self, function: str) -> Breakpoint:
        """Halt where a function starts that is called by this name (the last part of ``account.deposit``)."""
        return self._add(Breakpoint(0, function=function))

    def clear(self, number: int | None = None) -> None:
        """Remove a breakpoint, or all of them.

        Raises:
            ValueError: there is none of this number.
        """
        kept = [each for each in self.breakpoints if number is not None and each.number != number]
        if number is not None and len(kept) == len(self.breakpoints):
            raise ValueError(f"no breakpoint {number}")
        self.breakpoints[:] = kept

    # Looking

    @property
    def source_lines(self) -> list[str]:
        """The program's text by lines; empty for a binary chunk."""
        if self._text[:1] == b"\x1b":
            return []
        return self._text.decode("utf-8", "replace").splitlines()

    @property
    def output(self) -> str:
        """What the program wrote so far to standard output and standard error."""
        return self._output.getvalue().decode("utf-8", "replace")

    @property
    def frames(self) -> list[StackFrame]:
        """The stack of the running coroutine, the top first; as it was at the error in a failed program."""
        return [look.frame_view(self._state, place, level) for level, place in enumerate(self._places())]

    def frame(self, level: int = 0) -> StackFrame:
        """Return one level of the stack.

        Raises:
            IndexError: there are not so many; there is none when the program has ended.
        """
        return look.frame_view(self._state, self._place(level), level)

    @property
    def line(self) -> int | None:
        """The line that runs next, or that failed; None when there is none."""
        return self.frame().line if self._place_or_none(0) is not None else None

    @property
    def pc(self) -> int | None:
        """The instruction that runs next, or that failed; None when there is none."""
        return self.frame().pc if self._place_or_none(0) is not None else None

    def registers(self, level: int = 0) -> list[Variable]:
        """Return the registers of a level of the stack; those that hold local variables have names."""
        return look.registers(self._place(level))

    def locals(self, level: int = 0) -> list[Variable]:
        """Return the local variables of a level: its registers that have names."""
        return [each for each in self.registers(level) if each.name and not each.name.startswith("(")]

    def varargs(self, level: int = 0) -> list[Value]:
        """Return the values of ``...`` of a level."""
        return look.varargs(self._place(level))

    def upvalues(self, level: int = 0) -> list[Variable]:
        """Return the upvalues of the function at a level."""
        return look.upvalues(self._place(level))

    def globals(self, all: bool = False) -> list[Variable]:
        """Return the global variables that the program has set, or all of them, by name."""
        now = _globals(self._state)
        names = sorted(name for name in now if all or self._baseline.get(name) is not now[name])
        return [Variable(None, name, Value.of(now[name])) for name in names]

    def listing(self, level: int = 0) -> list[Instruction]:
        """Return the bytecode of the function at a level; of the program when there is no such level."""
        place = self._place_or_none(level)
        if place is not None and place.frame is not None:
            return look.instructions(place.frame.proto, place.pc)
        return look.instructions(self._main, 0) if self._main is not None and place is None else []

    def coroutines(self) -> list[CoroutineView]:
        """Return all coroutines that the program can reach, the main one first."""
        is_halted = self.status == "halted"
        found = look.coroutines(self._state)
        return [look.coroutine_view(self._state, coroutine, is_halted) for coroutine in found]

    def evaluate(self, text: str, level: int = 0) -> Evaluation:
        """Run an expression, or statements, where a level of the stack is, and return its values.

        Local variables, upvalues and globals have their values there, and may be set.
        """
        return evaluate(self._state, text, self._frame_or_none(level))

    def fields(self, expression: str, level: int = 0, limit: int = 100) -> list[Variable]:
        """Return the first fields of the table that an expression gives; none when it gives no table."""
        values, _ = evaluate_values(self._state, expression, self._frame_or_none(level))
        return look.fields(values[0], limit) if values and type(values[0]) is Table else []

    def __str__(self) -> str:
        from moonquakes.inspect.text import overview

        return overview(self)

    # How it works

    def _make_state(self, profile: str, data: bytes) -> State:
        state = State("vm")
        state.stdin = io.BytesIO(data)
        state.stdout = state.stderr = self._output
        open_libraries(state, profile)
        return state

    def _go(self, reached: _Reached, uses_breakpoints: bool = True) -> Stop:
        """Run until ``reached``, a breakpoint, the limit or the end."""
        execution = self._execution
        if execution is None or self.status != "halted":
            return Stop("ended" if self.status == "ended" else "failed")
        self._pause = False
        count = 0
        while True:
            try:
                execution.step()
            except LuaExit as leave:
                self.exit_status = int(str(leave.code))
                self._end()
                return Stop("ended", instructions=count + 1)
            except BaseException:
                self._fail(LuaError("interrupted!"))
                raise
            count += 1
            if execution.is_done:
                return Stop(self._take_outcome(execution), instructions=count)
            frame, pc, movement = self._observe()
            begins = begins_line(frame.proto, pc, movement.last)
            if begins and uses_breakpoints and self.breakpoints:
                for each in self.breakpoints:
                    if self._is_hit(each, frame, pc):
                        each.hits += 1
                        return Stop("breakpoint", each, count)
            if reached(frame, pc, begins):
                written = changes(frame, movement.last) if count == 1 and movement.last else ()
                return Stop("step", None, count, written)
            if self._pause:
                return Stop("paused", None, count)
            if self.limit is not None and count >= self.limit:
                return Stop("limit", None, count)

    def _observe(self) -> tuple[Frame, int, Movement]:
        frame = self._state.frame
        assert type(frame) is Frame
        return frame, frame.pc, self._progress.observe(frame, frame.pc, self._state.current)

    def _take_outcome(self, execution: Execution) -> Literal["ended", "failed"]:
        if execution.error is not None:
            self._fail(execution.error)
            return "failed"
        self.results = tuple(Value.of(value) for value in execution.results)
        self._end()
        return "ended"

    def _end(self) -> None:
        self.status = "ended"
        self.error = self.traceback = None
        self._failed_at = []
        self._progress.finish()

    def _fail(self, error: Exception) -> None:
        self.status = "failed"
        self._progress.finish()
        if self.error is None or not isinstance(error, LuaError):
            self.error = self._message(error)
        if self.traceback is None:
            self.traceback = self.error

    def _on_error(self, error: LuaError) -> LuaError:
        """Keep the stack of an error that nothing catches."""
        message = message_of(self._state, error.value)
        self.error = text_of(message)
        self.traceback = text_of(self._state.traceback(message))
        self._failed_at = list(look.places(self._state.frame, is_halted=False))
        return error

    def _message(self, error: Exception) -> str:
        if not isinstance(error, LuaError):
            return f"{type(error).__name__}: {error}"
        return text_of(message_of(self._state, error.value))

    def _places(self) -> Iterator[look.Place]:
        if self.status == "halted":
            return look.places(self._state.frame, is_halted=True)
        return iter(self._failed_at)

    def _place_or_none(self, level: int) -> look.Place | None:
        return next(islice(self._places(), level, None), None) if level >= 0 else None

    def _place(self, level: int) -> look.Place:
        place = self._place_or_none(level)
        if place is None:
            raise IndexError(f"no level {level} on the stack")
        return place

    def _frame_or_none(self, level: int) -> tuple[Frame, int] | None:
        """Return where an expression finds its variables; the globals are enough when no program runs."""
        if level == 0 and self._place_or_none(0) is None:
            return None
        place = self._place(level)
        return None if place.frame is None else (place.frame, place.pc)

    def _add(self, point: Breakpoint) -> Breakpoint:
        self._numbers += 1
        point.number = self._numbers
        self.breakpoints.append(point)
        return point

    def _breakpoint_at(self, line: int, source: str | None) -> Breakpoint:
        if source is not None and source != self.name:
            return Breakpoint(0, line, source)
        later = [each for each in _lines_with_code(self._main) if each >= line]
        if not later:
            raise ValueError(f"no code at line {line} of {self.name} or after it")
        return Breakpoint(0, min(later), self.name)

    def _is_hit(self, point: Breakpoint, frame: Frame, pc: int) -> bool:
        """Whether a breakpoint halts where a line begins."""
        proto = frame.proto
        if point.line is not None:
            return proto.line_at(pc - 1) == point.line and _chunk(proto) == point.source
        if pc != 1 and not (pc == 2 and opcode_of(proto.code[0]) == OP["VARARGPREP"]):
            return False
        named = Activation(frame.function, frame, frame.previous).name
        if named is not None and named[1] == point.function:
            return True
        # A tail call leaves no caller that could tell the name.
        assert point.function is not None
        return self._main is not None and proto in look.functions_named(self._main, point.function)


def _lines_with_code(main: Proto | None) -> set[int]:
    """Return the lines where the program can halt."""
    return {
        proto.line_at(pc)
        for proto in (look.protos(main) if main is not None else ())
        for pc, word in enumerate(proto.code)
        if opcode_of(word) != OP["VARARGPREP"]
    }


def _globals(state: State) -> dict[str, Any]:
    return {
        name: value for name, value in state.globals.hash.items() if type(name) is str and value is not None
    }


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def _lua(text: str | bytes) -> str:
    """Return a Lua string."""
    return _bytes(text).decode("latin-1")


def _chunk(proto: Proto) -> str:
    return text_of(chunk_id(proto.source))
