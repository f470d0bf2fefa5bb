"""Redis' patterns, and that none of them takes long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raincall.glob import compile_glob


def matches(pattern: bytes, text: bytes) -> bool:
    return compile_glob(pattern).match(text) is not None


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (b"", b"", True),
        (b"*", b"", True),
        (b"**", b"x", True),
        (b"h?llo", b"hello", True),
        (b"h?llo", b"hllo", False),
        (b"h*llo", b"heeeello", True),
        (b"h[ae]llo", b"hallo", True),
        (b"h[ae]llo", b"hillo", False),
        (b"h[^e]llo", b"hallo", True),
        (b"h[^e]llo", b"hello", False),
        (b"h[a-b]llo", b"hbllo", True),
        (b"h[b-a]llo", b"hallo", True),
        (b"h\\*llo", b"h*llo", True),
        (b"h\\*llo", b"hxllo", False),
        (b"a*b*c", b"aXbYc", True),
        (b"a*b*c", b"aXcYb", False),
        (b"*ab*ab", b"abab", True),
        (b"*ab*ab", b"ab", False),
        (b"a\nb*", b"a\nb\n", True),
        (b"a", b"a\n", False),
        (b"[\\]]", b"]", True),
        (b"[]", b"x", False),
        (b"[abc", b"b", True),
        (b"a\\", b"a\\", True),
        (b"\xff*", b"\xff\x00", True),
    ],
)
def test_patterns(pattern: bytes, text: bytes, expected: bool) -> None:
    assert matches(pattern, text) is expected


def test_case_can_be_ignored() -> None:
    assert compile_glob(b"MAX*", ignore_case=True).match(b"maxmemory")


def slowly(pattern: bytes, text: bytes) -> bool:
    """Match stars and single bytes the obvious way."""
    if not pattern:
        return not text
    if pattern[:1] == b"*":
        return any(slowly(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[:1] in (b"?", text[:1]) and slowly(pattern[1:], text[1:])


@given(st.text("ab*?", max_size=7), st.text("ab", max_size=9))
def test_stars_against_the_obvious_algorithm(pattern: str, text: str) -> None:
    assert matches(pattern.encode(), text.encode()) is slowly(pattern.encode(), text.encode())


def test_no_pattern_explodes() -> None:
    """With backtracking over each star this would not end."""
    assert not matches(b"*a" * 40 + b"b", b"a" * 5000)
