"""What does Python see of a Lua function, table, coroutine or userdata?

Tables have the mapping access and the attributes that Python people know from lupa, functions are called,
coroutines are generators.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self
from weakref import ref

from moonquakes.embedding.calling import call_function
from moonquakes.values import LightUserdata, LuaValue, Userdata, first, pack_results, type_name
from moonquakes.vm.coroutines import Coroutine
from moonquakes.vm.fast.entry import HAS_ENTRY
from moonquakes.vm.interpreter import resume_from_host
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.embedding.border import Border


class LuaObject:
    """A Lua value that Python has no own type for; equal to another of the same value."""

    __slots__ = ("__weakref__", "_inside")
    #: The border and the value, in one: reading a slot of what has __getattr__ takes as long as a call.
    _inside: tuple[Border, Any]
    # Else Python would take whatever can be indexed for a sequence.
    __iter__: ClassVar[Any] = None

    def __new__(cls, border: Border, value: LuaValue) -> Self:
        # No __init__: it would take half the time again.
        self = _new(cls)
        set_inside(self, (border, value))
        held = border.held
        held[id(value)] = ref(self)
        if len(held) > border.prune_at:
            border.prune()
        return self

    @property
    def _border(self) -> Border:
        return self._inside[0]

    @property
    def _value(self) -> LuaValue:
        return self._inside[1]

    def __call__(self, *args: object) -> Any:
        """Call the value with Python arguments; several results are a tuple, none are None.

        Raises:
            LuaError: what it raised; an exception of a Python function comes out as it is.
            LimitExceeded: a limit of the sandbox is reached.
        """
        border = self._border
        border.acquire()
        try:
            return border.results(border.enter(self._value, tuple(map(border.to_lua, args))))
        except Exception as exception:
            raise border.fail(exception)  # noqa: B904  # which leaves its context as it is
        finally:
            border.release()

    def __getitem__(self, key: object) -> Any:
        raise TypeError(f"a Lua {type_name(self._value)} cannot be indexed")

    # Functions have no __getattr__, with which CPython looks every attribute up slowly.

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Lua {type_name(self._value)} has no attribute {name!r} to set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Lua {type_name(self._value)} has no attribute {name!r} to delete")

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a Lua {type_name(self._value)} cannot be copied or pickled")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LuaObject) and other._value is self._value

    def __hash__(self) -> int:
        return id(self._value)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<Lua {type_name(self._value)} at {id(self._value):#x}>"

    def __str__(self) -> str:
        """What ``__tostring`` says when the value has one.

        Raises:
            TypeError: that is no string.
        """
        return str(self._border.do(_text_of, self))


# What is assigned otherwise is a field of Lua's.
_new = object.__new__
set_inside = LuaObject.__dict__["_inside"].__set__


def _text_of(target: LuaObject) -> str:
    state = target._border.state
    handler = state.metamethod(target._value, "__tostring")
    if handler is None:
        return repr(target)
    text = first(target._border.call(handler, target._value))
    if type(text) is not str:
        raise TypeError("__tostring returned non-string object")
    return text.encode("latin-1").decode(target._border.encoding or "utf-8", "replace")


class LuaUserdata(LuaObject):
    """A Lua value that is indexed: indexing and attributes are Lua's indexing, metamethods included."""

    __slots__ = ()

    def __getitem__(self, key: object) -> Any:
        border, target = self._inside
        acquire = border.acquire
        acquire()
        try:
            if type(key) is not str or not border.is_plain or not key.isascii():
                key = border.key_to_lua(key)
            value = target.get(key) if type(target) is Table else None
            if value is None:
                value = first(border.state.index(target, key))
            kind = type(value)
            if kind is int or value is None:
                return value
            to_python = border.to_python
            return to_python(value)
        except Exception as exception:
            raise border.fail(exception)  # noqa: B904  # which leaves its context as it is
        finally:
            release = border.release
            release()

    def __setitem__(self, key: object, value: object) -> None:
        border, target = self._inside
        acquire = border.acquire
        acquire()
        try:
            if type(key) is not str or not border.is_plain or not key.isascii():
                key = border.key_to_lua(key)
            to_lua = border.to_lua
            value = to_lua(value)
            if type(target) is Table and target.metatable is None:
                target.set(key, value)
            else:
                border.state.set_index(target, key, value)
            return
        except Exception as exception:
            raise border.fail(exception)  # noqa: B904  # which leaves its context as it is
        finally:
            release = border.release
            release()

    def __delitem__(self, key: object) -> None:
        self[key] = None

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__" and name[-2:] == "__":
            raise AttributeError(f"a Lua {type_name(self._value)} has no attribute {name!r}")
        return self[self._key(name)]

    def __setattr__(self, name: str, value: object) -> None:
        self[self._key(name)] = value

    def __delattr__(self, name: str) -> None:
        self[self._key(name)] = None

    def _key(self, name: str) -> str | bytes:
        """Return the key that a name is, as the runtime's ``encoding`` has strings."""
        border = self._inside[0]
        if border.is_plain and border.has_plain_names and name.isascii():
            return name
        return name.encode(border.source_encoding)

    def __len__(self) -> int:
        """What Lua's ``#`` gives.

        Raises:
            TypeError: ``__len`` gives no integer.
        """
        border = self._border
        length = border.do(lambda: first(border.state.length(self._value)))
        if type(length) is float and length.is_integer():
            return int(length)
        if type(length) is not int:
            raise TypeError("__len returned no integer")
        return length


class LuaFunction(LuaObject):
    """A Lua function; calling it from Python runs it."""

    __slots__ = ("_is_short",)
    #: Whether it may be called as it is; None before that was asked.
    _is_short: bool | None

    def __new__(cls, border: Border, value: LuaValue) -> Self:
        self = LuaObject.__new__(cls, border, value)
        set_short(self, None)
        return self

    if HAS_ENTRY:
        __call__ = call_function

    def _look(self) -> None:
        """Find out whether it may be called as it is."""
        set_short(self, self._border.is_short(self._value))

    def coroutine(self, *args: object) -> LuaThread:
        """Return a new coroutine of the function, which gets ``args`` when it is first resumed."""
        return _new_thread(self, self._value, args)


set_short = LuaFunction.__dict__["_is_short"].__set__


class LuaThread(LuaObject):
    """A coroutine, used as a generator: it gives what it yields, and at last what it returns, if anything.

    True while it can be resumed.  One that Lua made and that has not started is called with its first
    arguments: that gives a coroutine of the same function, which starts with them.
    """

    __slots__ = ("_arguments",)
    _arguments: tuple[object, ...] | None

    def __new__(cls, border: Border, value: LuaValue, arguments: tuple[object, ...] | None = None) -> Self:
        self = LuaObject.__new__(cls, border, value)
        _set_arguments(self, arguments)
        return self

    def __call__(self, *args: object) -> Any:
        if self._arguments is None and not self._value.is_started and self._value.status == "suspended":
            return _new_thread(self, self._value.function, args)
        return super().__call__(*args)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"a Lua thread has no attribute {name!r}")

    def __iter__(self) -> LuaThread:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: object) -> Any:
        """Resume the coroutine with ``value`` as the result of its ``coroutine.yield``; a tuple is several.

        Raises:
            StopIteration: it has ended; at once when it returns nothing.
            TypeError: a value for a coroutine that has not started.
        """
        border = self._border
        is_over, results = border.do(self._resume, value)
        if is_over:
            raise StopIteration
        return results

    def _resume(self, value: object) -> tuple[bool, Any]:
        border, coroutine = self._border, self._value
        if coroutine.status == "dead":
            return True, None
        if coroutine.is_started:
            arguments = list(map(border.to_lua, value)) if type(value) is tuple else [border.to_lua(value)]
        elif value is not None:
            raise TypeError("can't send non-None value to a just-started generator")
        else:
            arguments = list(map(border.to_lua, self._arguments or ()))
        results = resume_from_host(border.state, coroutine, arguments, True)
        if not results and coroutine.status == "dead":
            return True, None
        return False, border.results(pack_results(tuple(results)))

    def __bool__(self) -> bool:
        return bool(self._value.status != "dead")


_set_arguments = LuaThread.__dict__["_arguments"].__set__


def _new_thread(target: LuaObject, function: LuaValue, arguments: tuple[object, ...]) -> LuaThread:
    border = target._border
    coroutine = border.do(Coroutine, border.state, function)
    return LuaThread(border, coroutine, arguments)


class LuaTable(LuaUserdata):
    """A Lua table with mapping access, and its string fields as attributes.

    Access honours metamethods, as in Lua; a missing key is None, and storing None removes.  Iteration is
    over the keys, without metamethods.
    """

    __slots__ = ()

    def __contains__(self, key: object) -> bool:
        return self[key] is not None

    def __iter__(self) -> Iterator[Any]:
        return LuaIterator(self, LuaIterator.KEYS)

    def keys(self) -> Iterator[Any]:
        """Return an iterator over the keys."""
        return LuaIterator(self, LuaIterator.KEYS)

    def values(self) -> Iterator[Any]:
        """Return an iterator over the values."""
        return LuaIterator(self, LuaIterator.VALUES)

    def items(self) -> Iterator[tuple[Any, Any]]:
        """Return an iterator over the entries; fields may be changed while it runs, not added."""
        return LuaIterator(self, LuaIterator.ITEMS)


class LuaIterator:
    """An iterator over a table, which threads may share."""

    __slots__ = ("_key", "_table", "_what")
    KEYS, VALUES, ITEMS = range(3)

    def __init__(self, table: LuaTable, what: int) -> None:
        self._table: LuaTable | None = table
        self._what = what
        self._key: LuaValue = None

    def __iter__(self) -> LuaIterator:
        return self

    def __next__(self) -> Any:
        table = self._table
        if table is None:
            raise StopIteration
        border, target = table._inside
        acquire = border.acquire
        acquire()
        try:
            entry = target.next(self._key)
            if entry is None:
                self._table = None
            else:
                self._key, value = entry
                to_python, what = border.to_python, self._what
                if what == 0:
                    return to_python(self._key)
                value = to_python(value)
                return value if what == 1 else (to_python(self._key), value)
        except Exception as exception:
            raise border.fail(exception)  # noqa: B904  # as above
        finally:
            release = border.release
            release()
        raise StopIteration


def wrapper_classes() -> Mapping[type, type[LuaObject]]:
    """Return what wraps a Lua value, by the value's class."""
    return {
        Table: LuaTable,
        FunctionType: LuaFunction,
        Coroutine: LuaThread,
        Userdata: LuaUserdata,
        LightUserdata: LuaUserdata,
    }


def lua_type(value: object) -> str | None:
    """Return Lua's name for the type of a value that came from a runtime, None for Python's own."""
    return type_name(value._value) if isinstance(value, LuaObject) else None
