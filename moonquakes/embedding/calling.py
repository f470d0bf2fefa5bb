"""How does Python call a Lua function at little cost?  In one step, where CPython is (docs/performance.md).

What usually crosses does so here without another call, and so does what :meth:`Names.call_any` does for a
call from outside: room for a deep recursion, a fresh budget, and its end.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from moonquakes.errors import Stop
from moonquakes.recursion import ROOM
from moonquakes.values import FALSE, TRUE, settle_tail
from moonquakes.vm.fresh import MAX_FRAMES

if TYPE_CHECKING:
    from moonquakes.embedding.wrappers import LuaFunction

_get_limit, _set_limit = sys.getrecursionlimit, sys.setrecursionlimit


def call_function(self: LuaFunction, *args: object) -> Any:
    """Call the function; see :meth:`LuaObject.__call__`."""
    border, function = self._inside
    # Not as methods: that takes twice the time.
    acquire = border.acquire
    acquire()
    try:
        for value in args:
            kind = type(value)
            if kind is int:
                if -0x8000000000000000 <= value <= 0x7FFFFFFFFFFFFFFF:  # type: ignore[operator]  # an int
                    continue
            elif kind is str:
                if border.is_plain and value.isascii():  # type: ignore[attr-defined]  # a str
                    continue
            elif kind is float or value is None:
                continue
            to_lua = border.to_lua
            args = (to_lua(value),) if len(args) == 1 else tuple(map(to_lua, args))
            break
        if self._is_short:
            result = function(*args)
            kind = type(result)
        elif (names := border.names) is None or names.is_entered:
            if self._is_short is None:
                self._look()
            enter = border.enter
            result = enter(function, args)
            kind = type(result)
        else:
            room = ROOM
            limits = border.limits
            most = MAX_FRAMES if limits is None else limits.most_frames
            # The depth of host calls counts from here on.
            names.is_entered = True
            room.way += 1
            try:
                limit = _get_limit()
                if limit == room.host_limit and most == room.most:
                    _set_limit(room.raised_limit)
                else:
                    room.raise_limit(limit, most)
                if limits is not None:
                    # As Limits.begin.
                    limits.is_running = True
                    limits.end = None
                    first_slice = limits.first_slice
                    if first_slice is not None and limits.fuel.cell.cell_contents[0] > first_slice:
                        limits.look_soon(first_slice)
                if self._is_short is None:
                    self._look()
                result = function(*args)
                kind = type(result)
                if kind is tuple:
                    result = settle_tail(result)
                    kind = type(result)
            finally:
                if limits is not None:
                    limits.is_running = False
                names.is_entered = False
                room.way -= 1
                if not room.way:
                    _set_limit(room.host_limit)
                    if room.after is not None:
                        room.finish()
        if kind is int or result is None:
            return result
        if result is TRUE:
            return True
        if result is FALSE:
            return False
        if kind is tuple:
            return border.results(result) if result else None
        to_python = border.to_python
        return to_python(result)
    except Exception as exception:
        raise border.fail(exception)  # noqa: B904  # which leaves its context as it is
    except Stop as stop:
        if border.limits is None or border.limits.is_running:
            raise
        raise border.fail(stop.reason) from None
    finally:
        release = border.release
        release()


# What messages about wrong arguments call it.
call_function.__name__ = "__call__"
call_function.__qualname__ = "LuaFunction.__call__"
