"""What a Lua pattern says (§6.4.1): its text parsed into items.

A pattern is a straight line of items; only the item of a single character can
repeat.  So the number of every capture, and every fault of the text, is known
when it is parsed.  A fault is an error only once a match gets to it (``z%``
finds nothing in ``abc``), hence it is an item too.

How a pattern is run is no matter of this module.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

MAX_CAPTURES: Final = 32

ALL: Final = frozenset(map(chr, range(256)))


def _characters(test: Callable[[str], bool]) -> frozenset[str]:
    return frozenset(c for c in map(chr, range(128)) if test(c))


_CONTROL: Final = frozenset(map(chr, [*range(32), 127]))
_GRAPHIC: Final = frozenset(map(chr, range(33, 127)))
_ALPHANUMERIC: Final = _characters(str.isalnum)

#: The classes of the C locale by their letter; the capital letter is the complement.
CLASSES: Final[dict[str, frozenset[str]]] = {
    "a": _characters(str.isalpha),
    "c": _CONTROL,
    "d": _characters(str.isdigit),
    "g": _GRAPHIC,
    "l": _characters(str.islower),
    "p": _GRAPHIC - _ALPHANUMERIC,
    "s": frozenset(" \t\n\v\f\r"),
    "u": _characters(str.isupper),
    "w": _ALPHANUMERIC,
    "x": frozenset("0123456789abcdefABCDEF"),
    "z": frozenset("\0"),
}
CLASSES.update({letter.upper(): ALL - members for letter, members in list(CLASSES.items())})


class Single(NamedTuple):
    """One character of ``members``, repeated as ``repeat`` says (``""``, ``*``, ``+``, ``-`` or ``?``)."""

    members: frozenset[str]
    repeat: str


class Open(NamedTuple):
    """The start of capture number ``capture`` (from 0), or all of it when it is a position capture."""

    capture: int
    is_position: bool


class Close(NamedTuple):
    """The end of capture number ``capture``."""

    capture: int


class Back(NamedTuple):
    """What capture number ``capture`` matched, again; nothing matches a position capture again."""

    capture: int


class Balance(NamedTuple):
    """``%bxy``."""

    opening: str
    closing: str


class Frontier(NamedTuple):
    """``%f[set]``."""

    members: frozenset[str]


class End(NamedTuple):
    """``$`` at the end of the pattern."""


class Fault(NamedTuple):
    """The text is wrong here; a match that gets here is the error ``message``."""

    message: str


Item: TypeAlias = Single | Open | Close | Back | Balance | Frontier | End | Fault


class _MalformedError(Exception):
    """Ends the parse with the message of a :class:`Fault`."""


def _class_end(text: str, position: int) -> int:
    """Return where the single-character class at ``position`` ends."""
    character = text[position]
    position += 1
    if character == "%":
        if position == len(text):
            raise _MalformedError("malformed pattern (ends with '%')")
        return position + 1
    if character != "[":
        return position
    if text.startswith("^", position):
        position += 1
    is_first = True  # the first ']' of a set stands for itself
    while is_first or text[position : position + 1] != "]":
        if position >= len(text):
            raise _MalformedError("malformed pattern (missing ']')")
        position += 2 if text[position] == "%" else 1
        is_first = False
    return position + 1


def _class_members(text: str) -> frozenset[str]:
    """Return the characters that a single-character class matches."""
    if text == ".":
        return ALL
    if text[0] == "%":
        return CLASSES.get(text[1], frozenset(text[1]))
    if text[0] != "[":
        return frozenset(text)
    is_complement = text[1] == "^"
    position = 2 if is_complement else 1
    end = len(text) - 1
    members: set[str] = set()
    while position < end:
        character = text[position]
        if character == "%":
            # Reads past the end when the range before it took the first of '%%', as the reference does.
            members |= CLASSES.get(text[position + 1], frozenset(text[position + 1]))
            position += 2
        elif text[position + 1] == "-" and position + 2 < end:
            members.update(map(chr, range(ord(character), ord(text[position + 2]) + 1)))
            position += 3
        else:
            members.add(character)
            position += 1
    return ALL - members if is_complement else frozenset(members)


class PatternParser:
    """Reads one pattern from its text.

    Attributes:
        items: what the pattern says.
        captures: by capture, whether it is a position capture.
        unfinished: the captures that are not closed, the innermost last.
    """

    def __init__(self, text: str, position: int) -> None:
        self.text = text
        self.position = position
        self.items: list[Item] = []
        self.captures: list[bool] = []
        self.unfinished: list[int] = []
        try:
            while self.position < len(text):
                self.items.append(self._item())
        except _MalformedError as fault:
            self.items.append(Fault(str(fault)))

    def matches_empty(self) -> bool:
        """Return whether the pattern may match the empty string."""
        return not any(
            item.__class__ is Balance or (item.__class__ is Single and item.repeat in ("", "+"))
            for item in self.items
        )

    def is_greedy(self) -> bool:
        """Return whether every repetition takes as much as it can before less."""
        return not any(item.__class__ is Single and item.repeat == "-" for item in self.items)

    def _item(self) -> Item:
        text, position = self.text, self.position
        character = text[position]
        if character == "(":
            return self._open()
        if character == ")":
            if not self.unfinished:
                raise _MalformedError("invalid pattern capture")
            self.position += 1
            return Close(self.unfinished.pop())
        if character == "$" and position + 1 == len(text):
            self.position += 1
            return End()
        if character == "%":
            escaped = text[position + 1 : position + 2]
            if escaped == "b":
                if position + 4 > len(text):
                    raise _MalformedError("malformed pattern (missing arguments to '%b')")
                self.position += 4
                return Balance(text[position + 2], text[position + 3])
            if escaped == "f":
                return self._frontier()
            if "0" <= escaped <= "9":
                return self._back(ord(escaped) - ord("1"))
        return self._single()

    def _open(self) -> Item:
        if len(self.captures) >= MAX_CAPTURES:
            raise _MalformedError("too many captures")
        is_position = self.text.startswith("()", self.position)
        self.position += 2 if is_position else 1
        index = len(self.captures)
        self.captures.append(is_position)
        if not is_position:
            self.unfinished.append(index)
        return Open(index, is_position)

    def _back(self, index: int) -> Item:
        if not 0 <= index < len(self.captures) or index in self.unfinished:
            raise _MalformedError(f"invalid capture index %{index + 1}")
        self.position += 2
        return Back(index)

    def _frontier(self) -> Item:
        start = self.position + 2
        if not self.text.startswith("[", start):
            raise _MalformedError("missing '[' after '%f' in pattern")
        self.position = _class_end(self.text, start)
        return Frontier(_class_members(self.text[start : self.position]))

    def _single(self) -> Item:
        start = self.position
        end = self.position = _class_end(self.text, start)
        repeat = self.text[end : end + 1]
        if repeat and repeat in "*+-?":
            self.position += 1
        else:
            repeat = ""
        return Single(_class_members(self.text[start:end]), repeat)
