"""``string.pack``, ``unpack`` and ``packsize`` beside the reference."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

_OPTIONS = st.builds(
    lambda letter, size: letter + size,
    st.sampled_from("bBhHiIlLjJTfdnszxX <>=!c"),
    st.sampled_from(["", "", *"0123478", "9", "12", "16", "17", "2147483639", "99999999999"]),
)
_FORMATS = st.lists(_OPTIONS, max_size=4).map("".join)
#: Formats whose buffers stay small.
_SMALL_FORMATS = _FORMATS.filter(lambda text: "214748" not in text and "9999" not in text)
_VALUES = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-300, 300),
    st.floats(),
    st.text(alphabet="ab\0\xff", max_size=5),
    st.sampled_from([None, "12", "1.5", 1e39, -1e39, "x" * 300]),
)
_DATA = st.text(alphabet="\0\0\1\xff\x80a", max_size=40)


def test_snippets(both: Any, snippet: str) -> None:
    both.same_chunk(snippet)


@settings(max_examples=500)
@given(_SMALL_FORMATS, st.lists(_VALUES, max_size=4))
def test_pack(both: Any, text: str, values: list[Any]) -> None:
    both.same_call("string", "pack", text, *values)


@settings(max_examples=300)
@given(_FORMATS)
def test_packsize(both: Any, text: str) -> None:
    both.same_call("string", "packsize", text)


@settings(max_examples=300)
@given(_FORMATS, _DATA, st.one_of(st.none(), st.integers(-5, 20)))
def test_unpack(both: Any, text: str, data: str, position: int | None) -> None:
    both.same_call("string", "unpack", text, data, position)


@settings(max_examples=200)
@given(
    st.sampled_from(["<", ">"]), st.sampled_from("iI"), st.integers(1, 16), st.integers(-(2**63), 2**63 - 1)
)
def test_integers_of_every_size(both: Any, order: str, letter: str, size: int, value: int) -> None:
    option = f"{order}{letter}{size}"
    both.same_call("string", "pack", option, value)
    both.same_chunk(
        f"return string.unpack('{option}', string.pack('{option}', {value} >> {max(0, 64 - 8 * size)}))"
    )


_NUMERIC = st.lists(
    st.sampled_from(
        [*"bBhHiIlLjJTfdnx", "i2", "I4", "i8", "I8", "i1", "Xd", "Xi2", "!4", "!", "<", ">", "i3"]
    ),
    min_size=1,
    max_size=5,
).map("".join)
_NUMBERS = st.one_of(st.integers(-140, 300), st.integers(0, 100), _VALUES)


@settings(max_examples=500)
@given(_NUMERIC, st.lists(_NUMBERS, max_size=5))
def test_pack_of_numbers(both: Any, text: str, values: list[Any]) -> None:
    both.same_call("string", "pack", text, *values)
    both.same_call("string", "packsize", text)


@settings(max_examples=500)
@given(_NUMERIC, st.text(alphabet="\0\1\x7f\xff\x80a", min_size=20, max_size=60), st.integers(-5, 20))
def test_unpack_of_numbers(both: Any, text: str, data: str, position: int) -> None:
    both.same_call("string", "unpack", text, data, position)
    both.same_call("string", "unpack", text, data)
