"""Checks of a host function's arguments, and errors it raises (§5.1, ``luaL_check*``, ``luaL_error``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

from moonquakes.api.access import mq_type, mq_typename
from moonquakes.api.constants import MQ_TNONE
from moonquakes.api.contracts import alias, contract
from moonquakes.api.state import is_valid, mq_State, replace_at, value_at
from moonquakes.api.text import Text, format_text, lua_string
from moonquakes.errors import ArgumentError, PendingError
from moonquakes.stdlib.arguments import check_integer, check_number, check_string

Result = TypeVar("Result")


@contract(0, 0, "v")
def mqL_checkinteger(L: mq_State, arg: int) -> int:
    """Return argument ``arg`` as an integer; floats and strings that denote one are converted."""
    return check_integer(arg, value_at(L, arg))


@contract(0, 0, "v")
def mqL_optinteger(L: mq_State, arg: int, d: int) -> int:
    """As :func:`mqL_checkinteger`, ``d`` when the argument is nil or missing."""
    value = value_at(L, arg)
    return d if value is None else check_integer(arg, value)


@contract(0, 0, "v")
def mqL_checknumber(L: mq_State, arg: int) -> float:
    """Return argument ``arg`` as a float; strings that denote a number are converted."""
    return float(check_number(arg, value_at(L, arg)))


@contract(0, 0, "v")
def mqL_optnumber(L: mq_State, arg: int, d: float) -> float:
    """As :func:`mqL_checknumber`, ``d`` when the argument is nil or missing."""
    value = value_at(L, arg)
    return d if value is None else float(check_number(arg, value))


@contract(0, 0, "v")
def mqL_checklstring(L: mq_State, arg: int) -> bytes:
    """Return argument ``arg``, a string or a number, as bytes; a number becomes a string on the stack."""
    value = value_at(L, arg)
    text = check_string(arg, value)
    if text is not value:
        replace_at(L, arg, text)
    return text.encode("latin-1")


@contract(0, 0, "v")
def mqL_optlstring(L: mq_State, arg: int, d: Text | None) -> bytes | None:
    """As :func:`mqL_checklstring`, ``d`` when the argument is nil or missing."""
    if value_at(L, arg) is None:
        return None if d is None else lua_string(d).encode("latin-1")
    return mqL_checklstring(L, arg)


#: In C they differ from the ``lstring`` forms by the length alone, which ``bytes`` carry.
mqL_checkstring = alias("mqL_checkstring", mqL_checklstring)
mqL_optstring = alias("mqL_optstring", mqL_optlstring)


@contract(0, 0, "e")
def mqL_opt(L: mq_State, f: Callable[[mq_State, int], Result], n: int, d: Result) -> Result:
    """Return ``f(L, n)``, or ``d`` when argument ``n`` is nil or missing."""
    return d if value_at(L, n) is None else f(L, n)


@contract(0, 0, "v")
def mqL_checkoption(L: mq_State, arg: int, def_: Text | None, lst: Sequence[Text]) -> int:
    """Return the position in ``lst`` (from 0) of argument ``arg``, of ``def_`` when it is nil or missing."""
    value = value_at(L, arg)
    name = check_string(arg, value) if value is not None or def_ is None else lua_string(def_)
    for position, option in enumerate(lst):
        if lua_string(option) == name:
            return position
    raise ArgumentError(arg, f"invalid option '{name}'")


@contract(0, 0, "v")
def mqL_checktype(L: mq_State, arg: int, t: int) -> None:
    """Raise unless argument ``arg`` has the type with code ``t``."""
    if mq_type(L, arg) != t:
        raise ArgumentError.wrong_type(arg, mq_typename(L, t).decode("latin-1"), value_at(L, arg))


@contract(0, 0, "v")
def mqL_checkany(L: mq_State, arg: int) -> None:
    """Raise unless there is an argument ``arg``; nil counts."""
    if mq_type(L, arg) == MQ_TNONE:
        raise ArgumentError(arg, "value expected")


@contract(0, 0, "v")
def mqL_argcheck(L: mq_State, cond: object, arg: int, extramsg: Text) -> None:
    """Raise ``bad argument #arg to 'name' (extramsg)`` unless ``cond``."""
    if not cond:
        mqL_argerror(L, arg, extramsg)


@contract(0, 0, "v")
def mqL_argexpected(L: mq_State, cond: object, arg: int, tname: Text) -> None:
    """Raise ``bad argument #arg to 'name' (tname expected, got ...)`` unless ``cond``."""
    if not cond:
        mqL_typeerror(L, arg, tname)


# Errors.  C declares these functions as returning an int so that one may write
# ``return luaL_error(...)``; none of them returns.


@contract(0, 0, "v")
def mqL_argerror(L: mq_State, arg: int, extramsg: Text) -> NoReturn:
    """Raise ``bad argument #arg to 'name' (extramsg)`` at the position of the caller."""
    raise ArgumentError(arg, lua_string(extramsg))


@contract(0, 0, "v")
def mqL_typeerror(L: mq_State, arg: int, tname: Text) -> NoReturn:
    """Raise ``bad argument #arg to 'name' (tname expected, got ...)`` at the position of the caller."""
    raise ArgumentError.wrong_type(arg, lua_string(tname), value_at(L, arg) if is_valid(L, arg) else None)


@contract(0, 0, "v")
def mqL_error(L: mq_State, fmt: Text, *args: object) -> NoReturn:
    """Raise a message, formatted as by ``mq_pushfstring``, at the position of the caller."""
    raise PendingError(format_text(fmt, args))


@contract(0, 1, "m")
def mqL_where(L: mq_State, lvl: int) -> None:
    """Push ``chunk:line: `` of the function at level ``lvl`` (1: the caller), or an empty string."""
    L.stack.append(L.engine.where(lvl))
