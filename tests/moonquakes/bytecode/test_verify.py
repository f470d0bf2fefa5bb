"""The verifier: what the reference compiles passes, and each kind of damage is refused by its name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonquakes.bytecode.dump import dump, undump
from moonquakes.bytecode.opcodes import (
    MAX_C,
    OFFSET_SC,
    OP,
    OPCODES,
    encode_abc,
    encode_abx,
    encode_asbx,
    encode_ax,
    encode_sj,
)
from moonquakes.bytecode.proto import LocalVariable, Proto, UpvalueDesc
from moonquakes.bytecode.verify import load_binary, verify
from moonquakes.compiler import compile_source
from moonquakes.errors import LuaSyntaxError
from moonquakes.values import LuaValue

DATA = Path(__file__).parent / "data"

SOURCES = [
    "",
    (DATA / "sample.lua").read_text(encoding="ascii"),
    "local t = {...} for i = 1, 9 do if i > 2 then break end local function f() return i, f end t[i] = f end",
    "for k, v in next, {} do if k then goto continue end do return v end ::continue:: end",
    "for i = 1, 3 do local x <close> = nil; local f = function() return x end if f() then break end end",
    "repeat local a = 1; local f = function() return a end until a == f()",
    "local a <close>, b = nil, 2 do local c <close> = nil end return a, b",
    "while true do for i = 1, 2 do for j = i, 1, -1 do x = i .. j; goto skip end ::skip:: end end",
    "::top:: local a = {} local f = function() a = f end if f then goto top end",
    "return {f(), ...}, (f()), -f(...), f{...}, f'x', ({...})[1]",
    "local t = {" + "'x', " * 1000 + "} return t",
    "local t = {" + "".join(f"{i}.5, " for i in range(140000)) + "} return t",
    "return " + " .. ".join(["a"] * 100),
]


@pytest.mark.parametrize("source", SOURCES, ids=range(len(SOURCES)))
@pytest.mark.parametrize("strip", [False, True])
def test_what_the_reference_compiles_is_accepted(source: str, strip: bool) -> None:
    lupa = pytest.importorskip("lupa.lua54", reason="the reference Lua (lupa) is not installed")
    runtime = lupa.LuaRuntime(encoding="latin-1")
    function = runtime.eval("function(s, strip) return string.dump(assert(load(s, '=x')), strip) end")
    verify(undump(function(source, strip).encode("latin-1"), "x"), "x")


def assemble(text: str) -> list[int]:
    """Turn ``"LOADI 0 1; RETURN1 0"`` into instruction words; operands as the listing prints them."""
    code = []
    for line in text.split(";"):
        name, *operands = line.split()
        opcode = OPCODES[OP[name]]
        fields = dict(zip(opcode.operands.split(), map(int, operands), strict=False))
        a, b, c = fields.get("A", 0), fields.get("B", 0), fields.get("C", 0)
        if "sB" in fields:
            b = fields["sB"] + OFFSET_SC
        if "sC" in fields:
            c = fields["sC"] + OFFSET_SC
        match opcode.mode:
            case "iABC":
                code.append(encode_abc(opcode.number, a, b, c, fields.get("k", 0)))
            case "iABx":
                code.append(encode_abx(opcode.number, a, fields.get("Bx", 0)))
            case "iAsBx":
                code.append(encode_asbx(opcode.number, a, fields.get("sBx", 0)))
            case "iAx":
                code.append(encode_ax(opcode.number, fields.get("Ax", 0)))
            case _:
                code.append(encode_sj(opcode.number, fields.get("sJ", 0)))
    return code


def function_of(text: str, constants: list[LuaValue] | None = None, **attributes: Any) -> Proto:
    """Return a function of 8 registers and one upvalue, ``inner`` inside it."""
    inner = Proto("=x", 1, 1, code=assemble("RETURN0"), upvalues=[UpvalueDesc("u", True, 5)])
    proto = Proto("=x", max_stack_size=8, code=assemble(text), constants=constants or [], protos=[inner])
    proto.upvalues = [UpvalueDesc("_ENV", True, 0)]
    for name, value in attributes.items():
        setattr(proto, name, value)
    return proto


def refusal(proto: Proto) -> str:
    with pytest.raises(LuaSyntaxError) as error:
        verify(proto, "=chunk")
    message = error.value.value
    assert message.startswith("chunk: bad binary format (")
    assert message.endswith(")")
    return str(message[len("chunk: bad binary format (") : -1])


@pytest.mark.parametrize(
    "text",
    [
        "RETURN0",
        "LOADI 0 1; RETURN1 0",
        "LOADNIL 0 7; RETURN 0 9 0",
        "LOADI 0 1; ADDI 1 0 5; MMBINI 0 5 6 0; RETURN1 1",
        "GETTABUP 0 0 0; CALL 0 1 0; RETURN 0 0 0",
        "GETTABUP 0 0 0; TAILCALL 0 1 0; RETURN 0 0 0; RETURN0",
        "NEWTABLE 0 0 0; EXTRAARG 0; LOADI 1 1; SETLIST 0 1 0; RETURN1 0",
        "LOADI 0 1; LOADI 1 9; LOADI 2 1; FORPREP 0 1; MOVE 4 3; FORLOOP 0 2; RETURN0",
        "LOADNIL 0 3; TFORPREP 0 0; TFORCALL 0 1; TFORLOOP 0 2; CLOSE 0; RETURN0",
        "LOADNIL 0 5; CLOSURE 6 0; RETURN 6 2 0 1",
        "LOADNIL 0 0; TBC 0; RETURN 0 1 0 1",
        "LOADNIL 0 0; TEST 0 0; JMP 1; LOADNIL 1 0; RETURN0",
        "LOADNIL 0 0; TESTSET 1 0 0; JMP 1; LOADI 1 1; RETURN1 1",
        "LFALSESKIP 0; LOADTRUE 0; RETURN1 0",
        "JMP -1; RETURN0",
    ],
)
def test_well_formed_code_is_accepted(text: str) -> None:
    verify(function_of(text, ["print"]), "=chunk")


def damage() -> Iterator[Any]:
    for line in (DATA / "damage.txt").read_text(encoding="ascii").splitlines():
        text, arrow, refused = line.partition(" => ")
        if arrow and not line.startswith("#"):
            number, _, why = refused.partition(": ")
            yield pytest.param(text, f"instruction {number} of main function: {why}", id=text)


@pytest.mark.parametrize(("text", "why"), list(damage()))
def test_damage_is_named(text: str, why: str) -> None:
    assert refusal(function_of(text, ["print", 1.5])) == why


@pytest.mark.parametrize(
    ("attributes", "why"),
    [
        ({"code": []}, "main function: no code"),
        ({"code": [0x7F]}, "instruction 1 of main function: unknown opcode 127"),
        ({"num_params": 9}, "main function: bad stack size"),
        ({"max_stack_size": 256}, "main function: bad stack size"),
        ({"lines": [1, 2]}, "main function: line information does not match the code"),
        (
            {"local_variables": [LocalVariable("x", 0, 1)] * 9},
            "main function: more local variables than registers",
        ),
        (
            {"is_vararg": True},
            "instruction 1 of main function: VARARGPREP misplaced or missing",
        ),
        (
            {"is_vararg": True, "code": assemble("VARARGPREP 1; RETURN 0 1 1")},
            "instruction 1 of main function: VARARGPREP does not match the parameters",
        ),
        (
            {"is_vararg": True, "code": assemble("VARARGPREP 0; RETURN 0 1 0")},
            "instruction 2 of main function: RETURN does not match the parameters",
        ),
        (
            {"is_vararg": True, "code": assemble("VARARGPREP 0; RETURN0")},
            "instruction 2 of main function: RETURN0 in a function with variable arguments",
        ),
        ({"upvalues": [UpvalueDesc(None, True, 0)] * 256}, "too many upvalues"),
        (
            {"protos": [Proto(upvalues=[UpvalueDesc(None, True, 8)])]},
            "main function: a function inside it captures what does not exist",
        ),
        (
            {"protos": [Proto(upvalues=[UpvalueDesc(None, False, 1)])]},
            "main function: a function inside it captures what does not exist",
        ),
        (
            {"protos": [Proto(upvalues=[UpvalueDesc(None, False, 0)] * 256)]},
            "main function: too many upvalues in a function inside it",
        ),
        (
            {"protos": [Proto(line_defined=7, code=assemble("LOADI 2 0; RETURN0"))]},
            "instruction 1 of function at line 7: register 2 is out of range",
        ),
    ],
)
def test_damage_of_the_frame_is_named(attributes: dict[str, Any], why: str) -> None:
    assert refusal(function_of("RETURN0", **attributes)) == why


def test_unreachable_code_is_checked_for_bounds_but_not_followed() -> None:
    verify(function_of("RETURN0; MOVE 0 1; RETURN0"), "=chunk")
    assert "register 9" in refusal(function_of("RETURN0; MOVE 0 9; RETURN0"))


def test_load_binary_refuses_what_undump_alone_accepts() -> None:
    data = dump(function_of(f"LOADI {MAX_C} 1; RETURN0"))
    assert undump(data, "=chunk").code[0] == encode_asbx(OP["LOADI"], MAX_C, 1)
    with pytest.raises(LuaSyntaxError, match="register 255 is out of range"):
        load_binary(data, "=chunk")


def test_load_binary_returns_the_function() -> None:
    assert load_binary(dump(function_of("LOADI 0 1; RETURN1 0")), "=chunk").code == assemble(
        "LOADI 0 1; RETURN1 0"
    )


SAMPLE = dump(compile_source((DATA / "sample.lua").read_text(encoding="ascii"), "=sample"))


@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_bytes_are_accepted_or_refused_and_nothing_else(damage: list[tuple[int, int]]) -> None:
    data = bytearray(SAMPLE)
    for position, value in damage:
        data[position] = value
    try:
        proto = load_binary(bytes(data), "=sample")
    except LuaSyntaxError as error:
        refused = error.value
    else:
        refused = None
        verify(undump(dump(proto), "=sample"), "=sample")
    assert refused is None or refused.startswith("sample: bad binary format (")
