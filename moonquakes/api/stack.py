"""Moving values on a thread's stack (§4.1, §4.3)."""

from __future__ import annotations

from moonquakes.api.constants import MQ_MAXSTACK, MQ_REGISTRYINDEX
from moonquakes.api.contracts import contract
from moonquakes.api.hosts import close_pending, take_pending
from moonquakes.api.state import mq_State, replace_at, value_at
from moonquakes.errors import PendingError
from moonquakes.values import FALSE


@contract(0, 0)
def mq_absindex(L: mq_State, idx: int) -> int:
    """Return ``idx`` as an index that does not depend on the top; pseudo-indices stay."""
    return len(L.stack) + idx + 1 if MQ_REGISTRYINDEX < idx < 0 else idx


@contract(0, 0)
def mq_gettop(L: mq_State) -> int:
    """Return the number of values on the stack."""
    return len(L.stack)


@contract("?", "?", "e")
def mq_settop(L: mq_State, idx: int) -> None:
    """Make ``idx`` the top: drop what is above it, or fill with nils up to it."""
    stack = L.stack
    size = idx if idx >= 0 else len(stack) + idx + 1
    if size < 0:
        raise IndexError(f"stack index {idx} is not acceptable")
    if size <= len(stack):
        if L.pending:
            close_pending(L, stack, size)
        del stack[size:]
    else:
        stack.extend([None] * (size - len(stack)))


@contract("n", 0, "e")
def mq_pop(L: mq_State, n: int) -> None:
    """Drop the ``n`` values on top."""
    stack = L.stack
    size = len(stack) - n
    if not 0 <= size <= len(stack):
        raise IndexError(f"mq_pop: cannot drop {n} of {len(stack)} values")
    if L.pending:
        close_pending(L, stack, size)
    del stack[size:]


@contract(0, 1, valid=1)
def mq_pushvalue(L: mq_State, idx: int) -> None:
    """Push a copy of the value at ``idx``."""
    stack = L.stack
    if 0 < idx <= len(stack):
        stack.append(stack[idx - 1])
    else:
        stack.append(stack[idx] if -len(stack) <= idx < 0 else value_at(L, idx))


@contract(0, 0)
def mq_rotate(L: mq_State, idx: int, n: int) -> None:
    """Rotate the values from ``idx`` to the top by ``n`` places towards the top."""
    stack = L.stack
    start = mq_absindex(L, idx) - 1
    segment = stack[start:]
    if not 0 <= start < len(stack) or abs(n) > len(segment):
        raise IndexError(f"cannot rotate from stack index {idx} by {n}")
    stack[start:] = segment[-n:] + segment[:-n]


@contract(0, 0, valid=2)
def mq_copy(L: mq_State, fromidx: int, toidx: int) -> None:
    """Copy the value at ``fromidx`` over the one at ``toidx``."""
    replace_at(L, toidx, value_at(L, fromidx))


@contract(1, 1, valid=1)
def mq_insert(L: mq_State, idx: int) -> None:
    """Move the value on top to ``idx``, shifting up what is there."""
    mq_rotate(L, idx, 1)


@contract(1, 0, valid=1)
def mq_remove(L: mq_State, idx: int) -> None:
    """Remove the value at ``idx``, shifting down what is above it."""
    mq_rotate(L, idx, -1)
    L.stack.pop()


@contract(1, 0, valid=1)
def mq_replace(L: mq_State, idx: int) -> None:
    """Pop the value on top and store it at ``idx``."""
    stack = L.stack
    replace_at(L, idx, stack[-1])
    stack.pop()


@contract(0, 0, "v")
def mq_toclose(L: mq_State, index: int) -> None:
    """Mark the value at ``index`` to be closed (§3.3.8) when it leaves the stack or its function ends.

    Nil and false are not; other values need a metamethod ``__close``.  Mark one above the last one.
    """
    stack = L.stack
    position = mq_absindex(L, index)
    pending = L.pending.get(id(stack), [])
    if not 0 < position <= len(stack) or (pending and position <= pending[-1]):
        raise IndexError(f"mq_toclose: stack index {index} is not above all that is to be closed")
    value = stack[position - 1]
    if value is None or value is FALSE:
        return
    if L.engine.metamethod(value, "__close") is None:
        raise PendingError("variable '(C temporary)' got a non-closable value")
    pending.append(position)
    L.pending[id(stack)] = pending


@contract(0, 0, "e")
def mq_closeslot(L: mq_State, index: int) -> None:
    """Close the value at ``index``, the last one marked by :func:`mq_toclose`, and put nil in its place."""
    stack = L.stack
    position = mq_absindex(L, index)
    if L.pending.get(id(stack), [0])[-1] != position:
        raise IndexError(f"mq_closeslot: stack index {index} is not the last to be closed")
    (value,) = take_pending(L, stack, position - 1)
    try:
        L.engine.call(L.engine.metamethod(value, "__close"), value, None)
    finally:
        stack[position - 1] = None


@contract(0, 0)
def mq_checkstack(L: mq_State, n: int) -> bool:
    """Return whether the stack can take ``n`` more values."""
    return len(L.stack) + n <= MQ_MAXSTACK


@contract(0, 0, "v")
def mqL_checkstack(L: mq_State, sz: int, msg: str | None = None) -> None:
    """Raise ``stack overflow (msg)`` unless the stack can take ``sz`` more values."""
    if not mq_checkstack(L, sz):
        raise PendingError(f"stack overflow ({msg})" if msg else "stack overflow")


@contract("?", "?")
def mq_xmove(from_: mq_State, to: mq_State, n: int) -> None:
    """Move the ``n`` values on top of ``from_`` to the top of ``to``, a thread of the same runtime."""
    if from_ is to or n == 0:
        return
    if from_.engine is not to.engine:
        raise ValueError("cannot move values between different runtimes")
    if n > len(from_.stack):
        raise IndexError(f"cannot move {n} of {len(from_.stack)} values")
    to.stack += from_.stack[-n:]
    del from_.stack[-n:]
