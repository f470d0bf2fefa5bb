"""Arithmetic on strings through their metatable (§3.4.3), beside the reference."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

_OPERANDS = st.one_of(
    st.integers(-9, 9).map(str),
    st.floats(-9, 9).map(str),
    st.sampled_from(["0x10", " 7 ", "1e2", "abc", "", "0x", "1e", "9223372036854775807", "nan", "0x.8p1"]),
)


def test_snippets(both: Any, snippet: str) -> None:
    both.same_chunk(snippet)


@settings(max_examples=200)
@given(_OPERANDS, _OPERANDS, st.sampled_from(["+", "-", "*", "/", "//", "%", "^"]))
def test_operators(both: Any, a: str, b: str, operator: str) -> None:
    both.same_chunk(f"return {a!r} {operator} {b!r}, -{a!r}")
