"""How do syntax errors read?  The reference's wording (``llex.c``, ``lparser.c``)."""

from __future__ import annotations

from moonquakes.errors import LuaSyntaxError, chunk_id

#: What messages call the end of the source.
END: str = "<eof>"


def syntax_error(chunk_name: str, line: int, message: str, near: str | None = None) -> LuaSyntaxError:
    """Return the error ``chunk:line: message near ...``.

    Args:
        near: the token to show, quoted already (see :func:`quote` and :func:`symbol`); None for no token.
    """
    text = f"{chunk_id(chunk_name)}:{line}: {message}"
    return LuaSyntaxError(text if near is None else f"{text} near {near}")


def quote(text: str) -> str:
    """Quote a name or literal; the reference formats it as a C string, which ends at a zero byte."""
    return "'" + text.partition("\0")[0] + "'"


def symbol(kind: str) -> str | None:
    """Return how a message shows a token that is neither name nor literal."""
    if kind == "\0":
        return None
    if kind == END:
        return END
    if len(kind) == 1 and not " " <= kind <= "~":
        return f"'<\\{ord(kind)}>'"
    return f"'{kind}'"
