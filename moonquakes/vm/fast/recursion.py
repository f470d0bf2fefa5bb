"""Which functions look whether the stack is full when they begin (:mod:`moonquakes.vm.fresh`)?

Those that may be part of a recursion: who calls nothing but the library by its global names need not,
since what the library calls back it counts.  A global that is a function of the program all the same makes
Python's own limit end the recursion.
"""

from __future__ import annotations

from typing import Final

from moonquakes.bytecode.opcodes import OP, get_a, get_b, get_c, opcode_of
from moonquakes.bytecode.proto import Proto

_CALL: Final = OP["CALL"]
_TAILCALL: Final = OP["TAILCALL"]
_GETTABUP: Final = OP["GETTABUP"]
_GETFIELD: Final = OP["GETFIELD"]

_FUNCTIONS: Final = frozenset(
    {
        "assert", "collectgarbage", "error", "getmetatable", "ipairs", "next", "pairs", "print", "rawequal",
        "rawget", "rawlen", "rawset", "select", "setmetatable", "tonumber", "tostring", "type",
    }
)  # fmt: skip
_LIBRARIES: Final = frozenset({"math", "string", "table", "utf8", "os", "io"})


def may_recurse(proto: Proto) -> bool:
    """Whether a function calls others than those of the library."""
    return any(
        opcode_of(word) in (_CALL, _TAILCALL) and not calls_library(proto, pc)
        for pc, word in enumerate(proto.code)
    )


def calls_library(proto: Proto, pc: int) -> bool:
    """Whether a call names a function of the library, as a global."""
    at = _load_before(proto, pc, get_a(proto.code[pc]))
    word = proto.code[at]
    if opcode_of(word) == _GETTABUP:
        return proto.constants[get_c(word)] in _FUNCTIONS
    if opcode_of(word) != _GETFIELD:
        return False
    library = proto.code[_load_before(proto, at, get_b(word))]
    return opcode_of(library) == _GETTABUP and proto.constants[get_c(library)] in _LIBRARIES


def _load_before(proto: Proto, pc: int, register: int) -> int:
    """Return the instruction before ``pc`` that names the register first, 0 if there is none."""
    for at in range(pc - 1, 0, -1):
        if get_a(proto.code[at]) == register:
            return at
    return 0
