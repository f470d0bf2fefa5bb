"""How can a text that breaks off be brought to an end?

The table knows which token may come next.  Of those, the first of ``ENDINGS`` is always
one that leads towards the end, so a few for each open construct finish any text.
"""

from __future__ import annotations

from typing import Final

from moonquakes.parser import build
from moonquakes.parser.errors import END
from moonquakes.parser.table import State

#: Tokens that end a construct, or are needed before one can end; those that may also begin something
#: come last.
ENDINGS: Final = (
    END, "end", "until", "}", ")", "]", "::", "nil", "then", "do", "=", "in", ".", ",", "NAME", "(", ">",
)  # fmt: skip

#: What may stand as a statement.  What else begins one is given a field, which can be assigned to
#: whatever has it.
_CALLS: Final = (build.call, build.method_call)
_FIELDS: Final = (build.field, build.index)
_WITHOUT_FIELD: Final = (*_CALLS, build.name, build.paren)


def is_allowed(kind: str, states: list[State]) -> bool:
    """Whether a token may come next, after the reductions that it brings about on the stack."""
    depth = len(states) - 1  # what is left of the stack, below the states entered here
    entered: list[State] = []
    state = states[depth]
    made = None
    while type(action := state.get(kind)) is tuple:
        size, left, make = action
        if make is build.call_statement and made not in _CALLS:
            return False
        made = make if make is not None else made
        kept = max(len(entered) - size, 0)
        depth -= max(size - len(entered), 0)
        del entered[kept:]
        state = (entered[-1] if entered else states[depth])[left]
        entered.append(state)
    if made is build.name and kind == "=":
        # A name that comes after others is a target already: what is wrong with it counts.
        below = entered[-2] if len(entered) > 1 else states[depth]
        return action is not None and ";" not in below
    if made in (_FIELDS if kind == "." else _WITHOUT_FIELD if kind == "=" else ()):
        return False
    return action is not None
