"""Arithmetic and conversions give the reference's results, to the last bit."""

from __future__ import annotations

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from moonquakes import numbers
from moonquakes.values import MAX_INTEGER, MIN_INTEGER

lupa = pytest.importorskip("lupa.lua54", reason="lupa is the reference for numbers")

integers = st.one_of(
    st.integers(MIN_INTEGER, MAX_INTEGER),
    st.integers(-70, 70),
    st.sampled_from([MIN_INTEGER, MIN_INTEGER + 1, MAX_INTEGER, MAX_INTEGER - 1, 2**53, 2**53 + 1]),
)
floats = st.one_of(
    st.floats(),
    st.integers(-20, 20).map(float),
    st.sampled_from([0.0, -0.0, float("inf"), -float("inf"), 2.0**63, -(2.0**63), 2.0**53, 5e-324, -5e-324]),
)
operands = st.one_of(integers, floats)

OPERATORS = {
    "__add": "+", "__sub": "-", "__mul": "*", "__div": "/", "__mod": "%", "__idiv": "//", "__pow": "^",
    "__band": "&", "__bor": "|", "__bxor": "~", "__shl": "<<", "__shr": ">>",
}  # fmt: skip

_lua = lupa.LuaRuntime(encoding="latin-1")
_binary = {
    event: _lua.eval(f"function(a, b) return pcall(function() return a {operator} b end) end")
    for event, operator in OPERATORS.items()
}
_tostring = _lua.eval("tostring")
_tonumber = _lua.eval("function(s) local n = tonumber(s); return math.type(n), n and tostring(n) end")


def bits(value: object) -> object:
    """Tell -0.0 from 0.0; any NaN is like another."""
    if isinstance(value, float):
        return "nan" if value != value else struct.pack("<d", value)
    return value


@given(st.sampled_from(sorted(OPERATORS)), operands, operands)
@example("__mod", 1e-300, -3e-300)
@example("__mod", -5e-324, float("inf"))
@example("__idiv", MIN_INTEGER, -1)
@example("__mod", MIN_INTEGER, -1)
@example("__shl", 1, -MIN_INTEGER - 1)
@example("__idiv", -0.5, float("inf"))
@example("__pow", -8.0, 1 / 3)
@example("__pow", -0.0, -3)
def test_binary_operations(event: str, a: int | float, b: int | float) -> None:
    ok, expected = _binary[event](a, b)
    if not ok:
        if event in numbers.BITWISE:
            assert numbers.to_integer(a) is None or numbers.to_integer(b) is None
        else:
            with pytest.raises(ZeroDivisionError):
                numbers.ARITHMETIC[event](a, b)
        return
    if event in numbers.BITWISE:
        i, j = numbers.to_integer(a), numbers.to_integer(b)
        assert i is not None
        assert j is not None
        ours: object = numbers.BITWISE[event](i, j)
    else:
        ours = numbers.ARITHMETIC[event](a, b)
    assert type(ours) is type(expected)
    assert bits(ours) == bits(expected)


@given(operands)
def test_formatting(value: int | float) -> None:
    if value != value:
        return
    assert numbers.format_number(value) == _tostring(value)


numerals = st.one_of(
    operands.map(repr),
    st.text("0123456789abcdefxXpPeE+-. \t\n_", max_size=12),
    st.from_regex(r"\s?[-+]?0[xX][0-9a-f]{0,18}(\.[0-9a-f]{0,5})?([pP][-+]?[0-9]{1,3})?\s?", fullmatch=True),
    st.from_regex(r"\s?[-+]?[0-9]{0,22}(\.[0-9]{0,5})?([eE][-+]?[0-9]{1,3})?\s?", fullmatch=True),
)


@given(numerals)
@example("0x")
@example("1e")
@example("inf")
@example("nan")
@example("9223372036854775808")
@example("-9223372036854775808")
@example("0x1p99999")
@example("1\x85")
def test_parsing(text: str) -> None:
    if any(ord(c) > 255 for c in text):
        return
    kind, expected = _tonumber(text)
    ours = numbers.parse_number(text)
    if expected is None:
        assert ours is None
    else:
        assert ours is not None
        assert {"integer": int, "float": float}[kind] is type(ours)
        assert numbers.format_number(ours) == expected


def test_wrapping() -> None:
    assert numbers.wrap(MAX_INTEGER + 1) == MIN_INTEGER
    assert numbers.wrap(2**64) == 0
    assert numbers.wrap(-(2**63) - 1) == MAX_INTEGER
