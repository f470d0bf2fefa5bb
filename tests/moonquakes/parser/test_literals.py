"""Do literals mean what they mean to the reference?"""

from __future__ import annotations

import math
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lupa.lua54 import LuaRuntime

from moonquakes.errors import LuaSyntaxError
from moonquakes.parser import ast, parse
from moonquakes.parser.literals import encode_utf8

Result = int | float | str | None

_lua = LuaRuntime(encoding="latin-1")
_evaluate: Callable[[str], tuple[Result, str | None]] = _lua.eval(
    """function(source)
        local chunk, message = load("return " .. source, "=x", "t")
        if chunk then return chunk(), nil else return nil, message end
    end"""
)


def reference(literal: str) -> tuple[Result, str | None]:
    """Return (value, error message) of a literal as the reference reads it."""
    return _evaluate(literal)


def ours(literal: str) -> tuple[Result, str | None]:
    try:
        statement = parse(f"return {literal}", "=x").body.statements[0]
    except LuaSyntaxError as error:
        return None, error.value
    assert isinstance(statement, ast.Return)
    (node,) = statement.values
    assert isinstance(node, ast.Number | ast.String)
    return node.value, None


def assert_same(literal: str) -> None:
    expected, message = reference(literal)
    value, our_message = ours(literal)
    assert our_message == message
    assert type(value) is type(expected)
    assert value == expected


NUMERALS = (
    "0 7 007 9223372036854775807 9223372036854775808 18446744073709551616 0x7fffffffffffffff "
    "0xffffffffffffffff 0x10000000000000000 0xA 0Xa 0x.8 0x8. 0xA.8p0 0x1p-1 0x1P+10 0x1p99999 "
    "0x1p-99999 1e308 1e309 1e-400 3. .5 3.e2 .5E-3 1E+2 0x0.1E 0xA23p-4 0X1.921FB54442D18P+1 "
    "2.2250738585072014e-308 123456789012345678901234567890 0xep1 "
)
NO_NUMERALS = (
    "0x 0xg 0x. 0xp1 0x1p 0x1pa 1e 1e+ 1ee 1e5.5 1.2.3 1..2 3x 3_ 0b1 1f .5. 0x1.p1.1 08x 1e0x1 0xep1 "
)


@pytest.mark.parametrize("numeral", (NUMERALS + NO_NUMERALS).split())
def test_numeral(numeral: str) -> None:
    assert_same(numeral)


@given(st.sampled_from(["0", "0x", "0X", "1", ".5"]), st.text("0123456789abcdefxXpPeE._", max_size=12))
def test_numerals_of_any_shape(beginning: str, rest: str) -> None:
    assert_same(beginning + rest)


STRINGS = [
    r'"\a\b\f\n\r\t\v\\\"\'"',
    r"'\a\b\f\n\r\t\v\\\"\''",
    r'"\0\00\000\65\065\255\1234"',
    r'"\x00\xfF\x41B"',
    r'"\u{0}\u{7f}\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{1FFFFF}\u{200000}\u{3FFFFFF}\u{4000000}\u{7FFFFFFF}"',
    r'"\u{D800}\u{0000000000041}"',
    '"a\\\nb"',
    '"a\\\r\nb\\\n\rc\\\rd\\\n\ne"',
    '"a\\z   \n\t \v\f\r  b\\zc\\z"',
    "[[]]",
    "[[\n]]",
    "[[\r\na\n\rb\rc\n]]",
    "[[\n\na]]",
    "[==[ ]] ]=] \\n ]==]",
    "[=[]]=]",
    '"\x80\xff\x00\x01"',
    '"--[["',
]


@pytest.mark.parametrize("literal", STRINGS)
def test_string(literal: str) -> None:
    assert_same(literal)


BAD_STRINGS = {
    '"\\q"': "x:1: invalid escape sequence near '\"\\q'",
    '"ab\\400c"': "x:1: decimal escape too large near '\"ab\\400c'",
    '"\\256"': "x:1: decimal escape too large near '\"\\256\"'",
    '"\\n\\xg1"': "x:1: hexadecimal digit expected near '\"\n\\xg'",
    '"\\x1g"': "x:1: hexadecimal digit expected near '\"\\x1g'",
    '"\\x1': "x:1: hexadecimal digit expected near '\"\\x1'",
    '"\\u41"': "x:1: missing '{' near '\"\\u4'",
    '"\\u{}"': "x:1: hexadecimal digit expected near '\"\\u{}'",
    '"\\u{41"': "x:1: missing '}' near '\"\\u{41\"'",
    '"\\u{80000000}"': "x:1: UTF-8 value too large near '\"\\u{80000000'",
    '"\\u{0123456789}"': "x:1: UTF-8 value too large near '\"\\u{0123456789'",
    '"\\u{00ffffffffff}"': "x:1: UTF-8 value too large near '\"\\u{00ffffffff'",
    '"a': "x:1: unfinished string near <eof>",
    '"a\\': "x:1: unfinished string near <eof>",
    '"a\\z \n': "x:2: unfinished string near <eof>",
    '"a\\\nb\n"': "x:2: unfinished string near '\"a\nb'",
    '"a\0b\n"': "x:1: unfinished string near '\"a'",
    "[[a\nb": "x:2: unfinished long string (starting at line 1) near <eof>",
    "\n[==[\n]=]": "x:3: unfinished long string (starting at line 2) near <eof>",
    "--[[\n": "x:2: unfinished long comment (starting at line 1) near <eof>",
    "[=x": "x:1: invalid long string delimiter near '[='",
    "[==": "x:1: invalid long string delimiter near '[=='",
}


@pytest.mark.parametrize("literal", BAD_STRINGS)
def test_bad_string(literal: str) -> None:
    assert ours(literal) == (None, BAD_STRINGS[literal])
    assert reference(literal) == (None, BAD_STRINGS[literal])


#: Nothing here can end a string in double quotes before its end.
_PIECES = st.one_of(
    st.sampled_from(["\\", "\\x", "\\u{", "}", "\\z", "\\\n", "\\\r\n", " ", "\n", "\\1", "\\0", "'", "f"]),
    st.text(string.hexdigits, max_size=4),
    st.characters(max_codepoint=255, exclude_characters='"'),
    st.characters(max_codepoint=255, exclude_characters='"').map(lambda character: "\\" + character),
)


@given(st.lists(_PIECES, max_size=8).map("".join))
def test_strings_of_any_shape(text: str) -> None:
    assert_same(f'"{text}"')


def test_encode_utf8_agrees_with_python() -> None:
    for code in (0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF):
        assert encode_utf8(code) == chr(code).encode().decode("latin-1")


def test_infinity() -> None:
    assert ours("1e999") == (math.inf, None)
