"""Where exactly does the reference report what the compiler refuses?

It reports the token it reads next, which the tree does not know.  So a refused
program is compiled again with its tokens' numbers in the place of their lines:
the error then tells how many tokens had been compiled.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from moonquakes.compiler.functions import compile_body
from moonquakes.compiler.limits import NEXT, TOO_MANY_REGISTERS, RefusedError
from moonquakes.errors import LuaSyntaxError
from moonquakes.parser import ast, lexer, table
from moonquakes.parser.build import NotAStatementError
from moonquakes.parser.completion import ENDINGS, is_allowed
from moonquakes.parser.errors import END, FaultError, quote, symbol, syntax_error


def locate(source: str, error: RefusedError) -> LuaSyntaxError:
    """Return ``error``, raised for a source text, as the reference words it."""
    tokens = _NumberedTokens(source, error.source)
    body, end = table.parse(tokens, deep=sys.maxsize)
    body.last_line = end - 1
    try:
        compile_body(ast.Chunk(error.source, body))
    except RefusedError as numbered:
        return tokens.describe(numbered)
    return error


def earlier_refusal(source: str, chunk_name: str, fault: FaultError) -> LuaSyntaxError | None:
    """Return what the reference refuses before it comes to the token at fault, None for nothing.

    It compiles while it parses, so of two errors it reports the first.  What stands before
    the fault is compiled here, brought to an end.
    """
    tokens = _NumberedTokens(source, chunk_name)
    states: list[table.State] = []
    try:
        body, end = table.parse(_finished(tokens, fault, states), sys.maxsize, states)
        body.last_line = end
        compile_body(ast.Chunk(chunk_name, body))
    except (table.UnexpectedTokenError, NotAStatementError):
        return None  # no end was found
    except RefusedError as numbered:
        # Before it refuses anything it reads the next token.
        if numbered.line + 1 < fault.position + fault.is_token:
            return tokens.describe(numbered)
    return None


def _finished(tokens: _NumberedTokens, fault: FaultError, states: list[table.State]) -> Iterator[lexer.Token]:
    """Yield the tokens before the fault, then what makes a chunk of them."""
    source = iter(tokens)
    yield from islice(source, fault.position - 1)
    if fault.is_token:
        kind, _ = next(source)  # to be shown
        if kind not in _BLOCK_ENDS and is_allowed("break", states):
            yield "break", fault.position  # no end of the block: a label before it is not the last statement
    while True:
        kind = next((kind for kind in ENDINGS if is_allowed(kind, states)), END)
        yield kind, ("_", fault.position) if kind == "NAME" else fault.position
        if kind == END:
            return


_BLOCK_ENDS: Final = (END, "end", "else", "elseif", "until")


class _NumberedTokens:
    """The tokens of a source text with their numbers, from 1, as lines.

    Attributes:
        lines, shown: the true line of each token, and how a message shows it.
    """

    def __init__(self, source: str, chunk_name: str) -> None:
        self.source = source
        self.chunk_name = chunk_name
        self.lines = [0]
        self.shown: list[str | None] = [None]

    def __iter__(self) -> Iterator[lexer.Token]:
        texts: list[str] = []
        value: Any
        for kind, value in lexer.tokens(self.source, self.chunk_name, texts):
            number = len(self.lines)
            if kind == "NAME":
                name, line = value
                self._note(line, quote(name))
                yield kind, (name, number)
            elif kind == "STRING" or kind == "NUMBER":
                self._note(value.last_line, quote(texts[-1]))
                value.line = value.last_line = number
                yield kind, value
            else:
                self._note(value, symbol(kind))
                yield kind, number

    def _note(self, line: int, shown: str | None) -> None:
        self.lines.append(line)
        self.shown.append(shown)

    def describe(self, error: RefusedError) -> LuaSyntaxError:
        """Return an error raised for the numbered tokens with true lines."""
        message = error.message
        if error.about is not None:
            message = message.format(self.lines[error.about])
        if error.near is not None and error.near != NEXT:
            return syntax_error(self.chunk_name, self.lines[error.line], message, quote(error.near))
        number = error.line + 1
        if error.near == NEXT:
            # An expression in a list gets its register when the separator after it has been read.
            separated = self.shown[number] in ("','", "';'") and number + 1 < len(self.shown)
            if message == TOO_MANY_REGISTERS and separated:
                number += 1
            return syntax_error(self.chunk_name, self.lines[number], message, self.shown[number])
        return syntax_error(self.chunk_name, self.lines[number], message)
