"""How does a Python program run Lua, without knowing how Lua's values look inside?

The shapes are those Python people know from lupa: :meth:`LuaRuntime.execute`, :meth:`~LuaRuntime.eval`,
:meth:`~LuaRuntime.globals`, tables with mapping access, functions callable both ways.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias
from weakref import WeakValueDictionary, ref

from moonquakes.errors import LuaError, LuaSyntaxError, PendingError
from moonquakes.sandbox import Sandbox, check_count, check_seconds
from moonquakes.stdlib import open_libraries
from moonquakes.values import (
    FALSE,
    MAX_INTEGER,
    MIN_INTEGER,
    TRUE,
    LuaBoolean,
    LuaResults,
    LuaValue,
    Userdata,
    first,
    pack_results,
    type_name,
)
from moonquakes.vm.coroutines import Coroutine
from moonquakes.vm.engine import Engine
from moonquakes.vm.interpreter import resume_from_host
from moonquakes.vm.limits import Limits
from moonquakes.vm.report import EngineReport, VmFunction
from moonquakes.vm.state import State
from moonquakes.vm.table import Table, new_table

__all__ = [
    "EngineReport",
    "LuaError",
    "LuaFunction",
    "LuaObject",
    "LuaRuntime",
    "LuaSyntaxError",
    "LuaTable",
    "LuaThread",
    "VmFunction",
    "lua_type",
]

#: Which libraries a runtime has: ``safe`` leaves out whatever reaches files, processes or other code.
Profile: TypeAlias = Literal["safe", "full"]

#: How many objects are given to Python before the first look at which it has dropped.
_FIRST_PRUNE: Final = 256


class LuaRuntime:
    """A Lua state of its own, with Python values at its border.

    Args:
        encoding: how a Python ``str`` becomes a Lua string and back; with None,
            Lua strings come back as ``bytes``.  ``bytes`` are always accepted as they are.
        source_encoding: the same for Lua source given as ``str``; ``encoding`` when None.
        profile: ``"safe"``, or ``"full"`` with ``io``, ``debug``, ``package`` and all of ``os``.
        unpack_returned_tuples: whether a tuple returned by a Python function
            becomes several Lua results rather than one opaque value.
        overflow_handler: called with an ``int`` beyond 64 bits; what it returns is
            passed to Lua instead.  Without it such an ``int`` raises OverflowError.
        engine: ``"fast"`` turns Lua into Python, ``"vm"`` walks its bytecode; with None the
            environment variable ``MOONQUAKES_ENGINE`` decides, and else it is ``"fast"``.
        sandbox: what the Lua code may use up; with None that is not limited.
        cache: a folder, nobody else's, that keeps compiled chunks for other processes; ValueError where
            others may write there.

    What becomes what:

    | Python                       | Lua                                               |
    |------------------------------|---------------------------------------------------|
    | None, True and False         | nil, booleans                                     |
    | int, float, str, bytes       | integer, float, string                            |
    | what came from this runtime  | what it was                                       |
    | a callable                   | a function                                        |
    | any other object             | an opaque userdata, given back as the same object |

    Several results come back as a tuple, none as None.  One thread runs Lua at a time.
    """

    def __init__(
        self,
        encoding: str | None = "utf-8",
        source_encoding: str | None = None,
        *,
        profile: Profile = "safe",
        unpack_returned_tuples: bool = False,
        overflow_handler: Callable[[int], object] | None = None,
        engine: Engine | None = None,
        cache: str | os.PathLike[str] | None = None,
        sandbox: Sandbox | None = None,
    ) -> None:
        if profile not in ("safe", "full"):
            raise ValueError(f"profile must be 'safe' or 'full', not {profile!r}")
        self.encoding = encoding
        self._source_encoding = source_encoding or encoding or "utf-8"
        self._unpack = unpack_returned_tuples
        self._overflow_handler = overflow_handler
        self._state = State(engine, None if sandbox is None else sandbox.limits())
        if cache is not None:
            from moonquakes.cache import FolderCache

            self._state.chunk_store = FolderCache(cache)
        open_libraries(self._state, profile)
        self._lock = threading.RLock()
        self._foreign = Table.from_fields(
            {"__name": "python object", "__metatable": FALSE, "__tostring": _describe_foreign}
        )
        # What Python holds must stay alive for Lua's collector.
        self._objects: list[ref[LuaObject]] = []
        self._prune_at = _FIRST_PRUNE
        self._state.holders.append(self._held_values)
        # By the id of the Python object, which its Lua value keeps alive.
        self._passed: WeakValueDictionary[int, Any] = WeakValueDictionary()

    # Running Lua

    def execute(
        self, code: str | bytes, *args: object, name: str | None = None, mode: str | None = None
    ) -> Any:
        """Run a chunk with ``args`` as its ``...`` and return its results.

        Raises:
            LuaSyntaxError: the code does not compile.
            LimitExceeded: a limit of the sandbox is reached.
            LuaError: it raised an error; an exception of a Python function comes out as it is.
        """
        return self._load(code, name, mode)(*args)

    def eval(
        self, expression: str | bytes, *args: object, name: str | None = None, mode: str | None = None
    ) -> Any:
        """Return the value of an expression (or of several, as a tuple)."""
        source = expression if isinstance(expression, bytes) else expression.encode(self._source_encoding)
        return self._load(b"return " + source, name, mode)(*args)

    def compile(self, code: str | bytes, name: str | None = None, mode: str | None = None) -> LuaFunction:
        """Return a chunk as a function, without running it."""
        return self._load(code, name, mode)

    def require(self, module: str) -> Any:
        """Load a Lua module as ``require`` does (profile ``full``)."""
        results = self.globals()["require"](module)
        return results[0] if isinstance(results, tuple) else results

    @property
    def engine(self) -> Engine:
        """``"fast"`` or ``"vm"``."""
        return self._state.engine

    def engine_report(self) -> EngineReport:
        """Return what has run on the VM so far although the engine is the fast one, and why."""
        return self._state.report.copy()

    @property
    def limits(self) -> Limits | None:
        """The limits of the sandbox, which tell what is left; None without."""
        return self._state.limits

    def renew(
        self, *, fuel: int | None = None, deadline: float | None = None, output: int | None = None
    ) -> None:
        """Give the sandbox a fresh budget; what is None stays as it is.

        Raises:
            ValueError: the runtime has no sandbox.
        """
        if self._state.limits is None:
            raise ValueError("a runtime without a sandbox has no budget")
        self._state.limits.renew(
            check_count("fuel", fuel), check_seconds("deadline", deadline), check_count("output", output)
        )

    def close(self) -> None:
        """Run the finalizers (``__gc``) that are left, as at the end of a Lua program.

        A runtime that is dropped without it runs none.
        """
        with self._lock:
            self._state.close()

    def _load(self, code: str | bytes, name: str | None, mode: str | None) -> LuaFunction:
        source = code if isinstance(code, bytes) else code.encode(self._source_encoding)
        chunk_name = "<python>" if name is None else name.encode("utf-8").decode("latin-1")
        with self._lock:
            return LuaFunction(self, self._state.load(source.decode("latin-1"), chunk_name, mode or "bt"))

    # Making tables

    def globals(self) -> LuaTable:
        """Return the table of global variables."""
        return LuaTable(self, self._state.globals)

    def table(self, *items: object, **fields: object) -> LuaTable:
        """Return a new table with ``items`` as 1, 2, ... and ``fields`` by name."""
        return self.table_from(items, fields)

    def table_from(
        self, *sources: Mapping[Any, Any] | Iterable[object] | LuaTable, recursive: bool = False
    ) -> LuaTable:
        """Return a new table with the entries of mappings and tables, and the items of iterables as 1, 2, ...

        Args:
            recursive: whether dicts, lists and tuples inside become tables too.

        Raises:
            ValueError: ``recursive``, and a source contains itself.
        """
        table = new_table()
        with self._lock:
            self._fill(table, sources, recursive, ())
        return LuaTable(self, table)

    def _fill(self, table: Table, sources: Iterable[Any], recursive: bool, outer: tuple[object, ...]) -> None:
        position = 1
        for source in sources:
            if any(source is container for container in outer):
                raise ValueError("a table cannot be made of what contains itself")

            def value_of(item: object, inside: tuple[object, ...] = (*outer, source)) -> LuaValue:
                if recursive and isinstance(item, (dict, list, tuple)):
                    inner = new_table()
                    self._fill(inner, (item,), True, inside)
                    return inner
                return self._to_lua(item)

            if isinstance(source, (Mapping, LuaTable)):
                for key, item in source.items():
                    table.set(self._to_lua(key), value_of(item))
            else:
                for item in source:
                    table.set(position, value_of(item))
                    position += 1

    # Values across the border

    def _hold(self, held: LuaObject) -> None:
        """Remember an object that Python holds, for as long as it does."""
        objects = self._objects
        objects.append(ref(held))
        if len(objects) > self._prune_at:
            self._objects = [reference for reference in objects if reference() is not None]
            self._prune_at = max(_FIRST_PRUNE, 2 * len(self._objects))

    def _held_values(self) -> list[LuaValue]:
        """Return the Lua values that Python holds."""
        held = [reference() for reference in self._objects]
        return [wrapper._value for wrapper in held if wrapper is not None]

    def _to_lua(self, value: object) -> LuaValue:
        kind = type(value)
        if value is None or kind is float:
            return value
        if kind is bool:
            return TRUE if value else FALSE
        if isinstance(value, int):
            number = int(value)
            if MIN_INTEGER <= number <= MAX_INTEGER:
                return number
            if self._overflow_handler is None:
                raise OverflowError(f"{number} does not fit in a Lua integer")
            handled = self._overflow_handler(number)
            if isinstance(handled, int) and not MIN_INTEGER <= handled <= MAX_INTEGER:
                raise OverflowError(f"{number} does not fit in a Lua integer")
            return self._to_lua(handled)
        if isinstance(value, str):
            return value.encode(self.encoding or "utf-8").decode("latin-1")
        if isinstance(value, (bytes, bytearray)):
            return value.decode("latin-1")
        if isinstance(value, float):
            return float(value)
        if isinstance(value, LuaObject):
            if value._runtime is not self:
                raise ValueError("cannot mix objects of different Lua runtimes")
            return value._value
        return self._pass(value)

    def _pass(self, value: object) -> LuaValue:
        """Return the function or userdata that stands for a Python object, always the same one."""
        passed = self._passed.get(id(value))
        if passed is None:
            passed = self._host_function(value) if callable(value) else Userdata(value, self._foreign)
            self._passed[id(value)] = passed
        return passed

    def _host_function(self, function: Callable[..., object]) -> Callable[..., LuaResults]:
        def host(*arguments: LuaValue) -> LuaResults:
            result = function(*[self._to_python(argument) for argument in arguments])
            if self._unpack and type(result) is tuple:
                results = tuple([self._to_lua(item) for item in result])
                return results[0] if len(results) == 1 else results
            return self._to_lua(result)

        host.python_callable = function  # type: ignore[attr-defined]  # what the function comes back as
        return host

    def _to_python(self, value: LuaValue) -> Any:
        kind = type(value)
        if kind is str:
            data = value.encode("latin-1")
            return data if self.encoding is None else data.decode(self.encoding)
        if value is None or kind is int or kind is float:
            return value
        if kind is LuaBoolean:
            return value is TRUE
        if kind is Table:
            return LuaTable(self, value)
        if kind is Userdata and value.metatable is self._foreign:
            return value.value
        if type_name(value) == "function":
            passed = getattr(value, "python_callable", None)
            if passed is not None and self._passed.get(id(passed)) is value:
                return passed
            return LuaFunction(self, value)
        return LuaThread(self, value) if kind is Coroutine else LuaObject(self, value)

    def _results(self, results: LuaResults) -> Any:
        if type(results) is not tuple:
            return self._to_python(results)
        return tuple([self._to_python(result) for result in results]) if results else None


def _describe_foreign(value: LuaValue = None, *_: LuaValue) -> LuaValue:
    """``tostring`` of a Python object: never its own text, which the host did not hand out."""
    if type(value) is not Userdata:
        raise PendingError("python object expected")
    return f"python object: 0x{id(value.value):014x}"


class LuaObject:
    """A Lua value that Python has no own type for; equal to another of the same value."""

    __slots__ = ("__weakref__", "_runtime", "_value")
    _runtime: LuaRuntime
    _value: LuaValue

    def __init__(self, runtime: LuaRuntime, value: LuaValue) -> None:
        # Plain assignment would store a field in a table.
        object.__setattr__(self, "_runtime", runtime)
        object.__setattr__(self, "_value", value)
        runtime._hold(self)

    def __call__(self, *args: object) -> Any:
        """Call the value with Python arguments; see :meth:`LuaRuntime.execute` for results and errors."""
        runtime = self._runtime
        with runtime._lock:
            arguments = [runtime._to_lua(argument) for argument in args]
            return runtime._results(runtime._state.call(self._value, *arguments))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LuaObject) and other._value is self._value

    def __hash__(self) -> int:
        return id(self._value)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<Lua {type_name(self._value)} at {id(self._value):#x}>"

    def __str__(self) -> str:
        """What Lua's ``tostring`` says when the value has a ``__tostring``."""
        runtime = self._runtime
        with runtime._lock:
            if runtime._state.metamethod(self._value, "__tostring") is None:
                return repr(self)
            return runtime._state.tostring(self._value).encode("latin-1").decode("utf-8", "replace")


class LuaFunction(LuaObject):
    """A Lua function; calling it from Python runs it."""

    __slots__ = ()

    def coroutine(self, *args: object) -> LuaThread:
        """Return a new coroutine of the function, which gets ``args`` when it is first resumed."""
        thread = LuaThread(self._runtime, Coroutine(self._runtime._state, self._value))
        object.__setattr__(thread, "_arguments", args)
        return thread


class LuaThread(LuaObject):
    """A coroutine, used as a generator: it gives what it yields, and at last what it returns, if anything.

    True while it can be resumed.
    """

    __slots__ = ("_arguments",)
    _arguments: tuple[object, ...]

    def __init__(self, runtime: LuaRuntime, value: LuaValue) -> None:
        super().__init__(runtime, value)
        object.__setattr__(self, "_arguments", ())

    def __iter__(self) -> LuaThread:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: object) -> Any:
        """Resume the coroutine with ``value`` as the result of its ``coroutine.yield``.

        Raises:
            StopIteration: it has ended; at once when it returns nothing.
            TypeError: a value for a coroutine that has not started.
        """
        runtime, coroutine = self._runtime, self._value
        with runtime._lock:
            if coroutine.status == "dead":
                raise StopIteration
            if not coroutine.is_started:
                if value is not None:
                    raise TypeError("can't send non-None value to a just-started generator")
                arguments = [runtime._to_lua(argument) for argument in self._arguments]
            else:
                arguments = [runtime._to_lua(value)]
            results = resume_from_host(runtime._state, coroutine, arguments, True)
            if not results and coroutine.status == "dead":
                raise StopIteration
            return runtime._results(pack_results(tuple(results)))

    def __bool__(self) -> bool:
        return bool(self._value.status != "dead")


class LuaTable(LuaObject):
    """A Lua table with mapping access, and its string fields as attributes.

    Access honours metamethods, as in Lua; a missing key is None.  Iteration is
    over the keys, without metamethods.
    """

    __slots__ = ()

    def __getitem__(self, key: object) -> Any:
        runtime = self._runtime
        with runtime._lock:
            return runtime._to_python(first(runtime._state.index(self._value, runtime._to_lua(key))))

    def __setitem__(self, key: object, value: object) -> None:
        runtime = self._runtime
        with runtime._lock:
            runtime._state.set_index(self._value, runtime._to_lua(key), runtime._to_lua(value))

    def __delitem__(self, key: object) -> None:
        self[key] = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self[name]

    def __setattr__(self, name: str, value: object) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        self[name] = None

    def __len__(self) -> int:
        """The border, as Lua's ``#`` gives it."""
        runtime = self._runtime
        with runtime._lock:
            return int(first(runtime._state.length(self._value)))

    def __contains__(self, key: object) -> bool:
        return self[key] is not None

    def __iter__(self) -> Iterator[Any]:
        for key, _ in self.items():
            yield key

    def keys(self) -> Iterator[Any]:
        """Return an iterator over the keys."""
        return iter(self)

    def values(self) -> Iterator[Any]:
        """Return an iterator over the values."""
        for _, value in self.items():
            yield value

    def items(self) -> Iterator[tuple[Any, Any]]:
        """Return an iterator over the entries; fields may be changed while it runs, not added."""
        runtime, table = self._runtime, self._value
        entry = table.next(None)
        while entry is not None:
            yield runtime._to_python(entry[0]), runtime._to_python(entry[1])
            entry = table.next(entry[0])


def lua_type(value: object) -> str | None:
    """Return Lua's name for the type of a value that came from a runtime, None for Python's own."""
    return type_name(value._value) if isinstance(value, LuaObject) else None
