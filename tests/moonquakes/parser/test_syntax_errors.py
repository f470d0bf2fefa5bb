"""Does a text that is no Lua get the message that the reference gives?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lupa.lua54 import LuaRuntime

from moonquakes.errors import LuaSyntaxError
from moonquakes.parser import parse
from moonquakes.parser.lexer import RESERVED

_load: Callable[[str, str], str | None] = LuaRuntime(encoding="latin-1").eval(
    "function(source, name) local _, message = load(source, name, 't') return message end"
)


def reference(source: str, name: str = "=x") -> str | None:
    """Return the reference's message, None when it accepts the text."""
    message = _load(source, name)
    # An overflow passes the host's message handler, which adds a traceback.
    return message if message is None else message.partition("\nstack traceback:")[0]


def ours(source: str, name: str = "=x") -> str | None:
    try:
        parse(source, name)
    except LuaSyntaxError as error:
        message: str = error.value
        return message
    return None


MESSAGES = {
    "x": "1: syntax error near <eof>",
    "x y": "1: syntax error near 'y'",
    "x.y": "1: syntax error near <eof>",
    "(f())": "1: syntax error near <eof>",
    "f() = 1": "1: syntax error near '='",
    "(a) = 1": "1: syntax error near '='",
    "a, f() = 1": "1: syntax error near '='",
    'f(), "\\q"': "1: syntax error near ','",
    "a, b": "1: '=' expected near <eof>",
    "a, 1": "1: unexpected symbol near '1'",
    "x = }": "1: unexpected symbol near '}'",
    "x = 1 = 2": "1: unexpected symbol near '='",
    "x =": "1: unexpected symbol near <eof>",
    "x = \1": "1: unexpected symbol near '<\\1>'",
    "x = \x80": "1: unexpected symbol near '<\\128>'",
    "x = \0": "1: unexpected symbol",
    "x = @": "1: unexpected symbol near '@'",
    "#!/bin/lua": "1: unexpected symbol near '#'",
    "x = = 'a\\n\\65b'": "1: unexpected symbol near '='",
    "x = 1 'c\\0d'": "1: unexpected symbol near ''c'",
    "x = 1 'a\\n\\65b'": "1: unexpected symbol near ''a\nAb''",
    "x = 1\n[==[\na\nb]==]": "4: unexpected symbol near '[==[a\nb]==]'",
    "x.\n[==[\na\nb]==]": "4: <name> expected near '[==[a\nb]==]'",
    "x = 0x1P4 0x1P5": "1: unexpected symbol near '0x1P5'",
    "x = 3x": "1: malformed number near '3x'",
    'x = "abc\n': "1: unfinished string near '\"abc'",
    "f(": "1: unexpected symbol near <eof>",
    "f(1": "1: ')' expected near <eof>",
    "f(\n1": "2: ')' expected (to close '(' at line 1) near <eof>",
    "f(1,)": "1: unexpected symbol near ')'",
    "x = (\n1": "2: ')' expected (to close '(' at line 1) near <eof>",
    "x = {1 2}": "1: '}' expected near '2'",
    "x = {\n1 2}": "2: '}' expected (to close '{' at line 1) near '2'",
    "x = {a b}": "1: '}' expected near 'b'",
    "x = {[1]}": "1: '=' expected near '}'",
    "x = {[1": "1: ']' expected near <eof>",
    "x = a[1": "1: ']' expected near <eof>",
    "x = a.1": "1: unexpected symbol near '.1'",
    "a.b:c = 1": "1: function arguments expected near '='",
    "a:1()": "1: <name> expected near '1'",
    "goto 1": "1: <name> expected near '1'",
    "::a": "1: '::' expected near <eof>",
    "for 1": "1: <name> expected near '1'",
    "for a b": "1: '=' or 'in' expected near 'b'",
    "for a, b do": "1: 'in' expected near 'do'",
    "for a = 1 do": "1: ',' expected near 'do'",
    "for a = 1, 2 b": "1: 'do' expected near 'b'",
    "for a in b do\n": "2: 'end' expected (to close 'for' at line 1) near <eof>",
    "while a\nb": "2: 'do' expected near 'b'",
    "while a do": "1: 'end' expected near <eof>",
    "while a do\n": "2: 'end' expected (to close 'while' at line 1) near <eof>",
    "do\nuntil": "2: 'end' expected (to close 'do' at line 1) near 'until'",
    "repeat\n": "2: 'until' expected (to close 'repeat' at line 1) near <eof>",
    "repeat until": "1: unexpected symbol near <eof>",
    "if a": "1: 'then' expected near <eof>",
    "if a then\n\nelse": "3: 'end' expected (to close 'if' at line 1) near <eof>",
    "if a then else elseif": "1: 'end' expected near 'elseif'",
    "if a then\nelseif b then else\nelse": "3: 'end' expected (to close 'if' at line 1) near 'else'",
    "function 1": "1: <name> expected near '1'",
    "function f:g.h() end": "1: '(' expected near '.'",
    "function f(a,) end": "1: <name> or '...' expected near ')'",
    "function f(..., a) end": "1: ')' expected near ','",
    "function f\n()\n": "3: 'end' expected (to close 'function' at line 1) near <eof>",
    "local function f\n()\n": "3: 'end' expected (to close 'function' at line 2) near <eof>",
    "x = function\n()\n": "3: 'end' expected (to close 'function' at line 2) near <eof>",
    "local function 1": "1: <name> expected near '1'",
    "local function a.b() end": "1: '(' expected near '.'",
    "local 1": "1: <name> expected near '1'",
    "local x <": "1: <name> expected near <eof>",
    "local x <const": "1: '>' expected near <eof>",
    "local x.y": "1: unexpected symbol near '.'",
    "end": "1: <eof> expected near 'end'",
    "return 1 2": "1: <eof> expected near '2'",
    "return return": "1: unexpected symbol near 'return'",
    "return; x = 1": "1: <eof> expected near 'x'",
    "do return 1 x() end": "1: 'end' expected near 'x'",
    "x = a..": "1: unexpected symbol near <eof>",
    "x = not": "1: unexpected symbol near <eof>",
    "x = a and or b": "1: unexpected symbol near 'or'",
    "x = 1 x = 2 y": "1: syntax error near <eof>",
    "\r\n\n\r\r\n\n)": "5: unexpected symbol near ')'",
    "--[[\n\n]] )": "3: unexpected symbol near ')'",
    "-- a\n--[ b\n--[=x\n)": "4: unexpected symbol near ')'",
}


@pytest.mark.parametrize("source", MESSAGES)
def test_message(source: str) -> None:
    expected = f"x:{MESSAGES[source]}"
    assert (ours(source), reference(source)) == (expected, expected)


@pytest.mark.parametrize("length", [*range(43, 47), 59, 60, 61, 100])
@pytest.mark.parametrize("name", ["{}", "@{}", "={}", "{}\nb", "a\n{}", "a\0{}"])
def test_chunk_name(name: str, length: int) -> None:
    name = name.format("0123456789" * (length // 10) + "x" * (length % 10))
    assert ours("x y", name) == reference("x y", name)


@pytest.mark.parametrize("name", ["", "=", "@", "\n", "@a\nb"])
def test_odd_chunk_name(name: str) -> None:
    assert ours("x y", name) == reference("x y", name)


NESTS: dict[str, Callable[[int], str]] = {
    "parentheses": lambda n: "return " + "(" * n + "1" + ")" * n,
    "tables": lambda n: "return " + "{" * n + "}" * n,
    "blocks": lambda n: "do " * n + "end " * n,
    "loops": lambda n: "while a do " * n + "end " * n,
    "clauses": lambda n: "if a then " * n + "else end " * n,
    "functions": lambda n: "return " + "function() return " * n + "end " * n,
    "calls": lambda n: "f(" * n + ")" * n,
    "indices": lambda n: "a" + "[b" * n + "]" * n + " = 1",
    "minus": lambda n: "return " + "- " * n + "1",
    "not": lambda n: "return " + "not " * n + "1",
    "concatenation": lambda n: "return " + "a .. " * n + "1",
    "power": lambda n: "return " + "a ^ " * n + "1",
    "mixed": lambda n: "return " + "a .. (b ^ -c .. " * n + "1" + ")" * n,
    "targets": lambda n: "a, " * n + "a = 1",
    "targets and values": lambda n: "a, " * n + "a = " + "(" * n + "1" + ")" * n,
    "unfinished": lambda n: "return " + "(" * n,
}
FLAT: dict[str, Callable[[int], str]] = {
    "sum": lambda n: "return " + "a + " * n + "1",
    "sum of products": lambda n: "return " + "a + b * " * n + "1",
    "logic": lambda n: "return " + "a or b and " * n + "1",
    "fields": lambda n: "a" + ".b" * n + " = 1",
    "call chain": lambda n: "f" + "()" * n,
    "elseif": lambda n: "if a then" + " elseif b then" * n + " end",
}


@pytest.mark.parametrize("kind", NESTS)
def test_nesting_limit(kind: str) -> None:
    make = NESTS[kind]
    depths = [20, *range(60, 70), *range(95, 101), *range(194, 201)]
    refused = [depth for depth in depths if ours(make(depth)) == "C stack overflow"]
    assert refused == [depth for depth in depths if reference(make(depth)) == "C stack overflow"]
    assert 20 not in refused
    assert 200 in refused
    assert ours(make(50_000)) == "C stack overflow"


@pytest.mark.parametrize("kind", FLAT)
def test_length_is_no_nesting(kind: str) -> None:
    assert ours(FLAT[kind](5_000)) is None


# Broken programs

PROGRAMS = (
    'local a <const>, b <close>, c = 1, nil, {1, 2; x = 3, ["y"] = 4, f(), [1] = 2}',
    "function m.n.o:p(a, b, ...) local t = {...} return a, b, select('#', ...) end",
    "for i = 1, 10, 2 do if i == 3 then goto next elseif i > 7 then f() else g(i) end ::next:: end",
    'for k, v in pairs(t) do t[k], t.x, y = v .. "x\\n\\65\\x41\\u{20AC}\\z\n  y", 0x1p4, 1e-3 // 2 end',
    "repeat local x = #t & ~3 | 4 ~ 5 << 2 >> 1 until x <= -y ^ 2 ^ -z or not (a and b)",
    "while true do f'str' f{1} f[[long\nstring]] o:m(1, 'two')[3].x = function() end end",
    "local function g() return end ; do ::l1:: ::l2:: ; end",
    "local s = [==[ a ]] b ]==] --[[ comment ]] --[=[ x\ny ]=] return s, nil, true, false;",
)
_TOKEN = re.compile(
    r"\w+|\s+|\"(?:\\.|[^\"\\])*\"|'[^']*'|\[\[[^]]*\]\]|\.\.\.?|[=~<>]=|//|::|<<|>>|.", re.DOTALL
)
_INSERTS = (
    *sorted(RESERVED),
    *"+-*/%^#&~|<>=(){}[];:,.",
    *("//", "<<", ">>", "==", "~=", "<=", ">=", "::", "..", "...", "x", "1", "1.5", "0x", "1e", "3x", "1..2"),
    *(
        '"s"',
        "'a\\n'",
        "[[l\nx]]",
        "[==[",
        "[=",
        "--[[",
        "--",
        "\n",
        '"',
        '"\\q"',
        '"\\xg"',
        '"\\300"',
        '"\\u{',
    ),
    *("\\", "@", "\x80", "\0", "\r", "\r\n", "<const>", "a.b", "f()", "a:b()", "x =", "local x", "goto a"),
)
#: What the reference finds while it parses and we find when we compile.
SEMANTIC = re.compile(
    r"break outside|label '|assign to const|cannot use '\.\.\.'"
    r"|unknown attribute|multiple to-be-closed|too many"
)

_EDITS = st.lists(
    st.tuples(
        st.sampled_from(["delete", "double", "swap", "insert", "replace", "cut"]),
        st.integers(0, 10_000),
        st.integers(0, 10_000),
        st.sampled_from(_INSERTS),
    ),
    min_size=1,
    max_size=3,
)


def edited(pieces: list[str], edits: list[tuple[str, int, int, str]]) -> str:
    for edit, position, other, insert in edits:
        i, j = position % len(pieces), other % len(pieces)
        if edit == "delete":
            pieces[i] = ""
        elif edit == "double":
            pieces.insert(i, pieces[i])
        elif edit == "swap":
            pieces[i], pieces[j] = pieces[j], pieces[i]
        elif edit == "insert":
            pieces.insert(i, f" {insert} ")
        elif edit == "replace":
            pieces[i] = insert
        else:
            del pieces[i + 1 :]
    return "".join(pieces)


def assert_same_verdict(source: str) -> None:
    expected = reference(source)
    if expected is None or not SEMANTIC.search(expected):
        assert ours(source) == expected


@given(st.sampled_from(PROGRAMS), _EDITS)
def test_broken_tokens(program: str, edits: list[tuple[str, int, int, str]]) -> None:
    assert_same_verdict(edited(_TOKEN.findall(program), edits))


@given(st.sampled_from(PROGRAMS), _EDITS)
def test_broken_bytes(program: str, edits: list[tuple[str, int, int, str]]) -> None:
    assert_same_verdict(edited(list(program), edits))


@given(st.lists(st.sampled_from(_INSERTS), max_size=12))
def test_heaps_of_tokens(pieces: list[str]) -> None:
    assert_same_verdict(" ".join(pieces))
