"""The binary chunk format against a reference Lua 5.4: same bytes, and each loads the other's."""

from pathlib import Path
from typing import Any

import pytest

from moonquakes.bytecode.dump import dump, undump
from moonquakes.bytecode.listing import listing
from moonquakes.bytecode.proto import LocalVariable, Proto, UpvalueDesc
from moonquakes.errors import LuaSyntaxError

lupa = pytest.importorskip("lupa.lua54", reason="the reference Lua (lupa) is not installed")
SAMPLE = (Path(__file__).parent / "data" / "sample.lua").read_text(encoding="ascii")
MANY_LINES = "\n" * 300 + "local a = 1\n" * 100 + "a = a\n" * 400 + "\n" * 200 + "return a"
LONG_NAMES = f"local t = {{ {'x' * 40} = 1, {'y' * 41} = '{'z' * 20000}' }} return t"
NUMBERS = "return 0, -1, 2^53, 1e308, 0x7fffffffffffffff, math.mininteger, 0.1, true, false, nil"
DEEP = "return function() " * 60 + "end " * 60


@pytest.fixture(scope="module")
def reference() -> Any:
    return lupa.LuaRuntime(encoding="latin-1")


def reference_dump(reference: Any, source: str, strip: bool = False, name: str = "@chunk") -> bytes:
    function = reference.eval("function(s, n, strip) return string.dump(assert(load(s, n)), strip) end")
    return function(source, name, strip).encode("latin-1")  # type: ignore[no-any-return]


def reference_error(reference: Any, data: bytes, name: str) -> str:
    load = reference.eval("function(s, n) local f, message = load(s, n, 'b') return message end")
    return str(load(data.decode("latin-1"), name))


@pytest.mark.parametrize("strip", [False, True])
@pytest.mark.parametrize("source", ["", SAMPLE, MANY_LINES, LONG_NAMES, NUMBERS, DEEP])
def test_reading_and_writing_gives_the_references_bytes(reference: Any, source: str, strip: bool) -> None:
    data = reference_dump(reference, source, strip)
    assert (
        dump(undump(data, "=chunk")) == data
        if not strip
        else dump(undump(data, "=chunk"), strip=True) == data
    )


@pytest.mark.parametrize("source", [SAMPLE, MANY_LINES, DEEP])
def test_strip_writes_what_the_reference_strips(reference: Any, source: str) -> None:
    whole = undump(reference_dump(reference, source), "=chunk")
    assert dump(whole, strip=True) == reference_dump(reference, source, strip=True)


def test_a_stripped_chunk_dumped_again_stays_loadable(reference: Any) -> None:
    stripped = undump(reference_dump(reference, SAMPLE, strip=True), "=chunk")
    assert stripped.source == "=?"
    assert stripped.lines == []
    assert stripped.upvalues[0].name is None
    again = dump(stripped)
    redump = reference.eval("function(s) return string.dump(assert(load(s, 'x', 'b'))) end")
    assert again == redump(again.decode("latin-1")).encode("latin-1")


def test_the_reference_runs_what_is_written_here(reference: Any) -> None:
    source = "local n = ... for i = 1, 3 do n = n .. i end return n, #n"
    data = dump(undump(reference_dump(reference, source), "=chunk"))
    run = reference.eval("function(s) return assert(load(s, 'x', 'b'))('n') end")
    assert run(data.decode("latin-1")) == ("n123", 4)


def test_lines_and_names_survive(reference: Any) -> None:
    proto = undump(reference_dump(reference, MANY_LINES), "=chunk")
    assert proto.source == "@chunk"
    assert proto.lines[:2] == [1, 301]
    assert proto.lines[-1] == 1001
    assert len(proto.lines) == len(proto.code)
    assert proto.local_variables[0].name == "a"
    assert proto.upvalues == [UpvalueDesc("_ENV", True, 0, 0)]


def test_inner_functions_inherit_the_source(reference: Any) -> None:
    proto = undump(reference_dump(reference, DEEP, name="=(deep)"), "=other")
    while proto.protos:
        proto = proto.protos[0]
        assert proto.source == "=(deep)"


def test_lines_that_go_far_back_and_forth() -> None:
    lines = [5, 200, 5, 132, 133, 5, -1 + 2**20, 1, *range(1, 300), *[7] * 300]
    proto = Proto(line_defined=5, code=[0] * len(lines), lines=lines)
    assert undump(dump(proto), "x").lines == lines


def test_a_proto_made_by_hand_survives() -> None:
    inner = Proto("=x", 3, 9, 2, False, 7, code=[1, 2], lines=[4, 4])
    inner.local_variables = [LocalVariable("\xe9", 0, 300)]
    outer = Proto("=x", is_vararg=True, code=[3], constants=["\xff\x00", 2**63 - 1, -(2**63)], protos=[inner])
    read = undump(dump(outer), "x")
    assert listing(read, True) == listing(outer, True)
    assert read.protos[0].source == "=x"
    assert read.protos[0].line_defined == 3


HEADER = dump(Proto())[:31]


def test_every_truncation_is_refused_in_the_references_words(reference: Any) -> None:
    data = reference_dump(reference, "local a <const> = {} return function() return 1.5, 'x', a end")
    for size in range(1, len(data)):
        message = reference_error(reference, data[:size], "@f")
        assert message == "f: bad binary format (truncated chunk)"
        with pytest.raises(LuaSyntaxError) as error:
            undump(data[:size], "@f")
        assert error.value.value == message


@pytest.mark.parametrize("position", range(1, 31))
def test_a_spoilt_header_is_refused_in_the_references_words(reference: Any, position: int) -> None:
    data = bytearray(reference_dump(reference, "return 1"))
    data[position] ^= 0x55
    with pytest.raises(LuaSyntaxError) as error:
        undump(bytes(data), "=x")
    assert error.value.value == reference_error(reference, bytes(data), "=x")


@pytest.mark.parametrize("name", ["=x", "@dir/x", "text", "\x1bLua", "many words\nand lines"])
def test_the_chunk_is_named_as_the_reference_names_it(reference: Any, name: str) -> None:
    with pytest.raises(LuaSyntaxError) as error:
        undump(b"\x1bLu", name)
    assert error.value.value == reference_error(reference, b"\x1bLu", name)


@pytest.mark.parametrize(
    "rest",
    [
        b"\x01\x80" + b"\x7f" * 8,
        b"\x01" + b"\x7f" * 9 + b"\xff",
        b"\x01\x80\x80\x80\x00\x01\x02\x80\x81\x04\x80",
    ],
)
def test_wrong_sizes_are_refused_in_the_references_words(reference: Any, rest: bytes) -> None:
    with pytest.raises(LuaSyntaxError) as error:
        undump(HEADER + rest, "=x")
    assert error.value.value == reference_error(reference, HEADER + rest, "=x")


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        (b"\x01\x10" + b"\x7f" * 6 + b"\xff", "truncated chunk"),
        (b"\x01\x80\x80\x80\x00\x01\x02\x80\x81\x09", "unknown kind of constant"),
        (b"\x01\x80\x80\x80\x00\x01\x02\x06\x7f\x7f\x7f\xff", "truncated chunk"),
        (
            b"\x01\x80\x80\x80\x00\x01\x02\x80\x80\x80\x80\x81\x00\x80",
            "line information does not match the code",
        ),
        (b"\x01\x80\x80\x80\x00\x01\x02\x80\x80\x80\x80\x80\x80\x81\x80", "local variable without a name"),
        (b"\x01" + b"\x80\x80\x80\x00\x01\x02\x80\x80\x80\x81" * 250, "functions nested too deeply"),
    ],
)
def test_what_the_reference_would_trust_is_refused(rest: bytes, why: str) -> None:
    with pytest.raises(LuaSyntaxError) as error:
        undump(HEADER + rest, "=x")
    assert error.value.value == f"x: bad binary format ({why})"


def test_a_line_without_its_absolute_entry_is_refused() -> None:
    proto = Proto(code=[0], lines=[1000])
    data = dump(proto)
    spoilt = data.replace(b"\x81\x80\x81\x80\x07\xe8", b"\x81\x80\x81\x81\x07\xe8")
    assert spoilt != data
    with pytest.raises(LuaSyntaxError, match="line information"):
        undump(spoilt, "=x")


def test_bytes_after_the_chunk_are_ignored(reference: Any) -> None:
    data = reference_dump(reference, "return 1")
    assert dump(undump(data + b"more", "=x")) == data
