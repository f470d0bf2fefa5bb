"""The garbage collector, memory and warnings, as the host controls them (§4.6)."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from moonquakes.api.constants import (
    MQ_GCCOLLECT,
    MQ_GCCOUNT,
    MQ_GCCOUNTB,
    MQ_GCGEN,
    MQ_GCINC,
    MQ_GCISRUNNING,
    MQ_GCRESTART,
    MQ_GCSETPAUSE,
    MQ_GCSETSTEPMUL,
    MQ_GCSTEP,
    MQ_GCSTOP,
)
from moonquakes.api.contracts import contract
from moonquakes.api.state import mq_State
from moonquakes.api.text import Text, lua_string
from moonquakes.stdlib.collector import stored_parameter

#: C's allocation function ``f(ud, ptr, osize, nsize)``; here memory is Python's, and none is called.
mq_Alloc: TypeAlias = Callable[..., Any]
#: Takes warnings: ``f(ud, message, to_continue)``; a message with ``to_continue`` has more to come.
mq_WarnFunction: TypeAlias = Callable[[Any, bytes, bool], Any]

_MODES: Final = {MQ_GCGEN: "generational", MQ_GCINC: "incremental"}


@contract(0, 0, "m")
def mq_gc(L: mq_State, what: int, *args: int) -> int:
    """Control the collector: ``what`` is one of ``MQ_GC*``, with its arguments; -1 for what cannot be.

    As ``collectgarbage`` (§6.1) does: a step is a whole cycle, and parameters are kept but mean nothing.
    """
    collector = L.engine.collector
    if collector.is_busy:
        return -1  # inside a finalizer it takes no orders
    if what == MQ_GCSTOP:
        collector.stop()
    elif what == MQ_GCRESTART:
        collector.restart()
    elif what == MQ_GCCOLLECT:
        gc.collect()  # without reference counts, to know what the host has dropped
        collector.cycle()
        gc.collect()
    elif what == MQ_GCCOUNT:
        return collector.size() >> 10
    elif what == MQ_GCCOUNTB:
        return collector.size() & 0x3FF
    elif what == MQ_GCSTEP:
        collector.cycle()
        return 1
    elif what == MQ_GCISRUNNING:
        return int(collector.running)
    elif what in (MQ_GCSETPAUSE, MQ_GCSETSTEPMUL):
        name = "setpause" if what == MQ_GCSETPAUSE else "setstepmul"
        previous = collector.parameters[name]
        collector.parameters[name] = stored_parameter(*args)
        return previous
    elif what in _MODES:
        previous_mode, collector.mode = collector.mode, _MODES[what]
        if what == MQ_GCINC:
            for name, value in zip(("setpause", "setstepmul"), args, strict=False):
                if value:
                    collector.parameters[name] = stored_parameter(value)
        return MQ_GCGEN if previous_mode == "generational" else MQ_GCINC
    else:
        return -1
    return 0


@contract(0, 0)
def mq_getallocf(L: mq_State) -> tuple[mq_Alloc | None, Any]:
    """Return the allocation function and its data, as they were given; memory is Python's."""
    return L.shared.allocator


@contract(0, 0)
def mq_setallocf(L: mq_State, f: mq_Alloc | None, ud: Any = None) -> None:
    """Keep an allocation function and its data; none is ever called."""
    L.shared.allocator = (f, ud)


# Warnings


@contract(0, 0)
def mq_setwarnf(L: mq_State, f: mq_WarnFunction | None, ud: Any = None) -> None:
    """Set what takes warnings, control messages (``@on``) included; None drops them."""

    def warn(message: str, to_continue: bool = False) -> None:
        if f is not None:
            f(ud, message.encode("latin-1"), to_continue)

    L.engine.warn = warn


@contract(0, 0)
def mq_warning(L: mq_State, msg: Text, tocont: bool = False) -> None:
    """Emit a warning, or with ``tocont`` a piece of one that goes on with the next call."""
    L.engine.warn(lua_string(msg), tocont)
