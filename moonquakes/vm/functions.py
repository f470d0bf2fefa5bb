"""Lua functions as plain Python functions: how a closure is made, and read back.

A closure's code object carries its Proto as the last constant, and its
``__closure__`` holds first the :class:`Home` and then one cell per upvalue.
Host functions that the VM must treat as its own (``pcall``, ``coroutine.resume``)
carry an :class:`Intrinsic` at the same place.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from types import CellType, CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from moonquakes.bytecode.proto import Proto

if TYPE_CHECKING:
    from moonquakes.vm.state import State


class Home(weakref.ref[FunctionType]):
    """A closure's link to itself and to its state.

    It lets the Python body of a Lua function, called from the host, know which
    function it is; weak, because a function must not keep itself alive.
    """

    __slots__ = ("state",)
    state: State


class Intrinsic:
    """Marks a host function that the VM runs without a Python call.

    ``begin(state, frame, function, arguments)`` starts it; ``frame`` is ready to
    receive the results.
    """

    __slots__ = ("begin",)

    def __init__(self, begin: Callable[[State, Any, FunctionType, list[Any]], None]) -> None:
        self.begin = begin


class TranslatedFunction:
    """Base of what the code of a translated function refers to instead of its Proto.

    Attributes:
        proto: the Proto it was translated from.
    """

    __slots__ = ("__weakref__", "proto")
    proto: Proto

    def cells_of(self, function: FunctionType) -> tuple[Any, ...]:
        """Return the cells of a function's upvalues, in the Proto's order."""
        raise NotImplementedError

    def line_at(self, line: int) -> int:
        """Return the line of the source for a line of the Python text, -1 when unknown."""
        raise NotImplementedError

    def closure_like(self, function: FunctionType, proto: Proto, cells: list[Any]) -> FunctionType:
        """Return a new function over an inner Proto of ``function``'s, which the VM runs."""
        raise NotImplementedError

    def accepts(self, function: FunctionType, number: int, value: Any = ...) -> bool:
        """Whether an upvalue of ``function`` may get a value, or any; the code that does not stand it goes.

        False, and nothing changes, where such code is under way.
        """
        raise NotImplementedError


class TranslatedLink(weakref.ref[TranslatedFunction]):
    """What the code of a translated function carries as its last constant.

    Weak, because Python's collector does not look into code objects: what refers to its own code would
    stay for ever.  The globals of a function keep what is known about it.
    """

    __slots__ = ()


def marker_of(code: CodeType) -> Any:
    """Return what a code object is marked with: a Proto, what is known about translated code, an
    Intrinsic; or anything.
    """
    constants = code.co_consts
    marker = constants[-1] if constants else None
    return marker() if marker.__class__ is TranslatedLink else marker


class WatchedFunction(TranslatedFunction):
    """What a translated function's code carries while a debug hook is set: its code enters the VM then.

    Attributes:
        function: weak reference to the function.
        code: its translated code.
    """

    __slots__ = ("code", "function", "translated")

    def __init__(self, function: FunctionType, translated: TranslatedFunction) -> None:
        self.function = weakref.ref(function)
        self.code = function.__code__
        self.translated = translated
        self.proto = translated.proto

    def cells_of(self, function: FunctionType) -> tuple[Any, ...]:
        return self.translated.cells_of(function)

    def line_at(self, line: int) -> int:
        return -1

    def closure_like(self, function: FunctionType, proto: Proto, cells: list[Any]) -> FunctionType:
        return self.translated.closure_like(function, proto, cells)

    def accepts(self, function: FunctionType, number: int, value: Any = ...) -> bool:
        return self.translated.accepts(function, number, value)


_templates: dict[int, CodeType] = {}
_no_globals: dict[str, Any] = {"__builtins__": {}, "__name__": "lua"}


def _template(upvalue_count: int) -> CodeType:
    """Return the code of a function with a home and ``upvalue_count`` free variables.

    CPython orders free variables by name, hence the zero padding.
    """
    code = _templates.get(upvalue_count)
    if code is None:
        names = ["home", *(f"u{i:03d}" for i in range(upvalue_count))]
        source = (
            f"def outer({', '.join(names)}):\n"
            "    def function(*arguments):\n"
            "        return home.state.enter(home(), arguments)\n"
            f"        {', '.join(names)},\n"
            "    return function\n"
        )
        scope: dict[str, Any] = {}
        exec(compile(source, "<lua function>", "exec"), scope)
        function = scope["outer"](*names)
        code = _templates[upvalue_count] = function.__code__
        assert code.co_freevars == tuple(names)
    return code


def code_for(proto: Proto) -> CodeType:
    """Return the code object that closures of ``proto`` share."""
    template = _template(len(proto.upvalues))
    return template.replace(co_consts=(*template.co_consts, proto))


def make_closure(state: State, code: CodeType, cells: list[CellType]) -> FunctionType:
    """Return a new Lua function over ``code`` (see :func:`code_for`) and its upvalues' cells."""
    home_cell = CellType()
    function = FunctionType(code, _no_globals, "function", None, (home_cell, *cells))
    home = Home(function)
    home.state = state
    home_cell.cell_contents = home
    return function


@dataclass(slots=True, eq=False)
class JoinedProto(Proto):
    """The Proto of one function whose upvalues the debug library changed.

    A Python function's cells are fixed, so the function gets a code object of its
    own, and ``cells`` (home and upvalues) take the place of its closure.
    """

    cells: tuple[CellType, ...] = ()


def proto_of(function: FunctionType) -> Proto | None:
    """Return the Proto of a Lua function, None for a host function."""
    proto = marker_of(function.__code__)
    if isinstance(proto, Proto):
        return proto
    return proto.proto if isinstance(proto, TranslatedFunction) else None


def upvalue_cells(function: FunctionType) -> tuple[CellType, ...]:
    """Return the cells of a Lua function's upvalues, in the Proto's order."""
    marker = marker_of(function.__code__)
    if isinstance(marker, TranslatedFunction):
        return marker.cells_of(function)
    cells = marker.cells if marker.__class__ is JoinedProto else function.__closure__
    return (cells or ())[1:]


def accepts(function: FunctionType, number: int, value: Any = ...) -> bool:
    """Whether upvalue ``number`` (from 0) of a Lua function may get a value, or any value at all.

    Translated code that relies on what it holds leaves its functions to the VM, unless it is under way.
    """
    marker = marker_of(function.__code__)
    return not isinstance(marker, TranslatedFunction) or marker.accepts(function, number, value)


def join_upvalue(function: FunctionType, number: int, cell: CellType) -> None:
    """Make upvalue ``number`` (from 0) of a Lua function refer to ``cell``."""
    cells = list(upvalue_cells(function))
    cells[number] = cell
    run_on_vm(function, cells)


def run_on_vm(function: FunctionType, cells: Sequence[CellType]) -> None:
    """Let a Lua function run on the VM, with these upvalues, whoever calls it."""
    proto = proto_of(function)
    assert proto is not None
    state = state_of(function)
    if state.engine == "fast":
        state.report.note(proto, "the debug library changed its upvalues", is_watched=True)
        function.__dict__.pop("twin", None)  # coroutines look for another one
    values = {field.name: getattr(proto, field.name) for field in fields(Proto)}
    home = _new_home(function)
    joined = JoinedProto(**values, cells=(CellType(home), *cells))
    function.__code__ = _entering_code(function, home, joined)


def watch_function(function: FunctionType) -> None:
    """Let a translated function run on the VM, whoever calls it, until :func:`leave_function`."""
    translated = marker_of(function.__code__)
    home = _new_home(function)
    function.__code__ = _entering_code(function, home, WatchedFunction(function, translated))


def leave_function(function: FunctionType) -> None:
    """Give a watched function its translated code back."""
    watched = function.__code__.co_consts[-1]
    if watched.__class__ is WatchedFunction:  # else its upvalues were joined meanwhile
        function.__code__ = watched.code


def _entering_code(function: FunctionType, home: Home, marker: Any) -> CodeType:
    """Return code for one function, which enters the VM with it, whatever its closure holds."""
    template = _entering_template(len(function.__closure__ or ()))
    constants = (*(home if constant is ... else constant for constant in template.co_consts), marker)
    return template.replace(co_consts=constants)


def _new_home(function: FunctionType) -> Home:
    home = Home(function)
    home.state = state_of(function)
    return home


def state_of(function: FunctionType) -> State:
    """Return the state of a Lua function."""
    marker = marker_of(function.__code__)
    if isinstance(marker, TranslatedFunction):
        return function.__globals__["STATE"]  # type: ignore[no-any-return]  # the fast engine put it there
    cells = marker.cells if marker.__class__ is JoinedProto else function.__closure__
    assert cells is not None
    return cells[0].cell_contents.state  # type: ignore[no-any-return]  # its Home's


def make_inner_closure(
    state: State, maker: FunctionType, code: CodeType, cells: list[CellType]
) -> FunctionType:
    """Return a new Lua function that ``maker`` makes, which runs on the VM."""
    marker = marker_of(maker.__code__)
    if isinstance(marker, TranslatedFunction):
        return marker.closure_like(maker, code.co_consts[-1], cells)
    if type(marker) is JoinedProto and any(type(cell) is not CellType for cell in cells):
        function = make_closure(state, code, [CellType(None) for _ in cells])
        run_on_vm(function, cells)
        return function
    return make_closure(state, code, cells)


@cache
def _entering_template(cell_count: int) -> CodeType:
    """Return the code of a function with ``...`` where its Home belongs, and so many free variables."""
    names = [f"u{i:03d}" for i in range(cell_count)]
    source = (
        f"def outer({', '.join(names)}):\n"
        "    def function(*arguments):\n"
        "        home = ...\n"
        "        return home.state.enter(home(), arguments)\n"
        f"        ({''.join(name + ', ' for name in names)})\n"
        "    return function\n"
    )
    scope: dict[str, Any] = {}
    exec(compile(source, "<lua function>", "exec"), scope)
    return scope["outer"](*names).__code__  # type: ignore[no-any-return]  # a function's


def attach_intrinsic(code: CodeType, intrinsic: Intrinsic) -> CodeType:
    """Return ``code`` marked as a function that the VM runs through ``intrinsic``."""
    return code.replace(co_consts=(*code.co_consts, intrinsic))
