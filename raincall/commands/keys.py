"""Which of a command's arguments are keys?

Read from the command's key specifications, as COMMAND GETKEYS does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from raincall.commands.table import Command


def keys_of(command: Command, argv: Sequence[bytes]) -> list[bytes]:
    """Return the keys of ``argv`` in the order of the specifications."""
    return [key for key, _ in keys_and_flags(command, argv)]


def keys_and_flags(command: Command, argv: Sequence[bytes]) -> list[tuple[bytes, tuple[str, ...]]]:
    """Return the keys of ``argv``, each with the flags of the specification that found it."""
    found: list[tuple[bytes, tuple[str, ...]]] = []
    for spec in command.key_specs:
        start = _begin(spec["begin_search"], argv)
        if start is not None:
            flags = tuple(spec["flags"])
            found += [(argv[index], flags) for index in _indices(spec["find_keys"], start, argv)]
    return found


def _begin(search: dict[str, Any], argv: Sequence[bytes]) -> int | None:
    """Return the index the keys begin at."""
    detail = search["spec"]
    if search["type"] == "index":
        return int(detail["index"])
    if search["type"] != "keyword":
        return None
    keyword = detail["keyword"].lower().encode()
    start = detail["startfrom"]
    # Counted from the end, the keyword is searched for backwards.
    places = range(start, len(argv)) if start > 0 else range(len(argv) + start, 0, -1)
    return next(
        (index + 1 for index in places if 0 < index < len(argv) and argv[index].lower() == keyword), None
    )


def _indices(find: dict[str, Any], start: int, argv: Sequence[bytes]) -> Iterator[int]:
    detail = find["spec"]
    if find["type"] == "range":
        yield from _range(detail["lastkey"], detail["keystep"], detail["limit"], start, argv)
    elif find["type"] == "keynum":
        place = start + detail["keynumidx"]
        count = int(argv[place]) if place < len(argv) and argv[place].isdigit() else 0
        first = start + detail["firstkey"]
        stop = first + count * detail["keystep"]
        yield from range(first, min(stop, len(argv)), detail["keystep"])


def _range(last: int, step: int, limit: int, start: int, argv: Sequence[bytes]) -> Iterator[int]:
    if last >= 0:
        end = start + last
    else:
        # limit n: only the first n-th of what is left holds keys, as in XREAD's keys and ids.
        left = len(argv) - start
        end = start + left // limit - 1 if limit > 1 else len(argv) + last
    yield from range(start, min(end + 1, len(argv)), step)
