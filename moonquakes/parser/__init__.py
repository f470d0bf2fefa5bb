"""What does a source text say?  ``parse`` turns Lua 5.4 into the tree of :mod:`.ast`."""

from __future__ import annotations

import sys

from moonquakes.errors import LuaSyntaxError
from moonquakes.parser import table
from moonquakes.parser.ast import Chunk
from moonquakes.parser.build import NotAStatementError, bound_block
from moonquakes.parser.lexer import tokens

__all__ = ["parse", "skip_shebang"]


def parse(source: str, chunk_name: str) -> Chunk:
    """Parse a chunk.

    Args:
        source: latin-1 text.
        chunk_name: as given to ``load``: ``"@file"``, ``"=name"`` or the text itself.

    Raises LuaSyntaxError with the reference's message.
    """
    try:
        body, last_line = table.parse(tokens(source, chunk_name))
    except (LuaSyntaxError, table.UnexpectedTokenError, table.DeepNestingError, NotAStatementError):
        # Even an error of the lexer: the reference may find fault with an earlier token.
        from moonquakes.parser.diagnosis import diagnose

        diagnose(source, chunk_name)
        body, last_line = table.parse(tokens(source, chunk_name), deep=sys.maxsize)
    bound_block(body, 1, last_line)
    return Chunk(chunk_name, body)


def skip_shebang(source: str) -> str:
    """Drop a byte order mark and the text of a first line that begins with ``#``.

    Loading a file does so before it looks whether the file is text or a binary chunk;
    ``load`` does not.  The line keeps its place in the numbering.
    """
    source = source.removeprefix("\xef\xbb\xbf")
    if not source.startswith("#"):
        return source
    rest = source.partition("\n")[2]
    return rest if rest.startswith("\x1b") else "\n" + rest
