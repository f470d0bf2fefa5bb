"""The API's constants, with the numbers the reference gives them (§4.3-§4.6)."""

from __future__ import annotations

from typing import Final

#: Asks a call for all of its results.
MQ_MULTRET: Final = -1

# Pseudo-indices (§4.2)

_MAX_STACK: Final = 1_000_000
#: The pseudo-index of the registry; indices below it name upvalues.
MQ_REGISTRYINDEX: Final = -_MAX_STACK - 1000
#: Key of the main thread in the registry.
MQ_RIDX_MAINTHREAD: Final = 1
#: Key of the global table in the registry.
MQ_RIDX_GLOBALS: Final = 2

#: Slots a host function may count on without asking :func:`mq_checkstack`.
MQ_MINSTACK: Final = 20
#: Slots a frame may have at most.
MQ_MAXSTACK: Final = _MAX_STACK

# Status codes (§4.4.1)

MQ_OK: Final = 0
MQ_YIELD: Final = 1
MQ_ERRRUN: Final = 2
MQ_ERRSYNTAX: Final = 3
MQ_ERRMEM: Final = 4
MQ_ERRERR: Final = 5
MQ_ERRFILE: Final = 6

# Types

MQ_TNONE: Final = -1
MQ_TNIL: Final = 0
MQ_TBOOLEAN: Final = 1
MQ_TLIGHTUSERDATA: Final = 2
MQ_TNUMBER: Final = 3
MQ_TSTRING: Final = 4
MQ_TTABLE: Final = 5
MQ_TFUNCTION: Final = 6
MQ_TUSERDATA: Final = 7
MQ_TTHREAD: Final = 8

# Operators of mq_arith and mq_compare

MQ_OPADD: Final = 0
MQ_OPSUB: Final = 1
MQ_OPMUL: Final = 2
MQ_OPMOD: Final = 3
MQ_OPPOW: Final = 4
MQ_OPDIV: Final = 5
MQ_OPIDIV: Final = 6
MQ_OPBAND: Final = 7
MQ_OPBOR: Final = 8
MQ_OPBXOR: Final = 9
MQ_OPSHL: Final = 10
MQ_OPSHR: Final = 11
MQ_OPUNM: Final = 12
MQ_OPBNOT: Final = 13

MQ_OPEQ: Final = 0
MQ_OPLT: Final = 1
MQ_OPLE: Final = 2

# References (mqL_ref)

MQ_NOREF: Final = -2
MQ_REFNIL: Final = -1

#: What mq_version returns: 100 * major + minor.
MQ_VERSION_NUM: Final = 504

#: Key in the registry of the table of loaded modules.
MQ_LOADED_TABLE: Final = "_LOADED"
#: Key in the registry of the table of preloaded loaders.
MQ_PRELOAD_TABLE: Final = "_PRELOAD"


def mq_upvalueindex(i: int) -> int:
    """Return the pseudo-index of upvalue ``i`` (from 1) of the running host function."""
    return MQ_REGISTRYINDEX - i
