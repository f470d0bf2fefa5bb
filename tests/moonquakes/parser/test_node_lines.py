"""Do nodes know their lines, and do line breaks count as the reference counts them?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from lupa.lua54 import LuaRuntime

from moonquakes.parser import ast, parse, skip_shebang


def nodes(value: Any) -> Iterator[Any]:
    """Yield all nodes of a tree, parents before children."""
    if isinstance(value, list):
        for item in value:
            yield from nodes(item)
    elif is_dataclass(value):
        yield value
        for field in fields(value):
            yield from nodes(getattr(value, field.name))


def lines(source: str, kind: type[Any]) -> list[tuple[int, int]]:
    """Return (line, last_line) of all nodes of a kind."""
    return [(node.line, node.last_line) for node in nodes(parse(source, "=x")) if type(node) is kind]


CASES: list[tuple[str, type, list[tuple[int, int]]]] = [
    ("x = a\n+\nb", ast.Binary, [(2, 3)]),
    ("x = a\n..\nb\n..\nc", ast.Binary, [(2, 5), (4, 5)]),
    ("x = a\n-\nb\n-\nc", ast.Binary, [(4, 5), (2, 3)]),
    ("x =\n-\na", ast.Unary, [(2, 3)]),
    ("x =\n(\na\n)", ast.Paren, [(2, 4)]),
    ("f\n(\na\n)", ast.Call, [(2, 4)]),
    ("f\n'a'", ast.Call, [(2, 2)]),
    ("f\n[[\na]]", ast.Call, [(3, 3)]),
    ("f\n{\n}", ast.Call, [(2, 3)]),
    ("f\n(\n)\n(\n)", ast.Call, [(4, 5), (2, 3)]),
    ("o\n:\nm\n(\n)", ast.MethodCall, [(4, 5)]),
    ("f\n(\n)\n.x\n= 1", ast.Assign, [(1, 5)]),
    ("a\n.b\n[\nc\n]\n=\n1", ast.Index, [(1, 5), (1, 2)]),
    ("a,\nb\n=\n1,\n2", ast.Assign, [(1, 5)]),
    ("f\n(\n)", ast.CallStatement, [(1, 3)]),
    ("x = 'a\\\nb'", ast.String, [(1, 2)]),
    ("x = {\n1,\nf\n(),\na\n=\n2,\n[\n1\n]\n=\n3,\n}", ast.Field, [(2, 2), (3, 4), (5, 7), (8, 12)]),
    ("x =\n{\n}", ast.Table, [(2, 3)]),
    ("local\nx\n<const>\n,\ny", ast.Local, [(1, 5)]),
    ("local\nx\n<\nconst\n>", ast.Local, [(1, 5)]),
    ("local x\n=\n1", ast.Local, [(1, 3)]),
    ("if a then\nelseif b then\n\nelse\nend", ast.IfClause, [(1, 2), (2, 4)]),
    ("if a then\nelseif b then\n\nelse\nend", ast.If, [(1, 5)]),
    ("return\n1\n;", ast.Return, [(1, 3)]),
    ("return\n", ast.Return, [(1, 1)]),
    ("repeat\n\nuntil\nx", ast.Repeat, [(1, 4)]),
    ("while\na do\nend", ast.While, [(1, 3)]),
    ("for i = 1,\n2 do\nend", ast.NumericFor, [(1, 3)]),
    ("for k in\nf do\nend", ast.GenericFor, [(1, 3)]),
    ("goto\na ::\na\n::", ast.Goto, [(1, 2)]),
    ("goto\na ::\na\n::", ast.Label, [(2, 4)]),
    # A block lies between the two tokens around it.
    ("\n\nx = 1\n\n", ast.Block, [(1, 5)]),
    ("if a\nthen\n\nelse\n\nend", ast.Block, [(1, 6), (2, 4), (4, 6)]),
    ("while a\ndo\n\nend", ast.Block, [(1, 4), (2, 4)]),
    ("repeat\n\nuntil a", ast.Block, [(1, 3), (1, 3)]),
    ("function f(\n)\n\nend", ast.Block, [(1, 4), (2, 4)]),
]


@pytest.mark.parametrize(("source", "kind", "expected"), CASES)
def test_lines(source: str, kind: type, expected: list[tuple[int, int]]) -> None:
    assert lines(source, kind) == expected


def test_lines_of_names() -> None:
    call, repeat = nodes(parse("o\n:\nm\n()", "=x")), nodes(parse("repeat\n\nuntil\nx", "=x"))
    assert [node.name_line for node in call if type(node) is ast.MethodCall] == [3]
    assert [node.until_line for node in repeat if type(node) is ast.Repeat] == [3]


_defined: Callable[[str], str] = LuaRuntime(encoding="latin-1").eval(
    """function(source)
        local got = {}
        local function note(f)
            local info = debug.getinfo(f, "S")
            got[#got + 1] = info.linedefined .. "-" .. info.lastlinedefined
        end
        load(source, "=x", "t", {note = note})()
        return table.concat(got, " ")
    end"""
)


@pytest.mark.parametrize(
    "source",
    [
        "note(\nfunction\n(\n)\n\nend)",
        "local\nfunction\nf\n(\n)\nend note(f)",
        "\nfunction\nf\n(\n)\nend note(f)",
        "a = {}\nfunction\na\n:\nb\n(\n)\nend note(a.b)",
    ],
)
def test_where_a_function_is_defined(source: str) -> None:
    assert _defined(source) == " ".join(f"{line}-{last}" for line, last in lines(source, ast.Function))


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n", "\n\r"])
def test_line_breaks(line_break: str) -> None:
    source = "\n-- c\n--[[\n]]\nx = [[\n\n]] .. 'a\\\nb' .. 'c\\z\n\nd'\ny = 1".replace("\n", line_break)
    first, second = parse(source, "=x").body.statements
    assert (first.line, first.last_line, second.line) == (5, 10, 11)
    values = [node.value for node in nodes(first) if type(node) is ast.String]
    assert values == ["\n", "a\nb", "cd"]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("x = 1\n", "x = 1\n"),
        ("#!/usr/bin/lua\nx = 1\n", "\nx = 1\n"),
        ("#", "\n"),
        ("# a\r\nx", "\nx"),
        ("\xef\xbb\xbfx = 1", "x = 1"),
        ("\xef\xbb\xbf# a\nx", "\nx"),
        ("# a\n\x1bLua", "\x1bLua"),
        (" # a\nx", " # a\nx"),
        ("", ""),
    ],
)
def test_skip_shebang(file: str, source: str) -> None:
    assert skip_shebang(file) == source
