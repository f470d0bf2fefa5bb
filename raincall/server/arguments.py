"""How are a command's words read?"""

from __future__ import annotations

import math
import re
from typing import Final

from raincall.reply import Reply, error
from raincall.server.messages import NOT_AN_INTEGER

_INTEGER: Final = re.compile(rb"0|-?[1-9][0-9]{0,18}")


class CommandError(Exception):
    """A command ends with an error reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.value)
        self.reply = reply


def timeout_of(word: bytes) -> float:
    """Return the seconds a blocking command is to wait, 0 for ever; raises CommandError."""
    try:
        seconds = float(word)
    except ValueError:
        seconds = math.nan
    if not -1e15 < seconds < 1e15:
        raise CommandError(error("ERR timeout is not a float or out of range"))
    if seconds < 0:
        raise CommandError(error("ERR timeout is negative"))
    return seconds


def integer_of(word: bytes, otherwise: Reply = NOT_AN_INTEGER) -> int:
    """Return a 64-bit integer written the one way Redis accepts; raises CommandError."""
    if _INTEGER.fullmatch(word):
        value = int(word)
        if -(1 << 63) <= value < 1 << 63:
            return value
    raise CommandError(otherwise)
