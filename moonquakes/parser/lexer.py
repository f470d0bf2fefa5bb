"""Which tokens does a source text consist of (§3.1)?

A token is a pair of a kind and a value.  The kind of a reserved word or symbol is its
text, and so is that of a character which begins no token; its value is the line.  Then
there are ``NAME`` with the pair of name and line, ``STRING`` and ``NUMBER`` with the node
of the tree, and at last ``<eof>`` with the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from moonquakes.parser.ast import Number, String
from moonquakes.parser.errors import END, quote, syntax_error
from moonquakes.parser.literals import BadLiteralError, long_bracket, numeral, short_string

Token: TypeAlias = tuple[str, Any]

# fmt: off
RESERVED: Final = frozenset((
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
    "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
))
# fmt: on

_LINE_BREAK: Final = re.compile(r"\r\n?|\n\r?")

#: One token with the blanks and short comments before it.  A numeral is what the
#: reference's lexer would try to convert, well-formed or not.  Possessive quantifiers keep
#: a long token from filling the memory with places to come back to; before CPython 3.11.5 one
#: must not stand around what can fail after its first character.
_TOKEN: Final = re.compile(
    r"""
    [ \t\v\f]* (?: --(?!\[=*\[)[^\n]* )?
    (?: (?P<name> [A-Za-z_][A-Za-z0-9_]* )
      | (?P<newline> \n[ \t\v\f\n]* )
      | (?P<string> "[^"\\\n]*" | '[^'\\\n]*' )
      | (?P<number> \.?0[xX](?:[pP][-+]?|[0-9a-fA-F.])*+[A-Za-z_]?
                  | \.?[0-9](?:[eE][-+]?|[0-9a-fA-F.])*+[A-Za-z_]? )
      | (?P<comment> --\[=*\[ )
      | (?P<long> \[=*\[ )
      | (?P<bracket> \[=+ )
      | (?P<symbol> \.\.\.? | == | ~= | <[<=] | >[>=] | // | :: | [^"'] )
      | (?P<escaped> ["'] )
      | \Z )
    """,
    re.VERBOSE,
)


def tokens(source: str, chunk_name: str, texts: list[str] | None = None) -> Iterator[Token]:
    """Yield the tokens of a source text; raise LuaSyntaxError where there is none.

    Args:
        texts: when given, receives the text of each token before the token is yielded.
    """
    if "\r" in source:
        source = _LINE_BREAK.sub("\n", source)
    line = 1
    position = 0
    try:
        while True:
            for match in _TOKEN.finditer(source, position):
                group = match.lastgroup
                if group is None:
                    if texts is not None:
                        texts.append(END)
                    yield END, line
                    return
                text = match[group]
                if group == "newline":
                    line += text.count("\n")
                    continue
                if texts is not None and group != "comment":
                    texts.append(text)
                if group == "name":
                    if text in RESERVED:
                        yield text, line
                    else:
                        yield "NAME", (text, line)
                elif group == "symbol":
                    yield text, line
                elif group == "string":
                    yield "STRING", String(line, line, text[1:-1])
                elif group == "number":
                    yield "NUMBER", Number(line, line, numeral(text))
                else:  # where it ends, no pattern can tell
                    break
            first_line = line
            if group == "escaped":
                value, position, newlines = short_string(source, match.start(group))
                line += newlines
                yield "STRING", String(first_line, line, value)
            elif group == "bracket":
                raise BadLiteralError("invalid long string delimiter", text)
            else:
                value, position, newlines = long_bracket(source, match.end(), text, line)
                line += newlines
                if group == "long":
                    yield "STRING", String(first_line, line, value)
    except BadLiteralError as error:
        near = END if error.near is None else quote(error.near)
        raise syntax_error(chunk_name, line + error.newlines, error.message, near) from None
