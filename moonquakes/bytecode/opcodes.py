"""The 83 opcodes of Lua 5.4, declared once, and the layout of an instruction word.

Numbering, disassembler, verifier, the register effects used by both engines and
the table in the documentation all derive from :data:`OPCODES`.

An instruction is an unsigned 32-bit ``int``::

    iABC   C(8) | B(8) | k(1) | A(8) | opcode(7)
    iABx         Bx(17)       | A(8) | opcode(7)
    iAsBx       sBx(17)       | A(8) | opcode(7)
    iAx                Ax(25)        | opcode(7)
    isJ                sJ(25)        | opcode(7)

Signed fields are stored in excess notation: ``sC = C - 127``, ``sBx = Bx - 65535``,
``sJ = field - 16777215``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_A: Final = 255
MAX_B: Final = 255
MAX_C: Final = 255
MAX_BX: Final = (1 << 17) - 1
MAX_AX: Final = (1 << 25) - 1
MAX_SJ: Final = (1 << 25) - 1
OFFSET_SC: Final = MAX_C >> 1
OFFSET_SBX: Final = MAX_BX >> 1
OFFSET_SJ: Final = MAX_SJ >> 1


@dataclass(frozen=True, slots=True)
class Opcode:
    """One opcode.

    Attributes:
        number: its place in the numbering (0-82).
        name: upper case, as ``luac -l`` prints it.
        mode: ``iABC``, ``iABx``, ``iAsBx``, ``iAx`` or ``isJ``.
        operands: the fields in use, in the order of the listing: ``"A B sC"``.
        meaning: its register transfer, one line.
        sets_a: whether it writes R[A].
        is_test: whether the next instruction is a jump it may skip.
    """

    number: int
    name: str
    mode: str
    operands: str
    meaning: str
    sets_a: bool
    is_test: bool


_DECLARATIONS: Final = """
MOVE       iABC   a-  A B      | R[A] := R[B]
LOADI      iAsBx  a-  A sBx    | R[A] := sBx
LOADF      iAsBx  a-  A sBx    | R[A] := (float)sBx
LOADK      iABx   a-  A Bx     | R[A] := K[Bx]
LOADKX     iABx   a-  A        | R[A] := K[extra arg]
LOADFALSE  iABC   a-  A        | R[A] := false
LFALSESKIP iABC   a-  A        | R[A] := false; pc++
LOADTRUE   iABC   a-  A        | R[A] := true
LOADNIL    iABC   a-  A B      | R[A], R[A+1], ..., R[A+B] := nil
GETUPVAL   iABC   a-  A B      | R[A] := UpValue[B]
SETUPVAL   iABC   --  A B      | UpValue[B] := R[A]
GETTABUP   iABC   a-  A B C    | R[A] := UpValue[B][K[C]]
GETTABLE   iABC   a-  A B C    | R[A] := R[B][R[C]]
GETI       iABC   a-  A B C    | R[A] := R[B][C]
GETFIELD   iABC   a-  A B C    | R[A] := R[B][K[C]]
SETTABUP   iABC   --  A B C k  | UpValue[A][K[B]] := RK(C)
SETTABLE   iABC   --  A B C k  | R[A][R[B]] := RK(C)
SETI       iABC   --  A B C k  | R[A][B] := RK(C)
SETFIELD   iABC   --  A B C k  | R[A][K[B]] := RK(C)
NEWTABLE   iABC   a-  A B C k  | R[A] := {}
SELF       iABC   a-  A B C k  | R[A+1] := R[B]; R[A] := R[B][RK(C)]
ADDI       iABC   a-  A B sC   | R[A] := R[B] + sC
ADDK       iABC   a-  A B C    | R[A] := R[B] + K[C]
SUBK       iABC   a-  A B C    | R[A] := R[B] - K[C]
MULK       iABC   a-  A B C    | R[A] := R[B] * K[C]
MODK       iABC   a-  A B C    | R[A] := R[B] % K[C]
POWK       iABC   a-  A B C    | R[A] := R[B] ^ K[C]
DIVK       iABC   a-  A B C    | R[A] := R[B] / K[C]
IDIVK      iABC   a-  A B C    | R[A] := R[B] // K[C]
BANDK      iABC   a-  A B C    | R[A] := R[B] & K[C]
BORK       iABC   a-  A B C    | R[A] := R[B] | K[C]
BXORK      iABC   a-  A B C    | R[A] := R[B] ~ K[C]
SHRI       iABC   a-  A B sC   | R[A] := R[B] >> sC
SHLI       iABC   a-  A B sC   | R[A] := sC << R[B]
ADD        iABC   a-  A B C    | R[A] := R[B] + R[C]
SUB        iABC   a-  A B C    | R[A] := R[B] - R[C]
MUL        iABC   a-  A B C    | R[A] := R[B] * R[C]
MOD        iABC   a-  A B C    | R[A] := R[B] % R[C]
POW        iABC   a-  A B C    | R[A] := R[B] ^ R[C]
DIV        iABC   a-  A B C    | R[A] := R[B] / R[C]
IDIV       iABC   a-  A B C    | R[A] := R[B] // R[C]
BAND       iABC   a-  A B C    | R[A] := R[B] & R[C]
BOR        iABC   a-  A B C    | R[A] := R[B] | R[C]
BXOR       iABC   a-  A B C    | R[A] := R[B] ~ R[C]
SHL        iABC   a-  A B C    | R[A] := R[B] << R[C]
SHR        iABC   a-  A B C    | R[A] := R[B] >> R[C]
MMBIN      iABC   --  A B C    | call metamethod C over R[A] and R[B]
MMBINI     iABC   --  A sB C k | call metamethod C over R[A] and sB
MMBINK     iABC   --  A B C k  | call metamethod C over R[A] and K[B]
UNM        iABC   a-  A B      | R[A] := -R[B]
BNOT       iABC   a-  A B      | R[A] := ~R[B]
NOT        iABC   a-  A B      | R[A] := not R[B]
LEN        iABC   a-  A B      | R[A] := #R[B]
CONCAT     iABC   a-  A B      | R[A] := R[A] .. ... .. R[A+B-1]
CLOSE      iABC   --  A        | close all upvalues >= R[A]
TBC        iABC   --  A        | mark R[A] as to-be-closed
JMP        isJ    --  sJ       | pc += sJ
EQ         iABC   -t  A B k    | if ((R[A] == R[B]) ~= k) then pc++
LT         iABC   -t  A B k    | if ((R[A] <  R[B]) ~= k) then pc++
LE         iABC   -t  A B k    | if ((R[A] <= R[B]) ~= k) then pc++
EQK        iABC   -t  A B k    | if ((R[A] == K[B]) ~= k) then pc++
EQI        iABC   -t  A sB k   | if ((R[A] == sB) ~= k) then pc++
LTI        iABC   -t  A sB k   | if ((R[A] <  sB) ~= k) then pc++
LEI        iABC   -t  A sB k   | if ((R[A] <= sB) ~= k) then pc++
GTI        iABC   -t  A sB k   | if ((R[A] >  sB) ~= k) then pc++
GEI        iABC   -t  A sB k   | if ((R[A] >= sB) ~= k) then pc++
TEST       iABC   -t  A k      | if (not R[A] == k) then pc++
TESTSET    iABC   at  A B k    | if (not R[B] == k) then pc++ else R[A] := R[B]
CALL       iABC   a-  A B C    | R[A], ..., R[A+C-2] := R[A](R[A+1], ..., R[A+B-1])
TAILCALL   iABC   a-  A B C k  | return R[A](R[A+1], ..., R[A+B-1])
RETURN     iABC   --  A B C k  | return R[A], ..., R[A+B-2]
RETURN0    iABC   --           | return
RETURN1    iABC   --  A        | return R[A]
FORLOOP    iABx   a-  A Bx     | update counters; if loop continues then pc -= Bx
FORPREP    iABx   a-  A Bx     | check values and prepare counters; if not to run then pc += Bx+1
TFORPREP   iABx   --  A Bx     | create upvalue for R[A+3]; pc += Bx
TFORCALL   iABC   --  A C      | R[A+4], ..., R[A+3+C] := R[A](R[A+1], R[A+2])
TFORLOOP   iABx   a-  A Bx     | if R[A+4] ~= nil then { R[A+2] := R[A+4]; pc -= Bx }
SETLIST    iABC   --  A B C k  | R[A][C+i] := R[A+i], 1 <= i <= B
CLOSURE    iABx   a-  A Bx     | R[A] := closure(KPROTO[Bx])
VARARG     iABC   a-  A C      | R[A], R[A+1], ..., R[A+C-2] := vararg
VARARGPREP iABC   a-  A        | adjust vararg parameters
EXTRAARG   iAx    --  Ax       | extra (larger) argument for the previous opcode
"""


def _declare() -> tuple[Opcode, ...]:
    opcodes = []
    for number, line in enumerate(_DECLARATIONS.strip().splitlines()):
        head, _, meaning = line.partition("|")
        name, mode, flags, *operands = head.split()
        opcodes.append(
            Opcode(number, name, mode, " ".join(operands), meaning.strip(), "a" in flags, "t" in flags)
        )
    return tuple(opcodes)


OPCODES: Final = _declare()
#: Number of each opcode by name: ``OP["ADD"]``.
OP: Final[dict[str, int]] = {opcode.name: opcode.number for opcode in OPCODES}

#: Event names of the C operand of MMBIN, MMBINI and MMBINK, at their numbers in
#: Lua's order of tag methods (so that binary chunks agree with the reference).
EVENTS: Final = (
    "__index", "__newindex", "__gc", "__mode", "__len", "__eq",
    "__add", "__sub", "__mul", "__mod", "__pow", "__div", "__idiv",
    "__band", "__bor", "__bxor", "__shl", "__shr",
    "__unm", "__bnot", "__lt", "__le", "__concat", "__call", "__close",
)  # fmt: skip
EVENT: Final[dict[str, int]] = {name: number for number, name in enumerate(EVENTS)}


def opcode_of(instruction: int) -> int:
    """Return the opcode number of an instruction word."""
    return instruction & 0x7F


def get_a(instruction: int) -> int:
    return instruction >> 7 & 0xFF


def get_k(instruction: int) -> int:
    return instruction >> 15 & 1


def get_b(instruction: int) -> int:
    return instruction >> 16 & 0xFF


def get_c(instruction: int) -> int:
    return instruction >> 24 & 0xFF


def get_sb(instruction: int) -> int:
    return (instruction >> 16 & 0xFF) - OFFSET_SC


def get_sc(instruction: int) -> int:
    return (instruction >> 24 & 0xFF) - OFFSET_SC


def get_bx(instruction: int) -> int:
    return instruction >> 15 & MAX_BX


def get_sbx(instruction: int) -> int:
    return (instruction >> 15 & MAX_BX) - OFFSET_SBX


def get_ax(instruction: int) -> int:
    return instruction >> 7 & MAX_AX


def get_sj(instruction: int) -> int:
    return (instruction >> 7 & MAX_SJ) - OFFSET_SJ


def encode_abc(op: int, a: int, b: int, c: int, k: int = 0) -> int:
    """Pack an iABC instruction; ``b`` and ``c`` are the raw (excess) field values."""
    return op | a << 7 | k << 15 | b << 16 | c << 24


def encode_abx(op: int, a: int, bx: int) -> int:
    return op | a << 7 | bx << 15


def encode_asbx(op: int, a: int, sbx: int) -> int:
    return op | a << 7 | (sbx + OFFSET_SBX) << 15


def encode_ax(op: int, ax: int) -> int:
    return op | ax << 7


def encode_sj(op: int, sj: int) -> int:
    return op | (sj + OFFSET_SJ) << 7
