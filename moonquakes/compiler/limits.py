"""The limits of a compiled function, and the errors the compiler raises (§9).

What cannot be said in the grammar is refused here, in the reference's words.
"""

from __future__ import annotations

from typing import Final, NoReturn

from moonquakes.errors import LuaSyntaxError, bare_name, chunk_id
from moonquakes.parser.errors import quote

MAX_LOCALS: Final = 200
MAX_UPVALUES: Final = 255
MAX_REGISTERS: Final = 255
#: Positional fields of a table constructor that one SETLIST stores.
FIELDS_PER_FLUSH: Final = 50

#: The offending token is the one after what has been compiled; the tree does not tell which.
NEXT: Final = ""


TOO_MANY_REGISTERS: Final = "function or expression needs too many registers"


class RefusedError(LuaSyntaxError):
    """The compiler refuses a program.

    The reference reports the line of the token it reads next.  The tree knows lines of
    tokens already compiled, so this message is exact only when both are on one line;
    :func:`moonquakes.compiler.location.locate` makes it exact from the source text.

    Attributes:
        line: that of the last token compiled.
        message: may hold ``{}`` for the line ``about``.
        near: the offending token; None when the message names none, or ``NEXT``.
    """

    line: int

    def __init__(self, source: str, line: int, message: str, about: int | None, near: str | None) -> None:
        text = f"{chunk_id(source)}:{line}: {message.format(about)}"
        super().__init__(f"{text} near {quote(near)}" if near else text)
        self.source = source
        self.chunk_name = bare_name(source)
        self.line = line
        self.message = message
        self.about = about
        self.near = near


def refuse(
    source: str, line: int, message: str, *, about: int | None = None, near: str | None = None
) -> NoReturn:
    """Raise a RefusedError, whose attributes say what the arguments are."""
    raise RefusedError(source, line, message, about, near)


def refuse_count(
    source: str, line: int, what: str, limit: int, line_defined: int, near: str | None = NEXT
) -> NoReturn:
    """Refuse to have more than ``limit`` of something in the function defined at a line."""
    where = "function at line {}" if line_defined else "main function"
    refuse(source, line, f"too many {what} (limit is {limit}) in {where}", about=line_defined, near=near)
