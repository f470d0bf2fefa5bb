"""Which Lua functions run, where Python's stack holds translated code?

Translated code keeps no record of its calls: Python does.  A frame of a translated function is
known by its code object, and its line tells the instruction.  Between such frames lie those of
host functions, of the helpers of generated code, and of the VM, whose own frames stand for them.
"""

from __future__ import annotations

import gc
import itertools
import sys
from collections.abc import Iterable, Iterator
from inspect import CO_GENERATOR
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.opcodes import OP, opcode_of
from moonquakes.bytecode.proto import Proto
from moonquakes.errors import LuaError
from moonquakes.values import LuaValue, settle_tail
from moonquakes.vm.activations import Activation, activations_until
from moonquakes.vm.coroutines import CoroutineBase
from moonquakes.vm.fast.analysis import ANY
from moonquakes.vm.fast.assignment import assign_variable
from moonquakes.vm.fast.chunk import Translation, analyse
from moonquakes.vm.frames import AnyFrame, Boundary
from moonquakes.vm.functions import Intrinsic, TranslatedFunction, WatchedFunction, marker_of
from moonquakes.vm.names import Description, describe_call
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.coroutines import Coroutine
    from moonquakes.vm.state import State

#: What stands around library functions.
_AROUND: Final = ("moonquakes.stdlib.costs", "moonquakes.stdlib.limited_calls")
#: Modules whose functions no Lua code calls by themselves.
_MACHINERY: Final = (
    "moonquakes.vm.", "moonquakes.numbers", "moonquakes.values", "moonquakes.errors", *_AROUND,
    # What calls for the host.
    "moonquakes.embedding.calling",
)  # fmt: skip
#: What marks the bodies of functions that the VM runs; a union would be made at each call.
_ON_FRAMES: Final = (Proto, WatchedFunction)
#: Python's frames with the line each is at, the innermost first.
Places = Iterable[tuple[FrameType, int]]


def running_translation(frame: FrameType | None) -> Translation:
    """Return the innermost translated function that called, through helpers, what runs in ``frame``."""
    while frame is not None:
        found = marker_of(frame.f_code)
        if type(found) is Translation:
            return found
        frame = frame.f_back
    raise AssertionError("no translated function runs")


class FrameView:
    """An activation of a translated function, as far as a VM frame would show it.

    Attributes:
        pc: two past the number of its instruction, which counts from 0, as a VM frame's.
        python: the Python frame.
    """

    __slots__ = ("_state", "calling", "is_tail", "open", "pc", "proto", "python", "top", "translation")

    def __init__(self, state: State, translation: Translation, python: FrameType, line: int) -> None:
        lines = translation.chunk.lines
        pc = lines[line] if 0 <= line < len(lines) else 0
        self._state = state
        self.translation = translation
        self.proto: Proto = translation.proto
        self.python = python
        self.pc = max(pc, 0) + 2
        self.is_tail = False
        self.top = 0
        self.open = None
        self.calling = None

    def refine(self, inner: list[FrameType]) -> None:
        """Take the instruction from the slow path that runs: its text may be written later than it stands.

        ``inner`` are Python's frames above, the outermost last.
        """
        for frame in inner[:-3:-1]:
            if not is_slow_path(frame):
                pc = frame.f_locals.get("pc") if _is_machinery(frame) else None
                if type(pc) is int:
                    self.pc = pc + 2
                return

    @property
    def state(self) -> State:
        return self._state

    @property
    def has_left(self) -> bool:
        """Whether the reference has given its activation to the Lua function that it tail-calls."""
        return opcode_of(self.proto.code[self.pc - 2]) == OP["TAILCALL"]

    @property
    def varargs(self) -> list[LuaValue]:
        return list(self.python.f_locals.get("va", ()))

    @property
    def R(self) -> list[LuaValue]:  # noqa: N802  # as a VM frame's
        return [self.register_value(register) for register in range(self.proto.max_stack_size)]

    def register_value(self, register: int) -> LuaValue:
        """Return the value of the variable that lives in a register; nil for others."""
        pc = self.pc - 2
        for text, at, start, end, is_boxed in self.translation.variables:
            if at == register and start <= pc < end:
                value = self.python.f_locals.get(text)
                return value[0] if is_boxed and type(value) is list else value
        return None

    def assign(self, register: int, value: LuaValue) -> bool:
        """Give the variable that lives in a register a value; False when the code would not stand it.

        It stands any value where it expects any, and where no closure has the old one.
        """
        pc = self.pc - 2
        for text, at, start, end, is_boxed in self.translation.variables:
            if at == register and start <= pc < end:
                variable = analyse(self.proto).active(register, pc)
                if variable is None or variable.kind != ANY or variable.is_copied:
                    return False
                if not is_boxed:
                    return assign_variable(self.python, text, value)
                self.python.f_locals[text][0] = value
                return True
        return False

    def assign_vararg(self, index: int, value: LuaValue) -> bool:
        """Give an argument beyond the parameters, counted from 0, another value."""
        values = self.varargs
        values[index] = value
        return assign_variable(self.python, "va", tuple(values))

    @property
    def function(self) -> FunctionType | None:
        return function_of(self.python)


def function_of(frame: FrameType) -> FunctionType | None:
    """Return the function that a frame runs: among those with its code, the one with its upvalues."""
    for candidate in gc.get_referrers(frame.f_code):
        if type(candidate) is WatchedFunction:
            candidate = candidate.function()
        if type(candidate) is FunctionType and candidate.__code__ is frame.f_code:
            candidate = _owner_of(candidate)
        if type(candidate) is FunctionType and runs(candidate, frame):
            outer = frame.f_back
            is_wrapped = outer is not None and outer.f_globals.get("__name__") in _AROUND
            return _wrapper_of(candidate) if is_wrapped else candidate
    return None


def _wrapper_of(function: FunctionType) -> FunctionType:
    """Return the library function that pays for what a function does and calls it; else itself."""
    for wrapped in gc.get_referrers(function):
        if type(wrapped) is tuple:
            for fields in gc.get_referrers(wrapped):
                if type(fields) is dict and fields.get("__wrapped__") is wrapped:
                    for owner in gc.get_referrers(fields):
                        if type(owner) is FunctionType and owner.__dict__ is fields:
                            return owner
    return function


def _owner_of(function: FunctionType) -> FunctionType:
    """Return the function whose twin a function is; else itself."""
    for fields in gc.get_referrers(function):
        if type(fields) is dict and fields.get("twin") is function:
            for owner in gc.get_referrers(fields):
                if type(owner) is FunctionType and owner.__dict__ is fields:
                    return owner
    return function


def runs(function: FunctionType, frame: FrameType) -> bool:
    """Whether a frame is of the function, as far as code and upvalues tell."""
    code, wanted = function.__code__, frame.f_code
    if code is wanted:
        return _closes_over(function, frame)
    fields = function.__dict__
    if fields:
        inner = fields.get("__wrapped__")
        if inner is not None:
            # A library function that pays for what it does.
            return any(runs(each, frame) for each in inner)
        twin = fields.get("twin")
        if type(twin) is FunctionType and twin.__code__ is wanted:
            return _closes_over(twin, frame)
    marker = marker_of(code)
    # Its code is that which it had when it was called.
    return type(marker) is WatchedFunction and marker.code is wanted and _closes_over(function, frame)


def _closes_over(function: FunctionType, frame: FrameType) -> bool:
    """Whether a function with the code of a frame has the upvalues that the frame sees."""
    names = frame.f_code.co_freevars
    if not names:
        return True
    values = frame.f_locals
    return all(
        _holds(cell, values.get(name)) for name, cell in zip(names, function.__closure__ or (), strict=True)
    )


def _holds(cell: Any, value: Any) -> bool:
    try:
        return cell.cell_contents is value
    except ValueError:
        return value is None


class PythonActivation(Activation):
    """A level of the stack that a Python frame stands for: of a translated function or of a host's.

    Which function runs there is looked for when somebody asks.
    """

    __slots__ = ("_found", "python")

    def __init__(self, python: FrameType, view: FrameView | None) -> None:
        self.frame = view  # type: ignore[assignment]  # stands for a Frame
        self.caller = None
        self.python = python
        self._found: FunctionType | None = None

    @property
    def function(self) -> FunctionType | None:
        if self._found is None:
            self._found = function_of(self.python)
        return self._found

    @property
    def code(self) -> CodeType | None:
        return self.python.f_code

    def is_of(self, function: FunctionType) -> bool:
        return runs(function, self.python)


def _is_machinery(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith(_MACHINERY)


def is_slow_path(frame: FrameType) -> bool:
    """Whether a frame is one of generated code's slow paths."""
    return frame.f_code.co_filename == "<lua slow path>"


def is_host_level(frame: FrameType, caller: FrameType | None) -> bool:
    """Whether a frame is a host function's that translated code or an engine's helper called."""
    own = marker_of(frame.f_code)
    if type(own) is Intrinsic:
        return True
    if isinstance(own, _ON_FRAMES):
        return False  # the body of a function that the VM runs: a frame of the VM's stands for it
    if _is_machinery(frame) or caller is None:
        return False
    if frame.f_globals.get("__name__") == "lua":
        return False  # a slow path
    if caller.f_code.co_name == "message_handler" and _is_machinery(caller):
        return False  # what State.protected_call was given: no function of Lua's
    marker = marker_of(caller.f_code)
    if type(marker) is Intrinsic and caller.f_code.co_name == "forward":
        return False  # a part of the function that its caller stands for
    return (
        type(marker) is Translation
        or (type(marker) is Intrinsic and caller.f_code.co_name == "pcall")
        or _is_machinery(caller)
        or caller.f_globals.get("__name__") == "lua"
    )


def live_places(frame: FrameType | None) -> Iterator[tuple[FrameType, int]]:
    """Yield Python's frames from ``frame`` outwards; where a message handler runs, those of the error
    come in.
    """
    while frame is not None:
        yield frame, frame.f_lineno
        if frame.f_code is _handler_code():
            exception = frame.f_locals.get("exception")
            if exception is not None:
                raised = list(raised_places(exception.__traceback__))
                yield from raised
                # The outermost is the frame that caught it: it is on the stack as well, but further on.
                while frame is not None and raised and frame is not raised[-1][0]:
                    frame = frame.f_back
                if frame is None:
                    return
        frame = frame.f_back


def raised_places(traceback: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    """Return the frames an exception went through, the innermost first."""
    places: list[tuple[FrameType, int]] = []
    while traceback is not None:
        place = traceback.tb_frame, traceback.tb_lineno
        if places and places[-1][0] is place[0]:
            places[-1] = place  # it was raised once more in the same frame
        else:
            places.append(place)
        traceback = traceback.tb_next
    return reversed(places)


def _closing_code() -> CodeType:
    from moonquakes.vm.fast.errors import close_after

    return close_after.__code__


def _handler_code() -> CodeType:
    from moonquakes.vm.fast.errors import run_handler

    return run_handler.__code__


def levels(state: State, places: Places, frame: Any) -> list[Activation]:
    """Return the levels of the stack of the running coroutine, the innermost first.

    ``frame`` is the innermost frame of the VM, or what stands for it.
    """
    from moonquakes.vm.interpreter import _run_from_host

    entry = _run_from_host.__code__
    found: list[Activation] = []
    between: list[FrameType] = []
    from moonquakes.vm.fast.coroutines import resume
    from moonquakes.vm.fast.names import Names

    entered = Names._enter.__code__
    resumed = resume.__code__
    handling = _handler_code()
    is_ended = False
    for python, line in places:
        if python.f_code is resumed:
            break  # below are the levels of another coroutine
        marker = marker_of(python.f_code)
        if type(marker) is Translation:
            if is_ended and not any(type(marker_of(frame.f_code)) is Intrinsic for frame in between):
                between.clear()
                continue
            view = FrameView(state, marker, python, line)
            view.refine(between)
            codes = {frame.f_code for frame in between}
            _add_hosts(found, between)
            # An error ended it already, and all that it goes through.
            is_ended = _closing_code() in codes
            if is_ended:
                continue
            trampolined = settle_tail.__code__ in codes
            callee: Any = found[-1].frame if found else None
            if type(callee) is FrameView and (trampolined or view.has_left):
                callee.is_tail = True
            if not (type(callee) is FrameView and view.has_left):
                found.append(PythonActivation(python, view))
        elif python.f_code is entry:
            is_ended = False
            boundary = python.f_locals["boundary"]
            if boundary.state is not state:
                break
            _add_hosts_above(found, between, frame)
            # The host below all comes once, at the end.
            found += [level for level in activations_until(frame, boundary) if not _is_bottom(level)]
            if boundary.role:
                found.append(_Base(boundary))
            frame = boundary.previous
        elif python.f_code is entered and python.f_locals["self"].state is state:
            is_ended = False
            _add_hosts(found, between)  # no host function below is Lua's to see
        elif python.f_code is handling:
            _add_hosts(found, between)  # no frame of the VM's knows who it runs as message handler
        else:
            between.append(python)
    _add_hosts(found, between, skip_outermost=True)
    if state.current is state.main and not (found and type(found[-1]) is _Base):
        found.append(Activation(None, None, None))
    for inner, outer in itertools.pairwise(found):
        if _is_entry(inner.caller):
            inner.caller = outer.frame if outer.frame is not None else outer  # type: ignore[assignment]
    return [level for level in found if type(level) is not _Base]


def caller_of(state: State, frame: FrameType) -> Activation | None:
    """Return the level below that of a translated function, where nothing but its call lies between.

    None where :func:`levels` must look.
    """
    between: list[FrameType] = []
    python = frame.f_back
    while python is not None and type(marker := marker_of(python.f_code)) is not Translation:
        # A slow path, or what calls a metamethod for it.
        if not is_slow_path(python) and not (python.f_code.co_name in _BETWEEN and _is_machinery(python)):
            return None
        between.append(python)
        python = python.f_back
    if python is None:
        return None
    view = FrameView(state, marker, python, python.f_lineno)
    view.refine(between)
    return None if view.has_left else PythonActivation(python, view)


#: Functions of the slow paths that stand for no level.
_BETWEEN: Final = frozenset(
    {"index", "setindex", "metacall", "call_handler", "perform", "call", "call_any", "spread"}
)


def _is_entry(caller: AnyFrame | None) -> bool:
    """Whether the VM's frames do not tell who called, because translated code did, or a host function."""
    if type(caller) is CoroutineBase:
        return caller.coroutine.stands_for is not None
    return caller is None or (type(caller) is Boundary and not caller.role)


def _is_bottom(level: Activation) -> bool:
    return level.function is None and level.frame is None and type(level) is Activation


class _Base(Activation):
    """A call that the engine made by itself: of a hook or a finalizer."""

    __slots__ = ("boundary",)

    def __init__(self, boundary: Any) -> None:
        super().__init__(None, boundary, None)
        self.boundary = boundary


def _add_hosts(found: list[Activation], between: list[FrameType], skip_outermost: bool = False) -> None:
    """Add the host functions among the frames above a level."""
    hosts = [frame for frame in between if is_host_level(frame, frame.f_back)]
    if skip_outermost:
        hosts = [frame for frame in hosts if type(marker_of(frame.f_code)) is Intrinsic]
    found += [PythonActivation(frame, None) for frame in hosts]
    between.clear()


def _add_hosts_above(found: list[Activation], between: list[FrameType], frame: Any) -> None:
    """Add the host functions above a frame of the VM, but the one that it called, which it shows itself."""
    hosts = [frame for frame in between if is_host_level(frame, frame.f_back)]
    called = frame.calling if frame is not None else None
    if hosts and called is not None and not isinstance(marker_of(called.__code__), TranslatedFunction):
        outermost = hosts.pop()
        if type(marker_of(outermost.f_code)) is Intrinsic:
            hosts.append(outermost)
    found += [PythonActivation(frame, None) for frame in hosts]
    between.clear()


def may_yield(frame: FrameType | None) -> bool:
    """Whether what a frame belongs to can yield: a generator of a coroutine, or frames of the VM."""
    from moonquakes.vm.interpreter import run

    while frame is not None and frame.f_code is not run.__code__:
        if type(marker_of(frame.f_code)) is Translation:
            return bool(frame.f_code.co_flags & CO_GENERATOR)
        frame = frame.f_back
    return True


def running_levels(state: State) -> list[Activation]:
    """Return the levels of the running coroutine as of now."""
    return levels(state, live_places(sys._getframe(1)), state.frame)


def uncallable(state: State, value: LuaValue) -> LuaError:
    """The error of calling a value from a helper or a host function: a helper's caller names a metamethod."""
    message = f"attempt to call a {state.type_name(value)} value"
    levels_now = running_levels(state)
    view: Any = levels_now[0].frame if levels_now else None
    if type(view) is FrameView:
        described = name_of_call(view)
        if described is not None:
            message += f" ({described[0]} '{described[1]}')"
    return state.runtime_error(message)


def name_of_call(view: FrameView) -> Description | None:
    """Say how the function that a translated one is calling was named."""
    return describe_call(view.proto, view.pc - 2)


def generator_frames(generator: Any) -> list[FrameType]:
    """Return the frames of a generator and of those it delegates to, the outermost first."""
    frames = []
    while generator is not None:
        frame = getattr(generator, "gi_frame", None)
        if frame is None:
            break
        frames.append(frame)
        generator = generator.gi_yieldfrom
    return frames


def suspended_levels(state: State, coroutine: Coroutine) -> list[Activation]:
    """Return the levels of a coroutine that is a generator and does not run."""
    frames = generator_frames(coroutine.generator)
    found = levels(state, [(frame, frame.f_lineno) for frame in reversed(frames)], None)
    # No host stands below a coroutine.
    found = [level for level in found if level.frame is not None or level.code is not None]
    if coroutine.status == "suspended" and found:
        library = state.loaded.hash.get("coroutine")
        function = library.hash.get("yield") if type(library) is Table else None
        found.insert(0, Activation(function, None, found[0].frame))
    return found
