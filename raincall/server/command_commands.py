"""What do COMMAND and its subcommands answer, and the HELP of every container?

All of it is read from the command table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from raincall.commands import COMMANDS, Command, find
from raincall.commands.keys import keys_and_flags
from raincall.glob import compile_glob
from raincall.reply import NIL, Reply, array, bulk, bulks, error, integer, map_of, set_of, status
from raincall.server import messages
from raincall.server.arguments import CommandError
from raincall.server.session import Session

if TYPE_CHECKING:
    from raincall.server.dispatch import Dispatcher, Handler


def _served(dispatcher: Dispatcher) -> list[Command]:
    """Return the top-level commands this server runs, and containers of which it runs a subcommand."""
    return [command for name, command in COMMANDS.items() if _runs(dispatcher, command)]


def _runs(dispatcher: Dispatcher, command: Command) -> bool:
    return command.name in dispatcher.entries or any(
        name in dispatcher.entries for name in command.subcommands
    )


def _named(dispatcher: Dispatcher, name: bytes) -> Command | None:
    """Return a command, or a subcommand named as ``config|get``, that this server runs."""
    command = find(name.split(b"|"))
    if command is None or command.name.encode() != name.lower() or not _runs(dispatcher, command):
        return None
    return command


# -- COMMAND, COMMAND INFO


def _statuses(words: Iterable[str]) -> Reply:
    return set_of(status(word) for word in words)


def _value(value: Any) -> Reply:
    """Return a part of a key specification: maps of text and numbers."""
    if isinstance(value, dict):
        return map_of((bulk(key), _value(item)) for key, item in value.items())
    if isinstance(value, list):
        return _statuses(value)
    return integer(value) if isinstance(value, int) else bulk(value)


def describe(dispatcher: Dispatcher, command: Command) -> Reply:
    """Return a command's entry of COMMAND INFO."""
    return array(
        (
            bulk(command.name),
            integer(command.arity),
            _statuses(command.flags),
            integer(command.first_key),
            integer(command.last_key),
            integer(command.key_step),
            _statuses(command.categories),
            set_of(bulk(tip) for tip in command.tips),
            set_of(_value(spec) for spec in command.key_specs),
            _subcommands(dispatcher, command),
        )
    )


def _subcommands(dispatcher: Dispatcher, command: Command) -> Reply:
    """Return the served subcommands; Redis answers with an empty set, but with an array of some."""
    served = [inner for inner in command.subcommands.values() if inner.name in dispatcher.entries]
    return array(describe(dispatcher, inner) for inner in served) if served else set_of(())


def _command(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    return array(describe(dispatcher, command) for command in _served(dispatcher))


def _info(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    if len(argv) == 2:
        return _command(dispatcher, session, argv)
    named = (_named(dispatcher, name) for name in argv[2:])
    return array(NIL if command is None else describe(dispatcher, command) for command in named)


def _count(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    return integer(len(_served(dispatcher)))


# -- COMMAND LIST


def _list(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    served = _served(dispatcher)
    if len(argv) == 2:
        return bulks(command.name for command in served)
    if len(argv) != 5 or argv[2].lower() != b"filterby":
        return messages.SYNTAX
    accepts = _filter(argv[3].lower(), argv[4])
    every = (inner for command in served for inner in (command, *command.subcommands.values()))
    return bulks(command.name for command in every if _runs(dispatcher, command) and accepts(command))


def _filter(kind: bytes, value: bytes) -> Callable[[Command], bool]:
    match kind:
        case b"module":
            return lambda command: False
        case b"aclcat":
            category = "@" + value.decode("latin-1").lower()
            return lambda command: category in command.categories
        case b"pattern":
            glob = compile_glob(value, ignore_case=True)
            return lambda command: glob.match(command.name.encode()) is not None
    raise CommandError(messages.SYNTAX)


# -- COMMAND DOCS


@cache
def _docs_of(name: str) -> tuple[tuple[Reply, Reply], ...]:
    command = COMMANDS[name.partition("|")[0]]
    return _docs(command.subcommands[name] if "|" in name else command)


def _docs(command: Command) -> tuple[tuple[Reply, Reply], ...]:
    pairs = [(bulk(key), _documented(key, value)) for key, value in command.docs.items()]
    if command.subcommands:
        inner = ((bulk(item.name), map_of(_docs(item))) for item in command.subcommands.values())
        pairs.append((bulk("subcommands"), map_of(inner)))
    return tuple(pairs)


def _documented(key: str, value: Any) -> Reply:
    if key == "arguments":
        return array(
            map_of((bulk(name), _documented(name, item)) for name, item in part.items()) for part in value
        )
    if isinstance(value, list):
        return _statuses(value)
    return integer(value) if isinstance(value, int) else bulk(value)


def _docs_reply(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    if len(argv) == 2:
        chosen: Iterable[Command | None] = _served(dispatcher)
    else:
        chosen = (_named(dispatcher, name) for name in argv[2:])
    return map_of((bulk(item.name), map_of(_docs_of(item.name))) for item in chosen if item is not None)


# -- COMMAND GETKEYS


def _keys(argv: list[bytes]) -> list[tuple[bytes, tuple[str, ...]]]:
    command = find(argv)
    if command is None:
        raise CommandError(error("ERR Invalid command specified"))
    if not command.key_specs:
        raise CommandError(error("ERR The command has no key arguments"))
    if not command.accepts(len(argv)):
        raise CommandError(error("ERR Invalid number of arguments specified for command"))
    keys = keys_and_flags(command, argv)
    if not keys:
        raise CommandError(error("ERR Invalid arguments specified for command"))
    return keys


def _getkeys(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    return bulks(key for key, _flags in _keys(argv[2:]))


def _getkeysandflags(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    return array(array((bulk(key), _statuses(flags))) for key, flags in _keys(argv[2:]))


# -- HELP


def help_handlers() -> dict[str, Handler]:
    """Return handlers of ``<CONTAINER> HELP`` for every container."""
    return {
        f"{name}|help": _help(name)
        for name, command in COMMANDS.items()
        if f"{name}|help" in command.subcommands
    }


def _help(container: str) -> Handler:
    def run(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
        lines = [f"{container.upper()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"]
        for name, command in COMMANDS[container].subcommands.items():
            if name in dispatcher.entries:
                lines += [name.partition("|")[2].upper(), f"    {command.docs['summary']}."]
        return array(status(line) for line in lines)

    return run


HANDLERS: Final[dict[str, Handler]] = {
    "command": _command,
    "command|info": _info,
    "command|count": _count,
    "command|list": _list,
    "command|docs": _docs_reply,
    "command|getkeys": _getkeys,
    "command|getkeysandflags": _getkeysandflags,
}
