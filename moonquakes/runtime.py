"""How does a Python program run Lua, without knowing how Lua's values look inside?

The shapes are those Python people know from lupa: :meth:`LuaRuntime.execute`, :meth:`~LuaRuntime.eval`,
:meth:`~LuaRuntime.globals`, tables with mapping access, functions callable both ways.  What crosses the
border, and how, stands in :mod:`moonquakes.embedding`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final

from moonquakes.capabilities import Capabilities, new_environment
from moonquakes.embedding.access import Access, Filter
from moonquakes.embedding.arguments import unpacks_lua_table, unpacks_lua_table_method
from moonquakes.embedding.border import Border
from moonquakes.embedding.checks import (
    check_callable,
    check_encoding,
    check_folder,
    check_text,
    check_type,
)
from moonquakes.embedding.memory import MemoryLimit, without_collector
from moonquakes.embedding.objects import Objects, as_attrgetter, as_itemgetter
from moonquakes.embedding.python_table import open_python
from moonquakes.embedding.tables import fill_table, make_table
from moonquakes.embedding.wrappers import LuaFunction, LuaObject, LuaTable, LuaThread, lua_type
from moonquakes.errors import LuaError, LuaMemoryError, LuaSyntaxError, bare_name
from moonquakes.sandbox import Sandbox, check_count, check_seconds
from moonquakes.stdlib.profiles import Profile
from moonquakes.values import MAX_INTEGER, MIN_INTEGER, LuaValue
from moonquakes.vm.engine import Engine
from moonquakes.vm.interpreter import enter_limited
from moonquakes.vm.limits import Limits
from moonquakes.vm.report import EngineReport, VmFunction
from moonquakes.vm.state import State
from moonquakes.vm.table import new_table

if TYPE_CHECKING:
    from moonquakes.embedding.asynchronous import AsyncRuns

__all__ = [
    "LUA_MAXINTEGER",
    "LUA_MININTEGER",
    "LUA_VERSION",
    "EngineReport",
    "LuaError",
    "LuaFunction",
    "LuaMemoryError",
    "LuaObject",
    "LuaRuntime",
    "LuaSyntaxError",
    "LuaTable",
    "LuaThread",
    "Profile",
    "VmFunction",
    "as_attrgetter",
    "as_itemgetter",
    "lua_type",
    "unpacks_lua_table",
    "unpacks_lua_table_method",
]

LUA_VERSION: Final = (5, 4)
LUA_MAXINTEGER: Final = MAX_INTEGER
LUA_MININTEGER: Final = MIN_INTEGER


class LuaRuntime:
    """A Lua state of its own, with Python values at its border.

    Args:
        encoding: how a Python ``str`` becomes a Lua string and back; with None,
            Lua strings come back as ``bytes``.  ``bytes`` are always accepted as they are.
        source_encoding: the same for Lua source given as ``str``; ``encoding``, or UTF-8, when None.
        attribute_filter: called with an object, the name of an attribute and whether it is to be set;
            returns the name to use, or raises AttributeError.
        attribute_handlers: two functions that read and set instead: ``getter(obj, name)`` and
            ``setter(obj, name, value)``, items as well as attributes.
        register_eval: whether Lua code may evaluate Python by ``python.eval``; by default it may not.
        unpack_returned_tuples: whether a tuple returned by a Python function
            becomes several Lua results rather than one Python object.
        register_builtins: whether Lua code has ``python.builtins``; by default it has not.
        overflow_handler: called with an ``int`` beyond 64 bits; what it returns is
            passed to Lua instead.  Without it such an ``int`` raises OverflowError.
        max_memory: bytes that the Lua code may use, 0 for any number, which
            :meth:`set_max_memory` changes; more raise LuaMemoryError.
        string_hash_seed: of no effect, as in lupa's runtimes before Lua 5.5.
        profile: what the Lua code may reach: ``"minimal"``, ``"safe"``, ``"scripting"`` or ``"full"``
            (:mod:`moonquakes.capabilities`); by default the sandbox's, or ``"safe"``.
        engine: ``"fast"`` turns Lua into Python, ``"vm"`` walks its bytecode; with None the
            environment variable ``MOONQUAKES_ENGINE`` decides, and else it is ``"fast"``.
        sandbox: what the Lua code may reach and use up; with None the latter is not limited.
        cache: a folder, nobody else's, that keeps compiled chunks for other processes; ValueError where
            others may write there.

    What becomes what:

    | Python                       | Lua                                               |
    |------------------------------|---------------------------------------------------|
    | None, True and False         | nil, booleans                                     |
    | int, float, str, bytes       | integer, float, string                            |
    | what came from this runtime  | what it was                                       |
    | any other object             | a userdata that is called and indexed as it is    |

    Several results come back as a tuple, none as None.  One thread runs Lua at a time; others wait.
    Once it is closed, whatever is done with the runtime or its objects raises RuntimeError.

    Raises:
        TypeError, ValueError: an argument is of the wrong type, or out of range.
    """

    #: Whether defaults and texts of errors are lupa's.
    _is_lupa = False

    def __init__(
        self,
        encoding: str | None = "utf-8",
        source_encoding: str | None = None,
        attribute_filter: Filter | None = None,
        attribute_handlers: Iterable[Callable[..., Any] | None] | None = None,
        register_eval: bool | None = None,
        unpack_returned_tuples: bool = False,
        register_builtins: bool | None = None,
        overflow_handler: Callable[[int], object] | None = None,
        max_memory: int | None = None,
        string_hash_seed: int | None = None,
        *,
        profile: Profile | None = None,
        engine: Engine | None = None,
        cache: str | os.PathLike[str] | None = None,
        sandbox: Sandbox | None = None,
    ) -> None:
        check_type("sandbox", sandbox, (Sandbox, type(None)), "a Sandbox or None")
        if sandbox is None:
            by_default: Profile = "full" if self._is_lupa else "safe"
            capabilities = Capabilities(by_default if profile is None else profile, sealed=False)
        else:
            capabilities = sandbox.capabilities
            if profile is not None and profile != capabilities.profile:
                raise ValueError(f"profile is {profile!r}, and that of sandbox {capabilities.profile!r}")
        check_folder("cache", cache)
        is_open = capabilities.profile == "full"
        if register_eval is None:
            register_eval = self._is_lupa and is_open
        if register_builtins is None:
            register_builtins = self._is_lupa and is_open
        for name, flag in (
            ("register_eval", register_eval),
            ("unpack_returned_tuples", unpack_returned_tuples),
            ("register_builtins", register_builtins),
        ):
            check_type(name, flag, int, "a bool")
        check_encoding("encoding", encoding)
        check_encoding("source_encoding", source_encoding)
        check_callable("overflow_handler", overflow_handler)
        check_count("max_memory", max_memory)
        check_type("string_hash_seed", string_hash_seed, (int, type(None)), "an int or None")
        access = Access(attribute_filter, attribute_handlers, is_open)
        limits = None if sandbox is None else sandbox.limits()
        if max_memory is not None:
            limits = MemoryLimit.limits(sandbox)
        state = State(engine, limits)
        if cache is not None:
            from moonquakes.cache import FolderCache

            state.chunk_store = FolderCache(cache)
        capabilities.grant(state)
        source_encoding = source_encoding or encoding or "utf-8"
        border = Border(state, encoding, source_encoding, overflow_handler)
        border.objects = Objects(border, access, bool(unpack_returned_tuples), is_open)
        open_python(border, bool(register_eval), bool(register_builtins), bool(unpack_returned_tuples))
        capabilities.seal(state)
        if self._is_lupa:
            border.imitate_lupa()
        self._border = border
        self._state = state
        self._globals = LuaTable(border, state.globals)
        self._async: AsyncRuns | None = None
        self._memory = None if max_memory is None else MemoryLimit(border, max_memory)

    @property
    def encoding(self) -> str | None:
        """As given to the constructor."""
        return self._border.encoding

    @property
    def source_encoding(self) -> str:
        """How source text is encoded."""
        return self._border.source_encoding

    @property
    def lua_version(self) -> tuple[int, int]:
        """The version of the language: ``(5, 4)``."""
        return LUA_VERSION

    @property
    def lua_implementation(self) -> str:
        """The version as Lua's ``_VERSION`` gives it."""
        return "Lua 5.4"

    # Running Lua

    def execute(
        self,
        code: str | bytes,
        *args: object,
        name: str | None = None,
        mode: str | None = None,
        environment: LuaTable | None = None,
    ) -> Any:
        """Run a chunk with ``args`` as its ``...`` and return its results.

        Its globals are in ``environment`` (:meth:`environment`), or the runtime's.

        Raises:
            LuaSyntaxError: the code does not compile.
            LimitExceeded: a limit of the sandbox is reached.
            LuaError: it raised an error; an exception of a Python function comes out as it is.
        """
        return self._load(code, name, mode, environment)(*args)

    async def execute_async(
        self,
        code: str | bytes,
        *args: object,
        name: str | None = None,
        mode: str | None = None,
        environment: LuaTable | None = None,
    ) -> Any:
        """Run a chunk as :meth:`execute` does, and let the event loop go on meanwhile.

        A host function may be ``async``: Lua code gets what it returns, as from any other.  Lua code and
        host functions that are not async run in a thread of their own; of several such runs in one runtime
        one goes on at a time.  Cancelling ends the run where it waits for an async function next, or its
        limits are looked at.
        """
        if self._async is None:
            from moonquakes.embedding.asynchronous import AsyncRuns

            self._async = AsyncRuns(self._border)

        def work() -> Any:
            return self.execute(code, *args, name=name, mode=mode, environment=environment)

        return await self._async.run(work)

    def eval(
        self,
        code: str | bytes,
        *args: object,
        name: str | None = None,
        mode: str | None = None,
        environment: LuaTable | None = None,
    ) -> Any:
        """Return the value of an expression (or of several, as a tuple)."""
        return self._load(code, name, mode, environment, b"return ")(*args)

    def compile(
        self,
        code: str | bytes,
        name: str | None = None,
        mode: str | None = None,
        *,
        environment: LuaTable | None = None,
    ) -> LuaFunction:
        """Return a chunk as a function, without running it."""
        return self._load(code, name, mode, environment)

    def environment(self) -> LuaTable:
        """Return globals for one script, which sees nothing of what others do to theirs.

        They start as the runtime's globals are now.  The libraries in them are shared; below the profile
        ``full`` they are read-only.
        """
        return self._border.do(lambda: LuaTable(self._border, new_environment(self._state)))  # type: ignore[no-any-return]  # it

    def require(self, module: str) -> Any:
        """Load a Lua module as ``require`` does (profile ``full``)."""
        check_type("module", module, str, "a str")
        require = self.globals()["require"]
        if require is None:
            raise LuaError(f"module {module!r} not found: this profile loads none")
        results = require(module)
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
        self._border.do(
            self._state.limits.renew,
            check_count("fuel", fuel),
            check_seconds("deadline", deadline),
            check_count("output", output),
        )

    def close(self) -> None:
        """Run the finalizers (``__gc``) that are left, as at the end of a Lua program; then nothing runs.

        A runtime that is dropped without it runs none.
        """
        if not self._border.is_closed:
            self._border.do(self._state.close)
            self._border.close()

    def _load(
        self,
        code: str | bytes,
        name: str | None,
        mode: str | None,
        environment: LuaTable | None = None,
        prefix: bytes = b"",
    ) -> LuaFunction:
        border = self._border
        check_type("code", code, (str, bytes), "str or bytes")
        if isinstance(code, str):
            code = code.encode(border.source_encoding)
        check_text("name", name)
        check_text("mode", mode)
        if mode not in (None, "b", "t", "bt", "tb"):
            raise ValueError(f"mode must be 'b', 't' or 'bt', not {mode!r}")
        if environment is not None:
            check_type("environment", environment, LuaTable, "a LuaTable or None")
        chunk_name = "<python>" if name is None else border.encode(name)
        return border.do(  # type: ignore[no-any-return]  # what it does returns it
            self._load_text,
            (prefix + code).decode("latin-1"),
            chunk_name,
            "bt" if mode is None else mode,
            self._state.globals if environment is None else border.to_lua(environment),
        )

    def _load_text(self, source: str, chunk_name: str, mode: str, environment: LuaValue) -> LuaFunction:
        state = self._state
        try:
            if self._memory is None or state.limits is None or state.limits.is_running:
                function = state.load(source, chunk_name, mode, environment)
            else:
                function = enter_limited(state, state.load, source, chunk_name, mode, environment)
        except LuaSyntaxError as error:
            if error.chunk_name is None:
                error.chunk_name = bare_name(chunk_name)
            raise
        return LuaFunction(self._border, function)

    # Making tables

    def globals(self) -> LuaTable:
        """Return the table of global variables."""
        self._border.check_open()
        return self._globals

    def table(self, *items: object, **fields: object) -> LuaTable:
        """Return a new table with ``items`` as 1, 2, ... and ``fields`` by name."""
        return self._border.do(make_table, self._border, items, fields)  # type: ignore[no-any-return]  # it

    def table_from(
        self, *args: Mapping[Any, Any] | Iterable[object] | LuaTable, recursive: bool = False
    ) -> LuaTable:
        """Return a new table with the entries of mappings and tables, and the items of iterables as 1, 2, ...

        Args:
            recursive: whether mappings and sequences inside become tables too, each one once.

        Raises:
            TypeError: an argument is neither mapping nor iterable.
        """
        table = new_table()
        self._border.do(fill_table, self._border, table, args, bool(recursive))
        return LuaTable(self._border, table)

    # Memory

    def nogc(self) -> AbstractContextManager[None]:
        """Return a context in which no collection cycle starts by itself."""
        return without_collector(self._border)

    def gccollect(self) -> None:
        """Run a full collection cycle."""
        self._border.do(self._state.collector.cycle)

    def get_memory_used(self, total: bool = False) -> int | None:
        """Return the bytes in use, with ``total`` the empty runtime's as well; None without max_memory."""
        return None if self._memory is None else self._memory.used(total)

    def get_max_memory(self, total: bool = False) -> int | None:
        """Return the limit in bytes, 0 for none; None without max_memory."""
        return None if self._memory is None else self._memory.most(total)

    def set_max_memory(self, max_memory: int, total: bool = False) -> None:
        """Set the limit in bytes, 0 for none.

        Raises:
            RuntimeError: the runtime was made without max_memory.
        """
        if self._memory is None:
            raise RuntimeError("max_memory must be set on LuaRuntime creation")
        if check_count("max_memory", max_memory) is None:
            raise TypeError("max_memory must be an int, not NoneType")
        self._border.do(self._memory.set, max_memory, total)

    def set_overflow_handler(self, overflow_handler: Callable[[int], object] | None) -> None:
        """Set what is called with an ``int`` beyond 64 bits, as in the constructor."""
        check_callable("overflow_handler", overflow_handler)
        self._border.do(setattr, self._border, "overflow_handler", overflow_handler)
