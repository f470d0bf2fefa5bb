"""The functions of ``string`` beside the reference: results and the texts of errors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonquakes.errors import PendingError
from moonquakes.stdlib.string import lower, rep, upper

_STRINGS = st.text(alphabet=st.characters(max_codepoint=255), max_size=12)
_INTEGERS = st.one_of(st.integers(-14, 14), st.sampled_from([2**63 - 1, -(2**63), 2**31]))
_VALUES = st.one_of(
    _STRINGS, _INTEGERS, st.floats(-20, 20), st.none(), st.sampled_from(["2", "0x3", "1.5", " 4 ", 3.0])
)


def test_snippets(both: Any, snippet: str) -> None:
    both.same_chunk(snippet)


@settings(max_examples=200)
@given(data=st.data(), name=st.sampled_from(["byte", "sub"]), text=_STRINGS)
def test_positions(both: Any, data: st.DataObject, name: str, text: str) -> None:
    both.same_call("string", name, text, data.draw(_VALUES), data.draw(_VALUES))


@settings(max_examples=200)
@given(name=st.sampled_from(["upper", "lower", "reverse", "len"]), value=_VALUES)
def test_functions_of_one_string(both: Any, name: str, value: Any) -> None:
    both.same_call("string", name, value)


@given(_VALUES, st.one_of(st.integers(-2, 9), _STRINGS, st.floats(0, 5)), _VALUES)
def test_rep(both: Any, value: Any, count: Any, separator: Any) -> None:
    both.same_call("string", "rep", value, count, separator)


@given(st.lists(st.one_of(st.integers(-2, 257), _VALUES), max_size=4))
def test_char(both: Any, codes: list[Any]) -> None:
    both.same_call("string", "char", *codes)


@settings(max_examples=200)
@given(_STRINGS, st.text(alphabet="ab%.[]^$\xff", max_size=3), _VALUES, st.sampled_from([None, 1]))
def test_find(both: Any, text: str, pattern: str, init: Any, plain: Any) -> None:
    both.same_call("string", "find", text, pattern, init, plain)


def test_case_is_that_of_ascii_alone() -> None:
    others = "".join(map(chr, range(128, 256)))
    assert (upper(others), lower(others)) == (others, others)
    assert upper("straße\xff\xb5") == "STRAßE\xff\xb5"


@pytest.mark.parametrize(("text", "separator"), [("x", None), ("", "x"), ("abc", "def")])
def test_rep_refuses_what_exhausts_memory(text: str, separator: str | None) -> None:
    with pytest.raises(PendingError, match="resulting string too large"):
        rep(text, 2**31, separator)


def test_rep_of_nothing_takes_no_time() -> None:
    assert rep("", 2**63 - 1) == ""
