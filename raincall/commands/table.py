"""Which commands are there, and what is each one's arity, flags, keys and documentation?

The data stands in ``table.json``, which ``raincall.commands.derive`` writes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Command:
    """One command, or one subcommand of a container such as CONFIG."""

    #: Lower case; a subcommand is ``config|get``.
    name: str
    #: Number of arguments with the name, of a subcommand with both names; -n means n or more.
    arity: int
    #: Redis' command flags: write, readonly, noscript, blocking, admin, pubsub, ...
    flags: tuple[str, ...]
    first_key: int
    last_key: int
    key_step: int
    #: ACL categories with their ``@``.
    categories: tuple[str, ...]
    tips: tuple[str, ...] = ()
    #: Key specifications as COMMAND INFO gives them.
    key_specs: tuple[dict[str, Any], ...] = ()
    subcommands: dict[str, Command] = field(default_factory=dict)
    #: What COMMAND DOCS says: summary, since, group, complexity, arguments ...
    docs: dict[str, Any] = field(default_factory=dict)

    def accepts(self, count: int) -> bool:
        """Say whether the command may come with ``count`` words, its own names included."""
        return count == self.arity if self.arity > 0 else count >= -self.arity


#: The keys of an entry that are not documentation.
_STRUCTURE: Final = frozenset({"arity", "flags", "keys", "categories", "tips", "specs", "subcommands"})


def _command(name: str, entry: dict[str, Any]) -> Command:
    first_key, last_key, key_step = entry["keys"]
    return Command(
        name=name,
        arity=entry["arity"],
        flags=tuple(entry["flags"]),
        first_key=first_key,
        last_key=last_key,
        key_step=key_step,
        categories=tuple(entry["categories"]),
        tips=tuple(entry.get("tips", ())),
        key_specs=tuple(entry.get("specs", ())),
        subcommands={inner: _command(inner, item) for inner, item in entry.get("subcommands", {}).items()},
        docs={key: value for key, value in entry.items() if key not in _STRUCTURE},
    )


def _load() -> dict[str, Command]:
    text = Path(__file__).with_name("table.json").read_text("utf-8")
    return {name: _command(name, entry) for name, entry in json.loads(text).items()}


#: Every command Redis has, whether this server runs it or not, by lower-case name.
COMMANDS: Final[dict[str, Command]] = _load()


def find(argv: Sequence[bytes]) -> Command | None:
    """Return the command ``argv`` names, its subcommand where it has one, or None.

    The container itself is returned when the subcommand is missing or unknown.
    """
    name = argv[0].decode("latin-1").lower()
    command = COMMANDS.get(name)
    if command is None or not command.subcommands or len(argv) < 2:
        return command
    return command.subcommands.get(f"{name}|{argv[1].decode('latin-1').lower()}", command)
