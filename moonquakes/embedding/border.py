"""What becomes of a value that crosses from Python into Lua, or back?

A :class:`Border` belongs to one runtime.  Everything that crosses does so here; what is no number, string
or boolean becomes an object that stands for it: Lua's in :mod:`moonquakes.embedding.wrappers`, Python's
in :mod:`moonquakes.embedding.objects`.
"""

from __future__ import annotations

import codecs
import threading
from collections.abc import Callable, Mapping
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, NoReturn
from weakref import ref

from moonquakes.errors import LuaError
from moonquakes.values import (
    FALSE,
    MAX_INTEGER,
    MIN_INTEGER,
    TRUE,
    LuaResults,
    LuaValue,
    Userdata,
    as_tuple,
    pack_results,
)
from moonquakes.vm.settle import raise_as_it_was
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.embedding.objects import Objects
    from moonquakes.embedding.wrappers import LuaObject
    from moonquakes.vm.state import State

#: How many objects are given to Python before the first look at which it has dropped.
_FIRST_PRUNE: Final = 256
_ASCII: Final = bytes(range(128)).decode("latin-1")


class MixedRuntimesError(LuaError, ValueError):
    """A Lua object was given to another runtime than its own."""

    is_outside = True

    def __init__(self) -> None:
        super().__init__("cannot mix objects from different Lua runtimes")


class Border:
    """The border of one runtime.

    Attributes:
        state: the Lua state behind it.
        encoding: how a ``str`` becomes a Lua string and back; None when Lua strings become ``bytes``.
        source_encoding: the same for source text and names.
        acquire, release: the lock of the runtime; to acquire it when the runtime is closed is an error.
        names, limits: the state's; the first None on the VM.
        enter: calls a Lua value with Lua values.
        is_short: whether a Lua function may be called as it is, too.
        to_lua, to_python: convert one value.
        objects: makes what stands for Python objects.
        wrappers: the class that stands for Lua values of a Python class.
        failures: turns what a call raised into what the host gets.
        note: notes the Lua stack at an error.
        is_closed: whether the runtime was closed.
        has_callables: whether there may be Lua functions that stand for Python callables.
        is_plain, has_plain_names: whether ASCII text, or names in ASCII, cross as they are.
        held, prune_at: references to what Python holds, which must stay alive for Lua's collector, by the
            id of the Lua value; and how many there may be before :meth:`prune`.
    """

    def __init__(
        self,
        state: State,
        encoding: str | None,
        source_encoding: str,
        overflow: Callable[[int], object] | None,
    ) -> None:
        from moonquakes.embedding.failures import Failures, StackNote
        from moonquakes.embedding.wrappers import wrapper_classes

        self.state = state
        self.encoding = encoding
        self.source_encoding = source_encoding
        self.is_plain = encoding is not None and is_ascii_based(encoding)
        self.has_plain_names = is_ascii_based(source_encoding)
        self.overflow_handler = overflow
        lock = threading.RLock()
        self.lock = lock
        self.acquire: Callable[[], object] = lock.acquire
        self.release = lock.release
        self.is_closed = False
        self.has_callables = False
        self.enter, self.is_short = _make_entry(state)
        self.names = state.names if state.engine == "fast" else None
        self.limits = state.limits
        self.wrappers: Mapping[type, type[LuaObject]] = wrapper_classes()
        self.objects: Objects
        self.failures = Failures(self)
        self.note = StackNote(self)
        self.held: dict[int, ref[LuaObject]] = {}
        self.prune_at = _FIRST_PRUNE
        state.holders.append(self._held_values)
        self.to_lua = _make_to_lua(self)
        self.to_python = _make_to_python(self)

    def close(self) -> None:
        """Let nothing use the runtime any more."""
        self.is_closed = True
        self.acquire = _raise_closed

    def check_open(self) -> None:
        """Refuse what is done after the runtime was closed.

        Raises:
            RuntimeError: it was.
        """
        if self.is_closed:
            _raise_closed()

    def imitate_lupa(self) -> None:
        """Word errors as lupa does: with the Lua stack at the end."""
        self.failures.traced = True
        state, note = self.state, self.note
        if state.engine == "fast":
            return  # the stack is found when the error is

        def enter(function: Any, arguments: tuple[LuaValue, ...]) -> LuaResults:
            ok, values = state.protected_call(function, arguments, note.handler)
            if not ok:
                raise LuaError(values[0])
            return pack_results(values)

        self.enter = enter

    # What Python holds

    def prune(self) -> None:
        """Forget the objects that Python has dropped."""
        self.held = {key: reference for key, reference in list(self.held.items()) if reference() is not None}
        self.prune_at = max(_FIRST_PRUNE, 2 * len(self.held))

    def _held_values(self) -> list[LuaValue]:
        """Return the Lua values that Python holds."""
        held = [reference() for reference in list(self.held.values())]
        return [wrapper._inside[1] for wrapper in held if wrapper is not None]

    # Text

    def encode(self, text: str) -> str:
        """Return the Lua string of a text, whatever ``str`` is otherwise: a name, a message."""
        return text.encode(self.encoding or self.source_encoding).decode("latin-1")

    def encode_name(self, name: str) -> str:
        """Return the Lua string of the name of an attribute or field."""
        if self.has_plain_names and name.isascii():
            return name
        return name.encode(self.source_encoding).decode("latin-1")

    def decode(self, string: str) -> str:
        """Return the text of a Lua string; what cannot be decoded is replaced."""
        return string.encode("latin-1").decode(self.encoding or self.source_encoding, "replace")

    def name_of(self, key: LuaValue) -> Any:
        """Return a Lua value as the name of an attribute or parameter: text, when it is a string."""
        if type(key) is str:
            return key.encode("latin-1").decode(self.encoding or self.source_encoding)
        return self.to_python(key)

    # Values

    def key_to_lua(self, key: object) -> LuaValue:
        """Return the key of a table; None is one, as ``python.none``."""
        return self.objects.none if key is None else self.to_lua(key)

    def handle_overflow(self, number: int) -> LuaValue:
        """Return what stands for an integer that Lua has no room for."""
        handler = self.overflow_handler
        if handler is None:
            raise OverflowError(f"{number} does not fit in a Lua integer")
        if isinstance(handler, LuaOverflowHandler):
            return handler.handle(number)
        handled = handler(number)
        if isinstance(handled, int) and not MIN_INTEGER <= handled <= MAX_INTEGER:
            raise OverflowError(f"{number} does not fit in a Lua integer")
        return self.to_lua(handled)

    def results(self, results: LuaResults) -> Any:
        """Return the results of a call: one as it is, several as a tuple, none as None."""
        if type(results) is not tuple:
            return self.to_python(results)
        values = results if len(results) > 1 else as_tuple(results)
        if len(values) < 2:
            return self.to_python(values[0]) if values else None
        for value in values:
            if value.__class__ is not int:
                return tuple(map(self.to_python, values))
        return values

    def call(self, function: LuaValue, *arguments: LuaValue) -> LuaResults:
        """Call any Lua value; the lock must be held."""
        try:
            return self.enter(function, arguments)
        except Exception as exception:
            raise self.fail(exception)  # noqa: B904  # which leaves its context as it is

    def do(self, operation: Callable[..., Any], *arguments: Any) -> Any:
        """Do what may run Lua code, under the lock."""
        self.acquire()
        try:
            return operation(*arguments)
        except Exception as exception:
            raise self.fail(exception)  # noqa: B904  # as above
        finally:
            self.release()

    def fail(self, exception: Exception) -> NoReturn:
        """Raise what the host gets for what a call raised, with the context that it had."""
        raise_as_it_was(self.failures.of(exception))


class LuaOverflowHandler:
    """An overflow handler that Lua code set: a Lua function."""

    def __init__(self, border: Border, function: LuaValue) -> None:
        self._border = border
        self._function = function

    def __call__(self, number: int) -> object:
        return self._border.to_python(self.handle(number))

    def handle(self, number: int) -> LuaValue:
        """Return the function's result for a number, which it gets as a Python object."""
        border = self._border
        results = as_tuple(border.call(self._function, border.objects.of(number)))
        return results[0] if results else None


def is_ascii_based(encoding: str) -> bool:
    """Whether ASCII characters are themselves in an encoding.

    Raises:
        LookupError: there is no such encoding.
    """
    codecs.lookup(encoding)
    try:
        return _ASCII.encode(encoding) == _ASCII.encode("latin-1")
    except (UnicodeError, LookupError):
        return False


def _raise_closed() -> None:
    raise RuntimeError("this LuaRuntime is closed")


def _make_entry(
    state: State,
) -> tuple[Callable[[Any, tuple[LuaValue, ...]], LuaResults], Callable[[FunctionType], bool]]:
    if state.engine == "fast":
        from moonquakes.vm.fast.entry import is_short, make_entry

        return make_entry(state), partial(is_short, state)

    def enter(function: Any, arguments: tuple[LuaValue, ...]) -> LuaResults:
        return state.call(function, *arguments)

    return enter, lambda function: False


def _make_to_lua(border: Border) -> Callable[[object], LuaValue]:
    encoding, is_plain = border.encoding, border.is_plain
    wrappers = frozenset(border.wrappers.values())

    def to_lua(value: object) -> LuaValue:
        kind = type(value)
        if kind is int:
            if -0x8000000000000000 <= value <= 0x7FFFFFFFFFFFFFFF:  # type: ignore[operator]  # an int
                return value
            return border.handle_overflow(value)  # type: ignore[arg-type]  # an int
        if value is None or kind is float:
            return value
        if kind is str:
            if is_plain and value.isascii():  # type: ignore[attr-defined]  # a str
                return value
            return of_text(value)  # type: ignore[arg-type]  # a str
        if kind in wrappers:
            owner, inside = value._inside  # type: ignore[attr-defined]  # a LuaObject
            if owner is border:
                return inside
            raise MixedRuntimesError
        if kind is bool:
            return TRUE if value else FALSE
        if kind is bytes:
            return value.decode("latin-1")  # type: ignore[attr-defined]  # bytes
        return other(value, kind)

    def of_text(value: str) -> LuaValue:
        if encoding is None:
            return border.objects.of(value)
        return value.encode(encoding).decode("latin-1")

    def other(value: Any, kind: type) -> LuaValue:
        # By the class itself: what a value calls its class need not be true.
        if issubclass(kind, int):
            number = int(value)
            return number if MIN_INTEGER <= number <= MAX_INTEGER else border.handle_overflow(number)
        if issubclass(kind, str):
            return of_text(value)
        if issubclass(kind, float):
            return float(value)
        if issubclass(kind, bytes):
            return value.decode("latin-1")
        return border.objects.of(value)

    return to_lua


def _make_to_python(border: Border) -> Callable[[LuaValue], Any]:
    from moonquakes.embedding.wrappers import LuaFunction, LuaTable, set_inside, set_short

    encoding, is_plain = border.encoding, border.is_plain
    wrappers = border.wrappers
    new = object.__new__

    def to_python(value: LuaValue) -> Any:
        kind = type(value)
        if kind is int or value is None or kind is float:
            return value
        if kind is str:
            if is_plain and value.isascii():
                return value
            data = value.encode("latin-1")
            return data if encoding is None else data.decode(encoding)
        if value is TRUE:
            return True
        if value is FALSE:
            return False
        held = border.held
        known = held.get(id(value))
        if known is not None:
            wrapper: Any = known()
            if wrapper is not None:  # which keeps its value alive, so it is this one's
                return wrapper
        if kind is Table:
            # What the constructor does, in place, since tables are made for a single call.
            wrapper = new(LuaTable)
        elif kind is FunctionType:
            if border.has_callables:
                python_callable = getattr(value, "python_callable", border)
                if python_callable is not border:
                    return python_callable
            wrapper = new(LuaFunction)
            set_short(wrapper, None)
        elif kind is Userdata and value.metatable in border.objects.metatables:
            return value.value
        else:
            return wrappers[kind](border, value)
        set_inside(wrapper, (border, value))
        held[id(value)] = ref(wrapper)
        if len(held) > border.prune_at:
            border.prune()
        return wrapper

    return to_python
