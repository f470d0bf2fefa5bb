"""What a host may do beyond C's API: share libraries between runs that must not meet.

These names begin with ``mqx_``.  They serve a host that runs many short programs
in one state: between two of them it restores the globals (``mqx_restoretable``),
whose libraries no program can change (``mqx_seal``), and no code of one runs during
the next (``mqx_nofinalizers``).
"""

from __future__ import annotations

from moonquakes.api.contracts import contract
from moonquakes.api.state import mq_State, table_at
from moonquakes.vm.sealed import seal


@contract(0, 0)
def mqx_nofinalizers(L: mq_State) -> None:
    """Mark no object for finalization from now on: ``__gc`` means nothing in this state."""
    L.engine.collector.finalizes = False


@contract(0, 0)
def mqx_restoretable(L: mq_State, idx: int, model: int) -> None:
    """Give the table at ``idx`` exactly the fields of the one at ``model``, and no metatable.

    It costs little when nothing was changed.
    """
    table_at(L, idx).restore(table_at(L, model))


@contract(0, 0)
def mqx_seal(L: mq_State, idx: int) -> None:
    """Make the table at ``idx`` read-only for good: storing into it is a Lua error, ``rawset`` included.

    Its metatable is replaced by one that neither ``getmetatable`` nor ``setmetatable`` gets at.
    """
    seal(table_at(L, idx))
