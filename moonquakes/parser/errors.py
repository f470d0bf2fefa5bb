"""How do syntax errors read?  The reference's wording (``llex.c``, ``lparser.c``)."""

from __future__ import annotations

from moonquakes.errors import LuaSyntaxError, bare_name, chunk_id

#: What messages call the end of the source.
END: str = "<eof>"


class FaultError(LuaSyntaxError):
    """A text does not parse.

    Attributes:
        position: number, from 1, of the token at fault.
        is_token: whether it is a token out of place, and not a text that is no token.
    """

    def __init__(self, message: str, position: int, is_token: bool) -> None:
        super().__init__(message)
        self.position = position
        self.is_token = is_token

    def without_token(self) -> LuaSyntaxError:
        """Return the same error for those who have no use for the token."""
        error = LuaSyntaxError(self.value)
        error.chunk_name, error.line = self.chunk_name, self.line
        return error


def syntax_error(chunk_name: str, line: int, message: str, near: str | None = None) -> LuaSyntaxError:
    """Return the error ``chunk:line: message near ...``.

    Args:
        near: the token to show, quoted already (see :func:`quote` and :func:`symbol`); None for no token.
    """
    text = f"{chunk_id(chunk_name)}:{line}: {message}"
    error = LuaSyntaxError(text if near is None else f"{text} near {near}")
    error.chunk_name = bare_name(chunk_name)
    error.line = line
    return error


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
