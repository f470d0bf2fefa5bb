"""Names that the headers keep for programs written for older versions (§8.3), and integer arithmetic.

The unsigned forms and those of smaller integers are in C's headers under ``LUA_COMPAT_APIINTCASTS``.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import add, and_, floordiv, mod, mul, or_, sub, xor
from typing import Final

from moonquakes.api.access import mq_tointegerx
from moonquakes.api.checks import mqL_checkinteger, mqL_optinteger
from moonquakes.api.contracts import contract
from moonquakes.api.push import mq_pushinteger
from moonquakes.api.state import mq_State
from moonquakes.api.userdata import mq_getiuservalue, mq_newuserdatauv, mq_setiuservalue
from moonquakes.numbers import wrap
from moonquakes.values import MAX_INTEGER, MIN_INTEGER

_UNSIGNED: Final = (1 << 64) - 1
_OPERATORS: Final[dict[str, Callable[[int, int], int]]] = {
    "+": add, "-": sub, "*": mul, "//": floordiv, "/": floordiv, "%": mod,
    "&": and_, "|": or_, "^": xor, "<<": lambda a, b: a << b % 64, ">>": lambda a, b: a >> b % 64,
}  # fmt: skip


@contract(0, 1, "m", section="8.3")
def mq_newuserdata(L: mq_State, block: object) -> object:
    """Push a userdata with one user value and return its block, as :func:`mq_newuserdatauv`."""
    return mq_newuserdatauv(L, block, 1)


@contract(0, 1, section="8.3", valid=1)
def mq_getuservalue(L: mq_State, idx: int) -> int:
    """Push the first user value and return its type code, as :func:`mq_getiuservalue`."""
    return mq_getiuservalue(L, idx, 1)


@contract(1, 0, section="8.3", valid=1)
def mq_setuservalue(L: mq_State, idx: int) -> bool:
    """Pop a value into the first user value, as :func:`mq_setiuservalue`."""
    return mq_setiuservalue(L, idx, 1)


@contract(0, 1, section="8.3")
def mq_pushunsigned(L: mq_State, n: int) -> None:
    """Push an integer of 0 to 2^64 - 1 as the signed one with its bits."""
    mq_pushinteger(L, wrap(n))


@contract(0, 0, section="8.3")
def mq_tounsignedx(L: mq_State, idx: int) -> int | None:
    """Return an integer's bits as a number from 0 on; None for what is no integer."""
    number = mq_tointegerx(L, idx)
    return None if number is None else number & _UNSIGNED


@contract(0, 0, section="8.3")
def mq_tounsigned(L: mq_State, idx: int) -> int:
    """Return an integer's bits as a number from 0 on; 0 for what is no integer."""
    return mq_tounsignedx(L, idx) or 0


@contract(0, 0, "v", section="8.3")
def mqL_checkunsigned(L: mq_State, a: int) -> int:
    """Return an integer argument's bits as a number from 0 on."""
    return mqL_checkinteger(L, a) & _UNSIGNED


@contract(0, 0, "v", section="8.3")
def mqL_optunsigned(L: mq_State, a: int, d: int) -> int:
    """As :func:`mqL_checkunsigned`, ``d`` when the argument is nil or missing."""
    return mqL_optinteger(L, a, wrap(d)) & _UNSIGNED


@contract(0, 0, "v", section="8.3")
def mqL_checkint(L: mq_State, n: int) -> int:
    """Return an integer argument cut to 32 bits, as C's ``int``."""
    return _cut(mqL_checkinteger(L, n))


@contract(0, 0, "v", section="8.3")
def mqL_optint(L: mq_State, n: int, d: int) -> int:
    """As :func:`mqL_checkint`, ``d`` when the argument is nil or missing."""
    return _cut(mqL_optinteger(L, n, d))


@contract(0, 0, "v", section="8.3")
def mqL_checklong(L: mq_State, n: int) -> int:
    """Return an integer argument: C's ``long`` has 64 bits."""
    return mqL_checkinteger(L, n)


@contract(0, 0, "v", section="8.3")
def mqL_optlong(L: mq_State, n: int, d: int) -> int:
    """As :func:`mqL_checklong`, ``d`` when the argument is nil or missing."""
    return mqL_optinteger(L, n, d)


def _cut(number: int) -> int:
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)


# Arithmetic


@contract(0, 0, section="5")
def mqL_intop(op: str, v1: int, v2: int) -> int:
    """Return ``v1 op v2`` as unsigned C arithmetic gives it, as an integer; ``op`` is ``"+"`` or the like."""
    return wrap(_OPERATORS[op](v1 & _UNSIGNED, v2 & _UNSIGNED))


@contract(0, 0)
def mq_numbertointeger(n: float) -> int | None:
    """Return the integer that equals a float; None when there is none in 64 bits."""
    if not float(n).is_integer():
        return None
    number = int(n)
    return number if MIN_INTEGER <= number <= MAX_INTEGER else None
