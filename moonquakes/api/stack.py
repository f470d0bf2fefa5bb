"""Moving values on a thread's stack (§4.1, §4.3)."""

from __future__ import annotations

from moonquakes.api.constants import MQ_MAXSTACK, MQ_REGISTRYINDEX
from moonquakes.api.state import mq_State, replace_at, value_at
from moonquakes.errors import PendingError


def mq_absindex(L: mq_State, idx: int) -> int:
    """Return ``idx`` as an index that does not depend on the top; pseudo-indices stay."""
    return len(L.stack) + idx + 1 if MQ_REGISTRYINDEX < idx < 0 else idx


def mq_gettop(L: mq_State) -> int:
    """Return the number of values on the stack."""
    return len(L.stack)


def mq_settop(L: mq_State, idx: int) -> None:
    """Make ``idx`` the top: drop what is above it, or fill with nils up to it."""
    stack = L.stack
    size = idx if idx >= 0 else len(stack) + idx + 1
    if size < 0:
        raise IndexError(f"stack index {idx} is not acceptable")
    if size <= len(stack):
        del stack[size:]
    else:
        stack.extend([None] * (size - len(stack)))


def mq_pop(L: mq_State, n: int) -> None:
    """Drop the ``n`` values on top."""
    if n == 1:
        L.stack.pop()
    else:
        mq_settop(L, -n - 1)


def mq_pushvalue(L: mq_State, idx: int) -> None:
    """Push a copy of the value at ``idx``."""
    stack = L.stack
    if 0 < idx <= len(stack):
        stack.append(stack[idx - 1])
    else:
        stack.append(stack[idx] if -len(stack) <= idx < 0 else value_at(L, idx))


def mq_rotate(L: mq_State, idx: int, n: int) -> None:
    """Rotate the values from ``idx`` to the top by ``n`` places towards the top."""
    stack = L.stack
    start = mq_absindex(L, idx) - 1
    segment = stack[start:]
    if not 0 <= start < len(stack) or abs(n) > len(segment):
        raise IndexError(f"cannot rotate from stack index {idx} by {n}")
    stack[start:] = segment[-n:] + segment[:-n]


def mq_copy(L: mq_State, fromidx: int, toidx: int) -> None:
    """Copy the value at ``fromidx`` over the one at ``toidx``."""
    replace_at(L, toidx, value_at(L, fromidx))


def mq_insert(L: mq_State, idx: int) -> None:
    """Move the value on top to ``idx``, shifting up what is there."""
    mq_rotate(L, idx, 1)


def mq_remove(L: mq_State, idx: int) -> None:
    """Remove the value at ``idx``, shifting down what is above it."""
    mq_rotate(L, idx, -1)
    L.stack.pop()


def mq_replace(L: mq_State, idx: int) -> None:
    """Pop the value on top and store it at ``idx``."""
    replace_at(L, idx, L.stack[-1])
    L.stack.pop()


def mq_checkstack(L: mq_State, n: int) -> bool:
    """Return whether the stack can take ``n`` more values."""
    return len(L.stack) + n <= MQ_MAXSTACK


def mqL_checkstack(L: mq_State, sz: int, msg: str | None = None) -> None:
    """Raise ``stack overflow (msg)`` unless the stack can take ``sz`` more values."""
    if not mq_checkstack(L, sz):
        raise PendingError(f"stack overflow ({msg})" if msg else "stack overflow")


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
