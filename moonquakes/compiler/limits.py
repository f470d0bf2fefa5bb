"""The limits of a compiled function, and the errors the compiler raises (§9).

What cannot be said in the grammar is refused here, in the reference's words.
"""

from __future__ import annotations

from typing import Final, NoReturn

from moonquakes.errors import LuaSyntaxError, chunk_id

MAX_LOCALS: Final = 200
MAX_UPVALUES: Final = 255
MAX_REGISTERS: Final = 255
#: Positional fields of a table constructor that one SETLIST stores.
FIELDS_PER_FLUSH: Final = 50


def refuse(source: str, line: int, message: str, near: str | None = None) -> NoReturn:
    """Raise the syntax error ``chunk:line: message near 'near'``."""
    text = f"{chunk_id(source)}:{line}: {message}"
    if near is not None:
        text += f" near {near}" if near == "<eof>" else f" near '{near}'"
    raise LuaSyntaxError(text)
