"""``string.format`` beside the reference: every conversion with all flags, widths and precisions."""

from __future__ import annotations

import struct
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

_FLAGS = st.text(alphabet="-+ #0", max_size=3)
_WIDTHS = st.sampled_from(["", "", "1", "5", "20", "99", "100", "05"])
_PRECISIONS = st.sampled_from(["", "", ".", ".0", ".3", ".10", ".13", ".20", ".99", ".100", ".5.5"])
_LETTERS = st.sampled_from("diuoxXcsqaAeEfgGFyn% \0\xff")
_CONVERSIONS = st.builds(lambda *parts: "%" + "".join(parts), _FLAGS, _WIDTHS, _PRECISIONS, _LETTERS)
_FORMATS = st.lists(st.one_of(_CONVERSIONS, st.sampled_from(["a", "%%", "\0", "%"])), max_size=3).map("".join)

_FLOATS = st.one_of(
    st.floats(),
    st.integers(0, 2**64 - 1).map(lambda bits: struct.unpack("<d", struct.pack("<Q", bits))[0]),
    st.sampled_from([0.0, -0.0, 1.5, 2.5, 1.97, 5e-324, 1e308, 1e15, 1e16, 1 / 3]),
)
_VALUES = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-300, 300),
    _FLOATS,
    st.text(alphabet='ab\0\n\r"\\1 \x7f\x80\xff', max_size=5),
    st.sampled_from([None, "12", "0x1p4", "1.5", "x" * 99, "x" * 100, "x" * 101]),
)


def test_snippets(both: Any, snippet: str) -> None:
    both.same_chunk(snippet)


@settings(max_examples=600)
@given(_FORMATS, st.lists(_VALUES, max_size=3))
@example("%" + "0" * 20 + "d", [1])
@example("%" + "0" * 21 + "d", [1])
def test_formats(both: Any, text: str, values: list[Any]) -> None:
    both.same_call("string", "format", text, *values)


_USUAL = st.sampled_from(
    [
        *("%d", "%5d", "%-5d|", "%05d", "%+d", "% d", "%i", "%u", "%.3d", "%.0u", "%c", "%3c"),
        *("%x", "%02x", "%-6X|", "%o", "%#x", "%s", "%s", "%10s", "%-10s|", "%.2s", "%5.1s"),
        *("%f", "%.2f", "%8.3f", "%-8.1e|", "%g", "%.14g", "%G", "%+.3f", "%010.2f", "%#g", "%.99f"),
        *("100%%", "text", "\0", "\xff%%%"),
    ]
)


@settings(max_examples=800)
@given(st.lists(_USUAL, max_size=6), st.data())
def test_usual_formats(both: Any, parts: list[str], data: st.DataObject) -> None:
    """Each argument is mostly of the type that its conversion wants."""
    values: list[Any] = []
    for part in parts:
        if part.count("%") == 1:
            wanted = _FLOATS if part.strip("|")[-1] in "feEgG" else st.integers(-300, 2**40)
            wanted = st.text(alphabet="ab\0\xff", max_size=4) if part.strip("|")[-1] == "s" else wanted
            values.append(data.draw(st.one_of(wanted, wanted, wanted, _VALUES)))
    both.same_call("string", "format", "".join(parts), *values)


@settings(max_examples=300)
@given(_FLAGS, _WIDTHS, st.integers(0, 20), st.sampled_from("aAeEfgG"), _FLOATS)
def test_floats(both: Any, flags: str, width: str, precision: int, letter: str, value: float) -> None:
    both.same_call("string", "format", f"%{flags}{width}.{precision}{letter}", value)
    both.same_call("string", "format", f"%{flags}{width}{letter}", value)


@settings(max_examples=200)
@given(st.one_of(_VALUES))
def test_literals_read_back(both: Any, value: Any) -> None:
    both.same_call("string", "format", "%q", value)


def test_pointers_are_identities(both: Any) -> None:
    same = "return string.format('%p', a) == string.format('%p', b)"
    both.same_chunk("local t = {} return string.format('%p', t) == tostring(t):match('0x%x+')")
    both.same_chunk(f"local a, b = {{}}, {{}} {same}")
    both.same_chunk(f"local a, b = ('x'):rep(40), ('xx'):rep(20) {same}")
    both.same_chunk(f"local a, b = ('x'):rep(300), ('xx'):rep(150) {same}")
    long = "a string literal of more than forty characters"
    both.same_chunk(f"local a = '{long}' local function f() return '{long}' end local b = f() {same}")
    both.same_chunk(f"local a, b = '{long}', '{long[:9]}' .. '{long[9:]}' {same}")
    both.same_chunk("return #string.format('%30p', print), string.format('%p|%10p|%-10p|', 1, nil, true)")
