"""Is the table beside the grammar the grammar's, and does it parse as Lark itself does?"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import lark
import pytest
from lark.lexer import Lexer

from moonquakes.parser import build, generate, parse, table
from moonquakes.parser.ast import Block
from moonquakes.parser.lexer import tokens

PROGRAM = """
local a <const>, b = 1, -2 ^ 3 ^ 4 .. "x" .. [[y]]
function m.n:o(p, ...) return self, p, ... end
for i = 1, 10, 2 do if i < 3 then goto continue elseif not b then break else print(i) end ::continue:: end
for k, v in pairs({1, 2; x = 3, [a or b] = f(), {}}) do t[k].y, z = v & 1 | 2 ~ 3 << 4 - 5 * 6, nil end
repeat local c = #t // 2 >= 1 == true until c and (d or e) ~= false
while f"x" do o:p(1, function() end):q{} ; do end end
local function g() return end
return f(), g.h[1]
"""


def test_table_is_current() -> None:
    shipped = pkgutil.get_data("moonquakes.parser", "lua.json")
    assert shipped is not None
    assert shipped.decode() == generate.table_text(generate.grammar_text()), (
        "run python -m moonquakes.parser.generate"
    )


@pytest.fixture
def forgotten_table() -> Iterator[None]:
    table.start_state.cache_clear()
    yield
    table.start_state.cache_clear()


@pytest.mark.usefixtures("forgotten_table")
def test_a_table_of_another_grammar_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = parse(PROGRAM, "=x")
    table.start_state.cache_clear()
    stale = json.dumps({"fingerprint": 0, "rules": [], "sets": [], "states": []}).encode()
    read = pkgutil.get_data
    monkeypatch.setattr(
        pkgutil, "get_data", lambda package, name: stale if name == "lua.json" else read(package, name)
    )
    assert parse(PROGRAM, "=x") == expected


class _Tokens(Lexer):
    """Our tokens under Lark's names."""

    def __init__(self, conf: Any) -> None:
        self.names = {
            terminal.pattern.value: terminal.name
            for terminal in conf.terminals
            if terminal.pattern is not None
        }

    def lex(self, data: Any) -> Iterator[lark.Token]:  # type: ignore[override]  # Lark hands over the text
        for kind, value in tokens(getattr(data, "text", data), "=x"):
            if kind != generate.END:
                token = lark.Token(self.names.get(kind, kind), kind)
                token.value = (kind, value)
                yield token


def _node(tree: Any) -> tuple[str, Any]:
    """Return (symbol, value) of a Lark tree, its nodes made by build.py."""
    if isinstance(tree, lark.Token):
        pair: tuple[str, Any] = tree.value  # see _Tokens
        return pair
    children = [_node(child) for child in tree.children]
    if str(tree.data) in RULES:
        return str(tree.data), children[0][1]
    make = build.action(str(tree.data), [symbol for symbol, _ in children])
    return "", make(*(value for _, value in children))


#: What Lark names a node without alias by.
RULES = {rule[0] for rule in generate.build_table(generate.grammar_text())["rules"] if rule[1] is None}


def test_same_tree_as_lark() -> None:
    parser = lark.Lark(
        generate.grammar_text(), parser="lalr", start="chunk", lexer=_Tokens, keep_all_tokens=True
    )
    body = _node(parser.parse(PROGRAM))[1]
    assert isinstance(body, Block)
    build.bound_block(body, 1, PROGRAM.count("\n") + 1)
    assert parse(PROGRAM, "=x").body == body
