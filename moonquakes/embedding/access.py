"""Which attributes of a Python object may Lua code read and set?

A host decides with a filter or with handlers, as lupa has them.  Where it does not, the profile does:
under ``full`` there is no limit, under any other only public attributes can be read that lead to nothing
the host did not hand out, and none of a module, class or function can be set.
"""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

Filter: TypeAlias = Callable[[Any, Any, bool], Any]
Getter: TypeAlias = Callable[[Any, Any], Any]
Setter: TypeAlias = Callable[[Any, Any, Any], Any]

#: What shows the inside of Python: nothing of it is public.
_INSIDE: Final = (types.FrameType, types.CodeType, types.TracebackType)
#: What must not come out of an attribute.
_HIDDEN: Final = (*_INSIDE, types.ModuleType)
#: What belongs to the whole program.
_SHARED: Final = (types.ModuleType, type, types.FunctionType, types.MethodType, types.BuiltinFunctionType)
_GROWING: Final = ("center", "expandtabs", "join", "ljust", "replace", "rjust", "translate", "zfill")
#: Beginnings of public names that are refused all the same, by class: what leads inside or grows.
_LEADING: Final = (
    (types.GeneratorType, ("gi_",)),
    (types.CoroutineType, ("cr_",)),
    (types.AsyncGeneratorType, ("ag_",)),
    (type, ("mro",)),
    (AttributeError, ("obj",)),
    # Format strings read attributes; the others make much out of little in one call.
    (str, ("format", *_GROWING)),
    (bytes, _GROWING),
    (bytearray, ("extend", *_GROWING)),
    (list, ("extend",)),
    (deque, ("extend",)),
)


class Access:
    """How Lua code gets at attributes in one runtime.

    Args:
        attribute_filter: returns the name to use for a name, or raises AttributeError.
        attribute_handlers: what reads and what sets, instead of ``getattr`` and ``setattr``; for items too.
        is_open: whether there is no limit where neither is given.

    Attributes:
        getter, setter: the handlers, None for none.
    """

    __slots__ = ("_filter", "_is_open", "getter", "setter")

    def __init__(
        self,
        attribute_filter: Filter | None,
        attribute_handlers: Iterable[Callable[..., Any] | None] | None,
        is_open: bool,
    ) -> None:
        if attribute_filter is not None and not callable(attribute_filter):
            raise ValueError("attribute_filter must be callable")
        self._filter = attribute_filter
        self._is_open = is_open
        self.getter: Getter | None = None
        self.setter: Setter | None = None
        if attribute_handlers is not None:
            if not isinstance(attribute_handlers, Iterable):
                raise TypeError("attribute_handlers must be a pair of callables or None")
            handlers = tuple(attribute_handlers)
            if handlers and (len(handlers) != 2 or any(h is not None and not callable(h) for h in handlers)):
                raise ValueError("attribute_handlers must be a pair of callables or None")
            if handlers:
                self.getter, self.setter = handlers
        if attribute_filter is not None and (self.getter is not None or self.setter is not None):
            raise ValueError("attribute_filter and attribute_handlers are mutually exclusive")

    def get(self, obj: Any, name: Any) -> Any:
        """Return an attribute."""
        if self._filter is not None:
            return getattr(obj, self._filter(obj, name, False))
        if self._is_open:
            return getattr(obj, name)
        _check(obj, name)
        value = getattr(obj, name)
        if isinstance(value, _HIDDEN):
            raise AttributeError(f"attribute {name!r} leads out of the sandbox")
        return value

    def set(self, obj: Any, name: Any, value: Any) -> None:
        """Set an attribute."""
        if self._filter is not None:
            name = self._filter(obj, name, True)
        elif not self._is_open:
            _check(obj, name)
            if isinstance(obj, _SHARED):
                raise AttributeError(f"attribute {name!r} of a shared object cannot be set")
        setattr(obj, name, value)


def _check(obj: Any, name: Any) -> None:
    """Refuse what is not public."""
    if not isinstance(name, str):
        raise TypeError(f"attribute name must be string, not {type(name).__name__!r}")
    if name.startswith("_") or isinstance(obj, _INSIDE):
        raise AttributeError(f"attribute {name!r} is not public")
    for kind, prefixes in _LEADING:
        if isinstance(obj, kind) and name.startswith(prefixes):
            raise AttributeError(f"attribute {name!r} is not public")
