"""``gsub`` and ``gmatch`` beside the reference, with texts, tables and functions as replacement."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonquakes.stdlib.string import open_string, upper
from moonquakes.vm.state import State

_SUBJECTS = st.text(alphabet="aab b()1\\%\n\xff", max_size=10)
_PATTERNS = st.sampled_from(
    [
        *("a", "", "a*", "a-", "^a", "^a*", "(a)", "()a", "(a)()", "(a*)(b*)"),
        *("%w+", "%s*", "%b()", "(a", ".", "b$"),
    ]
)
_ITEMS = st.one_of(
    st.builds(
        lambda single, repeat: single + repeat,
        st.sampled_from(["a", "b", ".", "%w", "%s", "[^a]", "[a%s]", "%W", "\xff", "\\", "(", "%("]),
        st.sampled_from(["", "", "*", "+", "-", "?"]),
    ),
    st.sampled_from(["(", "(", ")", ")", "()", "%1", "%b()", "%f[%w]", "%f[%z]", "%f[^%w]", "$"]),
)
_RANDOM_PATTERNS = st.builds(
    lambda anchor, items, end: anchor + "".join(items) + end,
    st.sampled_from(["", "", "", "^"]),
    st.lists(_ITEMS, min_size=1, max_size=5),
    st.sampled_from(["", "", "$", ")"]),
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


#: Each way to walk the matches of a pattern; the second time it may have been translated.
_EVERY_WAY = """
local s, p, n = %s, %s, %s
local answers = {}
local function note(name, ...)
    local values = table.pack(...)
    for i = 1, values.n do values[i] = tostring(values[i]):gsub("^[^:]*:%%d+: ", "") end
    answers[#answers + 1] = name .. ":" .. table.concat(values, "|", 1, values.n)
end
for _ = 1, 2 do
    local calls = 0
    note("find", pcall(string.find, s, p))
    note("match", pcall(string.match, s, p, n))
    note("gsub", pcall(string.gsub, s, p, %s, n))
    note("table", pcall(string.gsub, s, p, {a = "A", b = false, [1] = 2.0, [" "] = 7}, n))
    note("upper", pcall(string.gsub, s, p, string.upper, n))
    note("call", pcall(string.gsub, s, p, function(...)
        calls = calls + 1
        note("called", ...)
        if calls %% 3 == 0 then return nil, 1 elseif calls %% 5 == 0 then return end
        return calls, "dropped"
    end, n))
    note("gmatch", pcall(function()
        local next_match = string.gmatch(s, p, n)
        for i = 1, 20 do
            local values = table.pack(next_match())
            note("next", table.unpack(values, 1, values.n))
            if values[1] == nil then break end
        end
    end))
end
return table.concat(answers, "\\n")
"""


def _quoted(text: str) -> str:
    return '"' + "".join(f"\\{ord(character):03d}" for character in text) + '"'


@settings(max_examples=500)
@given(_SUBJECTS, _RANDOM_PATTERNS, _REPLACEMENTS, st.one_of(st.none(), st.integers(-1, 3)), st.booleans())
def test_random_patterns(
    both: Any, subject: str, pattern: str, replacement: str, limit: int | None, is_long: bool
) -> None:
    subject = subject * 9 if is_long else subject
    number = "nil" if limit is None else str(limit)
    both.same_chunk(_EVERY_WAY % (_quoted(subject), _quoted(pattern), number, _quoted(replacement)))


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


@pytest.mark.parametrize(
    "call",
    [
        "string.gsub('ab', '.', string.rep)",
        "string.gsub('ab', '()', string.char)",
        "string.gsub('ab', '.', string.format)",
        "string.gsub('a%', '.', string.format)",
        "string.gsub('ab', '.', error)",
        "string.gsub('ab', '.', math.floor)",
        "string.gsub('12', '.', math.floor)",
        "string.gsub('ab', '.', string.byte)",
        "string.gsub('ab', '.', string.len)",
        "string.gsub('ab', '(.)(.)', string.find)",
        "string.gsub('ab', '.', function() return {} end)",
        "string.gsub('ab', '.', function() return true end)",
        "string.gsub('ab', '.', {a = true})",
        "string.gsub('ab', '.', setmetatable({}, {__index = function(t, k) error(k) end}))",
        "string.gsub('ab', '.', function(x) error({}) end)",
        "string.gsub('ab', '.', function(x) local y = x + nil end)",
    ],
)
def test_a_function_of_the_library_as_replacement(both: Any, call: str) -> None:
    both.same_chunk(
        f"local r = table.pack(pcall(function() return {call} end)) return r[1], tostring(r[2]), r[3]"
    )


def test_no_yield_across_a_replacement(both: Any) -> None:
    both.same_chunk(
        "local co = coroutine.wrap(function() return string.gsub('a', 'a', coroutine.yield) end)"
        " return pcall(co)"
    )
    both.same_chunk(
        "local co = coroutine.wrap(function()"
        " return string.gsub('a', 'a', function(x) return coroutine.yield(x) end) end) return pcall(co)"
    )


def test_without_re_every_pattern_runs_on_the_matcher(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a translation in a state that may not use re")

    monkeypatch.setattr("moonquakes.stdlib.patterns.translate", refuse)
    state = State()
    library = open_string(state, may_use_re=False)
    text = "some words, and more words " * 9
    for _ in range(3):
        assert library.get("find")(text, "(w%a+)s") == (6, 10, "word")
        assert library.get("match")(text, "^%s*(.-)%s*$") == text.strip()
        assert library.get("gsub")(text, ",", ";") == (text.replace(",", ";"), 9)
        assert library.get("gsub")(text, "%a+", upper)[1] == 45
        assert library.get("gmatch")(text, "%a+ (%a+)")() == "words"
