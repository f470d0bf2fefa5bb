"""The ``utf8`` library beside the reference, on well-formed and on broken text."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

_PIECES = [
    *("a", "\0", "\x7f", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xef\xbf\xbf"),
    *("\x80", "\xff", "\xfe", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\x80"),
    *("\xe0\x80\x80", "\xfd\xbf\xbf\xbf\xbf\xbf", "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80"),
]
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=5).map("".join)
_POSITIONS = st.one_of(st.none(), st.integers(-8, 10))
_LAX = st.sampled_from([None, 1])
_EDGES = [0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF, 0x1FFFFF, 0x200000, 0x3FFFFFF, 0x4000000]
_CODES = st.one_of(st.sampled_from([*_EDGES, 0xD800, 2**31 - 1, 2**31, -1]), st.integers(0, 2**31 - 1))


def test_snippets(both: Any, snippet: str) -> None:
    both.same_chunk(snippet)


@settings(max_examples=400)
@given(st.sampled_from(["len", "codepoint"]), _TEXTS, _POSITIONS, _POSITIONS, _LAX)
def test_ranges(both: Any, name: str, text: str, i: int | None, j: int | None, lax: int | None) -> None:
    both.same_call("utf8", name, text, i, j, lax)


@settings(max_examples=300)
@given(_TEXTS, st.integers(-6, 6), _POSITIONS)
def test_offset(both: Any, text: str, n: int, i: int | None) -> None:
    both.same_call("utf8", "offset", text, n, i)


@settings(max_examples=200)
@given(st.lists(_CODES, max_size=3))
def test_char(both: Any, codes: list[int]) -> None:
    both.same_call("utf8", "char", *codes)


@settings(max_examples=200)
@given(_TEXTS, _LAX)
def test_codes(both: Any, text: str, lax: int | None) -> None:
    quoted = "".join(f"\\{ord(character):03d}" for character in text)
    both.same_chunk(f"""
        local found = {{}}
        for position, code in utf8.codes("{quoted}", {"true" if lax else "nil"}) do
            found[#found + 1] = position .. ":" .. code
        end
        return table.concat(found, " ")""")


@given(_TEXTS)
def test_charpattern(both: Any, text: str) -> None:
    quoted = "".join(f"\\{ord(character):03d}" for character in text)
    both.same_chunk(f"return string.gsub('{quoted}', utf8.charpattern, '<%0>')")
