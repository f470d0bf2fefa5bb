"""Pattern matching against the reference: by ``re`` where translated, and by the package's own matcher."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lupa.lua54 import LuaRuntime

from moonquakes.errors import LuaError
from moonquakes.stdlib.patterns import Pattern, kept_patterns
from moonquakes.values import as_tuple

_REFERENCE = LuaRuntime(encoding="latin-1")
_FIND = _REFERENCE.eval("function(s, p, i) return pcall(string.find, s, p, i) end")
_MATCH = _REFERENCE.eval("function(s, p, i) return pcall(string.match, s, p, i) end")
_GMATCH = _REFERENCE.eval("""function(s, p, i)
    local found = {}
    local function walk()
        for a, b, c in string.gmatch(s, p, i) do
            found[#found + 1] = string.format("%s %s %s", a, b, c)
        end
    end
    local ok, message = pcall(walk)
    if not ok then found[#found + 1] = message:gsub("^%[.-%]:%d+: ", "") end
    return table.concat(found, ";")
end""")

_SINGLES = [
    *("a", "b", ".", "-", "]", "^", "$", "\0", "\xff", "%a", "%d", "%S", "%w", "%W", "%u", "%p", "%z"),
    *("%.", "%%", "%]", "[ab]", "[^a]", "[a-c]", "[%a_]", "[]]", "[^]]", "[a-]", "[-a]", "[a%-z]", "[%w-z]"),
    *("[a-%%]", "[%z]", "[\x80-\xff]", "[^\0]", "[^%s%S]", "[%s%S]", "[b-a]", "[$^]", "[.]", "[^%W]"),
]
_ITEMS = st.one_of(
    st.builds(lambda single, repeat: single + repeat, st.sampled_from(_SINGLES), st.sampled_from("  *+-?")),
    st.sampled_from(["(", ")", "(", ")", "()", "%1", "%1", "%2", "%0", "%b()", "%baa", "%b[]"]),
    st.sampled_from(["%f[%w]", "%f[^a]", "%f[%s\0]", "%f[%z]", "%f", "%b", "%", "[", "[^", "[a", "%fa"]),
)
_PATTERNS = st.builds(
    lambda anchor, items, end: (anchor + "".join(items) + end).replace(" ", ""),
    st.sampled_from(["", "", "", "^"]),
    st.lists(_ITEMS, max_size=8),
    st.sampled_from(["", "", "", "$", ")", "))", ".-%s*$", "(.-)a*$", "(.-)[^a]*$"]),
)
_SUBJECTS = st.text(alphabet="aaabbc()[]- A1\0\xff_%\x80^]\n", max_size=12)


def _outcome(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


def _run(pattern: Pattern, subject: str, start: int, with_span: bool) -> tuple[Any, ...]:
    """Match as find or match does; like pcall, the first result says whether it went well."""
    try:
        match = pattern.search(subject, start)
        if match is None:
            return True, None
        captured = as_tuple(pattern.captured(match))
        if with_span:
            return (True, match.start() + 1, match.end(), *(captured if pattern.captures else ()))
        return True, *captured
    except LuaError as error:
        return False, error.value


def _translated(text: str, may_anchor: bool = True) -> Pattern:
    pattern = Pattern(text, may_anchor)
    pattern.prepare("long enough" * 10)
    return pattern


def _both_ways(text: str, may_anchor: bool = True) -> list[Pattern]:
    return [_translated(text, may_anchor), Pattern(text, may_anchor, may_use_re=False)]


@settings(max_examples=600)
@given(_SUBJECTS, _PATTERNS, st.integers(0, 3))
def test_match_is_that_of_the_reference(subject: str, text: str, start: int) -> None:
    start = min(start, len(subject))
    expected = _outcome(_MATCH(subject, text, start + 1))
    for pattern in _both_ways(text):
        assert _run(pattern, subject, start, with_span=False) == expected


@settings(max_examples=500)
@given(_SUBJECTS, _PATTERNS)
def test_find_gives_the_same_positions(subject: str, text: str) -> None:
    expected = _outcome(_FIND(subject, "()" + text.removeprefix("^"), 1))
    for pattern in _both_ways("()" + text.removeprefix("^")):
        assert _run(pattern, subject, 0, with_span=True) == expected


def _walk(pattern: Pattern, subject: str, start: int) -> str:
    found: list[str] = []
    try:
        for match in pattern.matches(subject, start):
            captured = [*as_tuple(pattern.captured(match)), None, None][:3]
            found.append(" ".join("nil" if value is None else str(value) for value in captured))
    except LuaError as error:
        found.append(error.value)
    return ";".join(found)


@settings(max_examples=700)
@given(_SUBJECTS, _PATTERNS, st.integers(0, 3))
def test_all_matches_are_those_of_the_reference(subject: str, text: str, start: int) -> None:
    start = min(start, len(subject))
    expected = _GMATCH(subject, text, start + 1)
    for pattern in _both_ways(text, may_anchor=False):
        assert _walk(pattern, subject, start) == expected


#: Items that match nothing too, so that nothing backtracks for ever.
_OPTIONAL = ["a?", "a*", "a-", "b?", "(a?)", "()a?"]


@settings(max_examples=300)
@given(st.integers(150, 260), st.sampled_from(_OPTIONAL), st.integers(0, 260))
def test_the_limit_of_nesting_is_that_of_the_reference(count: int, item: str, length: int) -> None:
    text = "(a)(.)" + "a?" * (count // 2) + item * min(count // 2, 30 if "(" in item else 999)
    subject = "a" * length
    expected = _outcome(_MATCH(subject, text, 1))
    for pattern in _both_ways(text):
        assert _run(pattern, subject, 0, with_span=False) == expected


@pytest.mark.parametrize("start", ["a?a?a?aaa", "a*aaa", "a+aa", "a-a?aaa", "a-b", "(a?)a?aaa"])
def test_how_choices_that_were_taken_back_count_for_the_limit(start: str) -> None:
    subject = "aaa" + "b" * 300
    outcomes = set()
    for count in range(190, 204):
        text = start + "b?" * count
        expected = _outcome(_MATCH(subject, text, 1))
        outcomes.add(expected[0])
        for pattern in _both_ways(text):
            assert _run(pattern, subject, 0, with_span=False) == expected, count
    assert outcomes == {True, False}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("%", "malformed pattern (ends with '%')"),
        ("a%", "malformed pattern (ends with '%')"),
        ("[a", "malformed pattern (missing ']')"),
        ("[]", "malformed pattern (missing ']')"),
        ("[^]", "malformed pattern (missing ']')"),
        ("[a%", "malformed pattern (missing ']')"),
        ("%b", "malformed pattern (missing arguments to '%b')"),
        ("%bx", "malformed pattern (missing arguments to '%b')"),
        ("%f", "missing '[' after '%f' in pattern"),
        ("%fa", "missing '[' after '%f' in pattern"),
        ("%1", "invalid capture index %1"),
        ("(a%1)", "invalid capture index %1"),
        ("%0", "invalid capture index %0"),
        ("a)", "invalid pattern capture"),
        ("(a", "unfinished capture"),
        ("()" * 33, "too many captures"),
        ("a?" * 200, "pattern too complex"),
    ],
)
def test_error_messages(text: str, message: str) -> None:
    subject = "a" * 300
    assert _outcome(_MATCH(subject, text, 1)) == (False, message)
    assert _run(kept_patterns()[text], subject, 0, with_span=False) == (False, message)


def test_a_fault_is_no_error_before_a_match_gets_there() -> None:
    assert _run(kept_patterns()["z%"], "abc", 0, with_span=True) == (True, None)
    assert _run(kept_patterns()["z(a"], "abc", 0, with_span=True) == (True, None)


@pytest.mark.parametrize("text", ["%b()", "(a", "()%1", "%", "a?" * 200])
def test_what_re_cannot_say_is_left_to_the_matcher(text: str) -> None:
    assert _translated(text).regex is None


@pytest.mark.parametrize(
    ("text", "regex"),
    [
        ("%d+", "[0-9]+"),
        ("a-b", "a*?b"),
        ("(.)%1$", r"(.)(?:\1)\Z"),
        ("()%s", r"()[\x09-\x0d\x20]"),
        ("[^%s%S]*x", "x"),
        ("[^a]", r"[^a]"),
        ("^%s*(.-)%s*$", r"[\x09-\x0d\x20]*((?:.*[^\x09-\x0d\x20])?)[\x09-\x0d\x20]*\Z"),
        (".-x*$", r"(?:.*[^x])?x*\Z"),
        (".-", ".*?"),
        ("(.-)", "(.*?)"),
        ("(.-)x*", "(.*?)x*"),
        ("(.-x*)$", r"(.*?x*)\Z"),
    ],
)
def test_how_a_pattern_reads_for_re(text: str, regex: str) -> None:
    translated = _translated(text).regex
    assert translated is not None
    assert translated.pattern == regex


def test_a_first_short_match_is_not_translated() -> None:
    pattern = Pattern("%d+")
    assert pattern.search("a12", 0)[0] == "12"  # type: ignore[index]  # it matches
    assert pattern.regex is None
    assert pattern.search("a34", 0)[0] == "34"  # type: ignore[index]  # it matches
    assert pattern.regex is not None


def test_the_matcher_needs_no_recursion() -> None:
    length = 20_000
    pattern = Pattern("^" + "a" * length + "(.-)b", may_use_re=False)
    match = pattern.search("a" * length + "x" * length + "b", 0)
    assert match is not None
    assert match.span(1) == (length, 2 * length)


def test_characters_above_127_belong_to_no_class() -> None:
    for letter in "acdglpsuwx":
        for code in range(128, 256):
            assert kept_patterns()[f"%{letter}"].search(chr(code), 0) is None, (letter, code)
