"""The listing of bytecode against what ``luac5.4 -l -l`` printed for the same chunk."""

from pathlib import Path

import pytest

from moonquakes.bytecode.dump import undump
from moonquakes.bytecode.listing import format_constant, instruction_texts, listing
from moonquakes.bytecode.opcodes import OP, OPCODES, encode_abc, encode_abx, encode_ax
from moonquakes.bytecode.proto import Proto
from moonquakes.values import FALSE, TRUE

lupa = pytest.importorskip("lupa.lua54", reason="the reference Lua (lupa) is not installed")
DATA = Path(__file__).parent / "data"


def sample_proto() -> Proto:
    runtime = lupa.LuaRuntime(encoding="latin-1")
    dump = runtime.eval("function(text) return string.dump(assert(load(text, '@sample.lua'))) end")
    text = (DATA / "sample.lua").read_text(encoding="ascii")
    return undump(dump(text).encode("latin-1"), "sample")


def test_full_listing_is_luacs() -> None:
    # sample.listing: luac5.4 -l -l, its addresses replaced by numbers.
    assert listing(sample_proto(), full=True) == (DATA / "sample.listing").read_text(encoding="ascii")


def test_short_listing_leaves_the_tables_out() -> None:
    full = (DATA / "sample.listing").read_text(encoding="ascii").splitlines()
    starts = ("main <", "function <")
    code = [
        line
        for line in full
        if line == "" or "[" in line.split('"')[0] or line.startswith(starts) or line[:1].isdigit()
    ]
    tables = ("constants (", "locals (", "upvalues (")
    assert listing(sample_proto()).splitlines() == [line for line in code if not line.startswith(tables)]


def test_sample_has_every_opcode_but_loadkx() -> None:
    text = (DATA / "sample.listing").read_text(encoding="ascii")
    missing = [opcode.name for opcode in OPCODES if f"]\t{opcode.name:<9}\t" not in text]
    assert missing == ["LOADKX"]


def test_loadkx_shows_the_constant_of_its_extraarg() -> None:
    code = [encode_abx(OP["LOADKX"], 3, 0), encode_ax(OP["EXTRAARG"], 1)]
    lines = listing(Proto(code=code, constants=["no", "yes"])).splitlines()
    assert lines[3:] == ['\t1\t[-]\tLOADKX   \t3\t; "yes"', "\t2\t[-]\tEXTRAARG \t1"]


def test_sizes_above_a_byte_come_from_the_extraarg() -> None:
    code = [
        encode_abc(OP["NEWTABLE"], 0, 0, 2, 1),
        encode_ax(OP["EXTRAARG"], 3),
        encode_abc(OP["SETLIST"], 0, 1, 5, 1),
        encode_ax(OP["EXTRAARG"], 2),
    ]
    lines = listing(Proto(code=code)).splitlines()
    assert lines[3] == "\t1\t[-]\tNEWTABLE \t0 0 2\t; 770"
    assert lines[5] == "\t3\t[-]\tSETLIST  \t0 1 5\t; 517"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("@a/b.lua", "a/b.lua"),
        ("=stdin", "stdin"),
        ("=?", "?"),
        ("return 1", "(string)"),
        ("\x1bLua", "(bstring)"),
    ],
)
def test_header_names_the_source(source: str, shown: str) -> None:
    assert (
        listing(Proto(source=source)).splitlines()[1].startswith(f"main <{shown}:0,0> (0 instructions at 0x")
    )


def test_malformed_code_can_still_be_listed() -> None:
    code = [
        0x7F,
        encode_abx(OP["LOADK"], 0, 9),
        encode_abx(OP["CLOSURE"], 0, 9),
        encode_abc(OP["GETUPVAL"], 0, 9, 0),
    ]
    code += [encode_abc(OP["MMBIN"], 0, 0, 99), encode_abx(OP["LOADKX"], 0, 0)]
    lines = listing(Proto(code=code)).splitlines()[3:]
    assert [line.split("\t")[3].strip() for line in lines] == [
        "?",
        "LOADK",
        "CLOSURE",
        "GETUPVAL",
        "MMBIN",
        "LOADKX",
    ]
    assert [line.rpartition("; ")[2] for line in lines[1:5]] == ["?", "?", "-", "?"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "nil"),
        (TRUE, "true"),
        (FALSE, "false"),
        (-7, "-7"),
        (3.0, "3.0"),
        (0.1, "0.1"),
        (1e100, "1e+100"),
        (float("inf"), "inf"),
        ('a"\\\a\b\f\n\r\t\v\x00\x7f\xff~ ', '"a\\"\\\\\\a\\b\\f\\n\\r\\t\\v\\000\\127\\255~ "'),
    ],
)
def test_constants(value: object, shown: str) -> None:
    assert format_constant(value) == shown


def test_one_instruction_reads_as_in_the_listing() -> None:
    proto = sample_proto()
    start = next(pc for pc, word in enumerate(proto.code) if word & 0x7F == OP["GETTABUP"])
    name, operands, comment = instruction_texts(proto, start)
    assert f"\t{name:<9}\t{operands}\t; {comment}" in listing(proto).splitlines()[start + 3]


def test_a_function_inside_is_named_by_its_lines() -> None:
    inner = Proto(line_defined=3, last_line_defined=7)
    proto = Proto(code=[encode_abx(OP["CLOSURE"], 1, 0)], protos=[inner])
    assert instruction_texts(proto, 0) == ("CLOSURE", "1 0", "<3,7>")
