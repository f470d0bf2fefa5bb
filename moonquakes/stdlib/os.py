"""The os library (§6.9); dates and times are in :mod:`moonquakes.stdlib.dates`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from moonquakes.errors import LuaExit
from moonquakes.stdlib.arguments import check_integer, check_option, check_string, optional_integer
from moonquakes.stdlib.dates import date_functions
from moonquakes.stdlib.files import exit_results, failure, file_name
from moonquakes.stdlib.streams import flush_all
from moonquakes.values import FALSE, TRUE, LuaResults, LuaValue
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

_CATEGORIES: Final = ("all", "collate", "ctype", "monetary", "numeric", "time")
_SHELL: Final = "/bin/sh"


def open_os(state: State) -> Table:
    """Return the library's table."""

    def clock(*_: LuaValue) -> LuaResults:
        return float(state.clock())

    def execute(command: LuaValue = None, *_: LuaValue) -> LuaResults:
        if command is None:
            return TRUE if os.path.exists(_SHELL) else FALSE
        text = check_string(1, command)
        import subprocess  # slow to import, seldom needed

        flush_all(state)
        try:
            return exit_results(subprocess.call([_SHELL, "-c", file_name(text)]))
        except OSError as error:
            return failure(error)

    def lua_exit(code: LuaValue = None, close: LuaValue = None, *_: LuaValue) -> LuaResults:
        if code is TRUE or code is FALSE:
            status = 0 if code is TRUE else 1
        else:
            status = optional_integer(1, code, 0)
        closes = close is not None and close is not FALSE
        if closes:
            state.close()
        raise LuaExit(status, closes)

    def getenv(varname: LuaValue = None, *_: LuaValue) -> LuaResults:
        value = state.environ.get(os.fsdecode(file_name(check_string(1, varname))))
        return None if value is None else os.fsencode(value).decode("latin-1")

    return Table.from_fields(
        {
            "clock": clock,
            "difftime": difftime,
            "execute": execute,
            "exit": lua_exit,
            "getenv": getenv,
            "remove": remove,
            "rename": rename,
            "setlocale": setlocale,
            "tmpname": tmpname,
        }
        | date_functions(state)
    )


def difftime(t2: LuaValue = None, t1: LuaValue = None, *_: LuaValue) -> LuaResults:
    return float(check_integer(1, t2) - check_integer(2, t1))


def remove(filename: LuaValue = None, *_: LuaValue) -> LuaResults:
    name = check_string(1, filename)
    path = file_name(name)
    try:
        if os.path.isdir(path) and not os.path.islink(path):
            os.rmdir(path)
        else:
            os.remove(path)
    except OSError as error:
        return failure(error, name)
    return TRUE


def rename(oldname: LuaValue = None, newname: LuaValue = None, *_: LuaValue) -> LuaResults:
    old, new = check_string(1, oldname), check_string(2, newname)
    try:
        os.replace(file_name(old), file_name(new))
    except OSError as error:
        return failure(error)
    return TRUE


def setlocale(locale: LuaValue = None, category: LuaValue = None, *_: LuaValue) -> LuaResults:
    """Know the C locale only: strings are bytes and numbers have a point, always."""
    name = None if locale is None else check_string(1, locale)
    check_option(2, category, _CATEGORIES, "all")
    return "C" if name in (None, "", "C", "POSIX") else None


def tmpname(*_: LuaValue) -> LuaResults:
    import tempfile  # slow to import, seldom needed

    descriptor, path = tempfile.mkstemp(prefix="lua_")
    os.close(descriptor)
    return os.fsencode(path).decode("latin-1")
