"""What does Lua see of a Python object?  A userdata with the operations that it has for Lua.

Calling it calls the object.  Indexing it asks for an item, where the object has any, else for an attribute;
:func:`as_attrgetter` and :func:`as_itemgetter` say which.  Which attributes there are says the
:class:`Access` of the runtime.
"""

from __future__ import annotations

import reprlib
from collections import deque
from collections.abc import Awaitable, Callable
from types import MethodType
from typing import TYPE_CHECKING, Any, Final
from weakref import ref

from moonquakes.embedding.arguments import Arguments
from moonquakes.embedding.wrappers import LuaTable
from moonquakes.errors import ArgumentError, LuaError
from moonquakes.values import FALSE, TRUE, LuaResults, LuaValue, Userdata
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.embedding.access import Access
    from moonquakes.embedding.border import Border

#: How many objects are given to Lua before the first look at which it has dropped.
_FIRST_PRUNE: Final = 256
#: Bytes of what stands for a Python object.
_SIZE: Final = 320
#: What Lua code can put into itself again and again, so that all its text would be without end.
_CONTAINERS: Final = (list, dict, set, tuple, frozenset, deque)


class View:
    """A Python object of which Lua is to see one side, its attributes or its items."""

    __slots__ = ("has_items", "object")

    def __init__(self, object: object, has_items: bool) -> None:
        self.object = object
        self.has_items = has_items


def as_attrgetter(obj: object) -> View:
    """Return what lets Lua index the attributes of an object, whatever items it has."""
    return View(obj.object if isinstance(obj, View) else obj, False)


def as_itemgetter(obj: object) -> View:
    """Return what lets Lua index the items of an object."""
    return View(obj.object if isinstance(obj, View) else obj, True)


class Objects:
    """Makes what stands for Python objects in one runtime.

    Attributes:
        metatables: the metatables of all that stands for Python objects.
        none: ``python.none``, for None where nil will not do.
        has_arguments: whether ``python.args`` was called.
        awaits: what waits for an awaitable of a host function, None where nothing does.
    """

    def __init__(self, border: Border, access: Access, unpacks: bool, is_open: bool) -> None:
        self._border = border
        self._access = access
        self._unpacks = unpacks
        self._is_open = is_open
        self._auto = self._metatable(None)
        self._attributes = self._metatable(False)
        self._items = self._metatable(True)
        self._exceptions = self._metatable(False)
        self.metatables: Final = frozenset({self._auto, self._attributes, self._items, self._exceptions})
        border.state.host_error_metatable = self._exceptions
        if not is_open:
            self._exceptions.set("__name", "python exception")
            self._exceptions.set("__tostring", self._make_describe())
        # By the id of the Python object, which its userdata keeps alive.
        self._known: dict[int, ref[Userdata]] = {}
        self._prune_at = _FIRST_PRUNE
        self.none = self._userdata(None, self._auto)
        self.awaits: Callable[[Any], object] | None = None
        self.has_arguments = False

    def of(self, value: object) -> LuaValue:
        """Return the userdata that stands for a Python object, always the same one."""
        if type(value) is View:
            obj = value.object
            return self._userdata(obj, self._items if value.has_items else self._attributes)
        reference = self._known.get(id(value))
        if reference is not None:
            known = reference()
            if known is not None:  # which keeps its object alive, so it is this one's
                return known
        metatable = self._exceptions if isinstance(value, BaseException) else self._auto
        known = self._userdata(value, metatable)
        self._known[id(value)] = ref(known)
        if len(self._known) > self._prune_at:
            self._known = {key: found for key, found in list(self._known.items()) if found() is not None}
            self._prune_at = max(_FIRST_PRUNE, 2 * len(self._known))
        return known

    def object_of(self, position: int, value: LuaValue) -> Any:
        """Return the Python object that an argument stands for.

        Raises:
            ArgumentError: it is none.
        """
        if type(value) is Userdata and value.metatable in self.metatables:
            return value.value
        raise ArgumentError(position, "not a python object")

    def _userdata(self, value: object, metatable: Table) -> Userdata:
        limits = self._border.state.limits
        if limits is not None and limits.is_running:
            limits.allocate(_SIZE)
        userdata = Userdata(value, metatable)
        if callable(value):
            userdata.function = self.function(value)
        return userdata

    # Calls

    def function(self, function: Callable[..., object]) -> Callable[..., LuaResults]:
        """Return the Lua function that calls a Python callable."""
        border = self._border
        to_python, to_lua, is_plain = border.to_python, border.to_lua, border.is_plain
        # A method that is called with ``:`` gets its object twice.
        is_method = type(function) is MethodType
        gives_values, unpacked = self._unpacks, self._unpacked

        def host(*arguments: LuaValue) -> LuaResults:
            # All that usually crosses does so here without another call (docs/performance.md).
            try:
                for argument in arguments:
                    kind = type(argument)
                    if kind is int or kind is float or argument is None:
                        continue
                    if kind is str and is_plain and argument.isascii():
                        continue
                    arguments = tuple(map(to_python, arguments))
                    if is_method and arguments[0] is function.__self__:  # type: ignore[attr-defined]  # a method
                        arguments = arguments[1:]
                    if self.has_arguments and Arguments in map(type, arguments):
                        return self._call_with(function, arguments)
                    break
                result = function(*arguments)
                if result is None:
                    return None
                kind = type(result)
                if kind is int or kind is str or kind is LuaTable:
                    return to_lua(result)
                if result is True:
                    return TRUE
                if result is False:
                    return FALSE
                if gives_values and kind is tuple:
                    return unpacked(result)  # type: ignore[arg-type]  # a tuple
                return self.result(result)
            except LuaError as exception:
                raise border.failures.entering(exception) from None

        limits = border.state.limits
        if limits is None:
            return host

        def charged(*arguments: LuaValue) -> LuaResults:
            results = host(*arguments)
            kind = type(results)
            if kind is str or kind is tuple:
                limits.made(results)
            return results

        return charged

    def _call_with(self, function: Callable[..., object], arguments: tuple[Any, ...]) -> LuaResults:
        """Call a function with arguments some of which are ``python.args``."""
        named: dict[str, object] = {}
        positional: list[object] = []
        for argument in arguments:
            if type(argument) is not Arguments:
                positional.append(argument)
                continue
            positional += argument.positional
            for name, value in argument.named.items():
                if name in named:
                    raise TypeError(f"got multiple values for keyword argument {name!r}")
                named[name] = value
        if type(function) is MethodType and positional and positional[0] is function.__self__:
            del positional[0]
        return self.result(function(*positional, **named))

    def result(self, value: object) -> LuaResults:
        """Return what a host function returned as Lua's results."""
        if self.awaits is not None and isinstance(value, Awaitable):
            value = self.awaits(value)
        if self._unpacks and type(value) is tuple:
            return self._unpacked(value)
        return self._border.to_lua(value)

    def _unpacked(self, values: tuple[object, ...]) -> LuaResults:
        results = tuple(map(self._border.to_lua, values))
        return results[0] if len(results) == 1 else results

    # Metatables

    def _metatable(self, has_items: bool | None) -> Table:
        """Return a metatable; None for objects that are seen as they are."""
        border, access = self._border, self._access
        getter, setter = access.getter, access.setter
        to_python, to_lua, is_plain = border.to_python, border.to_lua, border.is_plain

        def uses_items(obj: Any) -> bool:
            return hasattr(type(obj), "__getitem__") if has_items is None else has_items

        def index(value: LuaValue = None, key: LuaValue = None, *_: LuaValue) -> LuaValue:
            if type(value) is not Userdata or value.metatable not in self.metatables:
                self.object_of(1, value)  # which says that it is none
            obj = value.value
            try:
                if getter is not None:
                    found = getter(obj, to_python(key))
                elif uses_items(obj):
                    found = obj[to_python(key)]
                else:
                    is_name = type(key) is str and is_plain and key.isascii()
                    found = access.get(obj, key if is_name else border.name_of(key))
                return found if type(found) is float or found is None else to_lua(found)
            except LuaError as exception:
                raise border.failures.entering(exception) from None

        def newindex(
            value: LuaValue = None, key: LuaValue = None, new: LuaValue = None, *_: LuaValue
        ) -> LuaResults:
            obj = self.object_of(1, value)
            try:
                if setter is not None:
                    setter(obj, border.to_python(key), border.to_python(new))
                elif uses_items(obj):
                    obj[border.to_python(key)] = border.to_python(new)
                else:
                    access.set(obj, border.name_of(key), border.to_python(new))
            except LuaError as exception:
                raise border.failures.entering(exception) from None
            return ()

        def call(value: LuaValue = None, *arguments: LuaValue) -> LuaResults:
            obj = self.object_of(1, value)
            if not callable(obj):
                raise TypeError(f"{type(obj).__name__!r} object is not callable")
            return self.function(obj)(*arguments)

        def to_string(value: LuaValue = None, *_: LuaValue) -> LuaValue:
            obj = self.object_of(1, value)
            try:
                if border.state.limits is not None and isinstance(obj, _CONTAINERS):
                    return border.encode(reprlib.repr(obj))
                return border.encode(str(obj))
            except LuaError as exception:
                raise border.failures.entering(exception) from None

        fields: dict[str, LuaValue] = {
            "__name": "python object",
            "__index": index,
            "__newindex": newindex,
            "__call": call,
            "__tostring": to_string,
        }
        if not self._is_open:
            fields["__metatable"] = FALSE
        return Table.from_fields(fields)

    def _make_describe(self) -> Callable[..., LuaValue]:
        def describe(value: LuaValue = None, *_: LuaValue) -> LuaValue:
            """Return the text of an exception, which tells its class."""
            exception = self.object_of(1, value)
            return self._border.encode(f"{type(exception).__name__}: {exception}")

        return describe
