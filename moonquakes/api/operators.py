"""Lua's operators on stack values: arithmetic, comparison, concatenation, length (§4.6)."""

from __future__ import annotations

from typing import Final

from moonquakes.api.constants import (
    MQ_OPADD,
    MQ_OPBAND,
    MQ_OPBNOT,
    MQ_OPBOR,
    MQ_OPBXOR,
    MQ_OPDIV,
    MQ_OPEQ,
    MQ_OPIDIV,
    MQ_OPLE,
    MQ_OPLT,
    MQ_OPMOD,
    MQ_OPMUL,
    MQ_OPPOW,
    MQ_OPSHL,
    MQ_OPSHR,
    MQ_OPSUB,
    MQ_OPUNM,
)
from moonquakes.api.contracts import contract
from moonquakes.api.state import is_valid, mq_State, value_at
from moonquakes.errors import PendingError
from moonquakes.numbers import to_integer

_EVENTS: Final = {
    MQ_OPADD: "__add",
    MQ_OPSUB: "__sub",
    MQ_OPMUL: "__mul",
    MQ_OPMOD: "__mod",
    MQ_OPPOW: "__pow",
    MQ_OPDIV: "__div",
    MQ_OPIDIV: "__idiv",
    MQ_OPBAND: "__band",
    MQ_OPBOR: "__bor",
    MQ_OPBXOR: "__bxor",
    MQ_OPSHL: "__shl",
    MQ_OPSHR: "__shr",
    MQ_OPUNM: "__unm",
    MQ_OPBNOT: "__bnot",
}


@contract("(2|1)", 1, "e")
def mq_arith(L: mq_State, op: int) -> None:
    """Replace the two operands on top (one for ``MQ_OPUNM``, ``MQ_OPBNOT``) by the result."""
    stack = L.stack
    if op in (MQ_OPUNM, MQ_OPBNOT):
        stack[-1] = L.engine.arithmetic(_EVENTS[op], stack[-1], stack[-1])
        return
    result = L.engine.arithmetic(_EVENTS[op], stack[-2], stack[-1])
    stack[-2:] = [result]


@contract(0, 0, "e")
def mq_compare(L: mq_State, index1: int, index2: int, op: int) -> bool:
    """Return the result of ``MQ_OPEQ``, ``MQ_OPLT`` or ``MQ_OPLE``; False when an index is not valid."""
    if not (is_valid(L, index1) and is_valid(L, index2)):
        return False
    a, b = value_at(L, index1), value_at(L, index2)
    if op == MQ_OPEQ:
        return L.engine.equals(a, b)
    if op == MQ_OPLT:
        return L.engine.less_than(a, b)
    if op == MQ_OPLE:
        return L.engine.less_equal(a, b)
    raise ValueError(f"invalid comparison {op}")


@contract(0, 0)
def mq_rawequal(L: mq_State, index1: int, index2: int) -> bool:
    """Return whether two values are equal without metamethods; False when an index is not valid."""
    if not (is_valid(L, index1) and is_valid(L, index2)):
        return False
    return bool(value_at(L, index1) == value_at(L, index2))


@contract("n", 1, "e")
def mq_concat(L: mq_State, n: int) -> None:
    """Replace the ``n`` values on top by their concatenation, the empty string for none."""
    stack = L.stack
    if n == 0:
        stack.append("")
        return
    if not 0 < n <= len(stack):
        raise IndexError(f"cannot concatenate {n} of {len(stack)} values")
    result = stack[-1]
    for operand in reversed(stack[-n:-1]):
        result = L.engine.concat(operand, result)
    stack[-n:] = [result]


@contract(0, 1, "e", valid=1)
def mq_len(L: mq_State, idx: int) -> None:
    """Push the length of the value, as ``#`` gives it."""
    L.stack.append(L.engine.length(value_at(L, idx)))


@contract(0, 0, "e", valid=1)
def mqL_len(L: mq_State, idx: int) -> int:
    """Return the length of the value, as ``#`` gives it, which must be an integer."""
    length = to_integer(L.engine.length(value_at(L, idx)))
    if length is None:
        raise PendingError("object length is not an integer")
    return length
