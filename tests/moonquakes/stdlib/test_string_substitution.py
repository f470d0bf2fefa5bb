"""``gsub`` and ``gmatch`` beside the reference, with texts, tables and functions as replacement."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

_SUBJECTS = st.text(alphabet="aab b()1\\%\n\xff", max_size=10)
_PATTERNS = st.sampled_from(
    [
        *("a", "", "a*", "a-", "^a", "^a*", "(a)", "()a", "(a)()", "(a*)(b*)"),
        *("%w+", "%s*", "%b()", "(a", ".", "b$"),
    ]
)
_REPLACEMENTS = st.lists(
    st.sampled_from(["%0", "%1", "%2", "%3", "%%", "x", "\\", "\\1", "\\g<0>", "%s", "%", "\n"]), max_size=4
).map("".join)


def test_snippets(both: Any, snippet: str) -> None:
    both.same_chunk(snippet)


@settings(max_examples=500)
@given(_SUBJECTS, _PATTERNS, _REPLACEMENTS, st.one_of(st.none(), st.integers(-1, 5)))
def test_texts(both: Any, subject: str, pattern: str, replacement: str, limit: int | None) -> None:
    for _ in range(2):  # a pattern is translated when it is used again
        both.same_call("string", "gsub", subject, pattern, replacement, limit)


_FUNCTION = """
local calls = {}
local function note(...)
    calls[#calls + 1] = table.concat({...}, "|")
    if #calls %% 3 == 0 then return nil elseif #calls %% 5 == 0 then return false end
    return #calls
end
local text, count = string.gsub(%s, %s, note)
return text, count, table.concat(calls, ";")
"""


def _quoted(text: str) -> str:
    return '"' + "".join(f"\\{ord(character):03d}" for character in text) + '"'


@settings(max_examples=200)
@given(_SUBJECTS, _PATTERNS)
def test_functions(both: Any, subject: str, pattern: str) -> None:
    both.same_chunk(_FUNCTION % (_quoted(subject), _quoted(pattern)))


@settings(max_examples=100)
@given(_SUBJECTS, _PATTERNS)
def test_tables(both: Any, subject: str, pattern: str) -> None:
    fields = "{a = 'A', b = false, [1] = 'one', [2] = 2.0}"
    both.same_chunk(f"return string.gsub({_quoted(subject)}, {_quoted(pattern)}, {fields})")
    with_index = "setmetatable({}, {__index = function(_, k) return '<' .. k .. '>' end})"
    both.same_chunk(f"return string.gsub({_quoted(subject)}, {_quoted(pattern)}, {with_index})")


def test_a_text_is_the_same_object_when_every_match_is_kept(both: Any) -> None:
    is_same = "return string.format('%p', s) == string.format('%p', r)"
    for replacement in ("{}", "function() return nil end", "function() return false end"):
        both.same_chunk(f"local s = ('a'):rep(100) local r = s:gsub('a', {replacement}) {is_same}")
    both.same_chunk(f"local s = ('a'):rep(100) local r = s:gsub('b', 'c') {is_same}")
    both.same_chunk(f"local s = ('a'):rep(100) local r = s:gsub('a', function(x) return x end) {is_same}")
