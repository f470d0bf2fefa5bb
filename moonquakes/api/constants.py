"""The API's constants, with the numbers the reference gives them (§4.3-§4.6)."""

from __future__ import annotations

from typing import Final

from moonquakes.api.contracts import contract

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

#: The last key in the registry that means something.
MQ_RIDX_LAST: Final = MQ_RIDX_GLOBALS

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
MQ_NUMTYPES: Final = 9
#: The same under its older name.
MQ_NUMTAGS: Final = MQ_NUMTYPES

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

# Garbage collection (mq_gc)

MQ_GCSTOP: Final = 0
MQ_GCRESTART: Final = 1
MQ_GCCOLLECT: Final = 2
MQ_GCCOUNT: Final = 3
MQ_GCCOUNTB: Final = 4
MQ_GCSTEP: Final = 5
MQ_GCSETPAUSE: Final = 6
MQ_GCSETSTEPMUL: Final = 7
MQ_GCISRUNNING: Final = 9
MQ_GCGEN: Final = 10
MQ_GCINC: Final = 11

# Debug hooks (§4.7)

MQ_HOOKCALL: Final = 0
MQ_HOOKRET: Final = 1
MQ_HOOKLINE: Final = 2
MQ_HOOKCOUNT: Final = 3
MQ_HOOKTAILCALL: Final = 4

MQ_MASKCALL: Final = 1 << MQ_HOOKCALL
MQ_MASKRET: Final = 1 << MQ_HOOKRET
MQ_MASKLINE: Final = 1 << MQ_HOOKLINE
MQ_MASKCOUNT: Final = 1 << MQ_HOOKCOUNT

# The version of the language

MQ_VERSION_MAJOR: Final = "5"
MQ_VERSION_MINOR: Final = "4"
MQ_VERSION_RELEASE: Final = "8"
#: What mq_version returns: 100 * major + minor.
MQ_VERSION_NUM: Final = 504
MQ_VERSION_RELEASE_NUM: Final = MQ_VERSION_NUM * 100 + 8
MQ_VERSION: Final = f"Lua {MQ_VERSION_MAJOR}.{MQ_VERSION_MINOR}"
MQ_RELEASE: Final = f"{MQ_VERSION}.{MQ_VERSION_RELEASE}"
MQ_VERSUFFIX: Final = f"_{MQ_VERSION_MAJOR}_{MQ_VERSION_MINOR}"
#: Who designed the language, and whose its manual and headers are.
MQ_COPYRIGHT: Final = f"{MQ_RELEASE}  Copyright (C) 1994-2025 Lua.org, PUC-Rio"
MQ_AUTHORS: Final = "R. Ierusalimschy, L. H. de Figueiredo, W. Celes"
#: Names both, as the identification in C's library does.
mq_ident: Final = f"$LuaVersion: {MQ_COPYRIGHT} $$LuaAuthors: {MQ_AUTHORS} $"
#: What binary chunks begin with.
MQ_SIGNATURE: Final = b"\x1bLua"
#: Tells apart builds of C Lua with other numbers: 16 times the size of an integer and that of a float.
MQL_NUMSIZES: Final = 8 * 16 + 8

# Names

#: Name of the global that holds the table of globals.
MQ_GNAME: Final = "_G"
#: Key in the registry of the table of loaded modules.
MQ_LOADED_TABLE: Final = "_LOADED"
#: Key in the registry of the table of preloaded loaders.
MQ_PRELOAD_TABLE: Final = "_PRELOAD"
#: Key in the registry of the metatable of files.
MQ_FILEHANDLE: Final = "FILE*"
MQ_COLIBNAME: Final = "coroutine"
MQ_TABLIBNAME: Final = "table"
MQ_IOLIBNAME: Final = "io"
MQ_OSLIBNAME: Final = "os"
MQ_STRLIBNAME: Final = "string"
MQ_UTF8LIBNAME: Final = "utf8"
MQ_MATHLIBNAME: Final = "math"
MQ_DBLIBNAME: Final = "debug"
MQ_LOADLIBNAME: Final = "package"

#: How much room mqL_prepbuffer gives, in bytes.
MQL_BUFFERSIZE: Final = 1024


@contract(0, 0, section="4.2")
def mq_upvalueindex(i: int) -> int:
    """Return the pseudo-index of upvalue ``i`` (from 1) of the running host function."""
    return MQ_REGISTRYINDEX - i
