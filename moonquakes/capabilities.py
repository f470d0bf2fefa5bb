"""What may Lua code reach?  Profiles, single functions, folders, variables; and what it may change.

A state gets its libraries here, those of :mod:`moonquakes.stdlib.profiles` and no others.  Below the profile
``full`` binary chunks are refused, and the tables of the libraries and the metatable of strings are
read-only, so that no script can lay anything into the way of the next one.  :func:`new_environment`
makes globals that one script has for itself.
"""

from __future__ import annotations

import io
import os
import random
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, get_args

from moonquakes.stdlib import open_functions, open_libraries
from moonquakes.stdlib.base import chunk_functions
from moonquakes.stdlib.folders import FolderReader
from moonquakes.stdlib.math import random_functions
from moonquakes.stdlib.profiles import GRANTABLE, NAMES, Profile
from moonquakes.values import FALSE
from moonquakes.vm.sealed import is_sealed, seal
from moonquakes.vm.table import Table, new_table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

PROFILES: Final[tuple[str, ...]] = get_args(Profile)
#: What reads standard input.
_READING: Final = frozenset({"io.read", "io.stdin", "io.input"})
#: Functions that open files by name.
_OPENING: Final = frozenset({"io.open", "io.lines", "io.input", "loadfile", "dofile", "require"})


class Capabilities:
    """What the Lua code of a runtime may reach.

    Args:
        profile: ``"minimal"`` computes, ``"safe"`` also has the time and random numbers, ``"scripting"`` also
            reads files and variables that are given, ``"full"`` is all of Lua.
        add, remove: functions that it has besides, or has not, such as ``"os.remove"`` or ``"load"``.
        folders: below which files may be opened, for reading.
        environment: names of environment variables that ``os.getenv`` may give.
        seed: of the random numbers; without it every runtime has others.
        sealed: whether libraries are read-only; by default they are, below ``full``.

    Raises:
        TypeError, ValueError: an argument is of the wrong type, there is no such function, no such folder, or
            what the profile has no use for is given.
    """

    __slots__ = ("environment", "folders", "names", "profile", "sealed", "seed")

    def __init__(
        self,
        profile: Profile = "safe",
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        folders: Iterable[str | os.PathLike[str]] = (),
        environment: Iterable[str] = (),
        seed: int | None = None,
        sealed: bool | None = None,
    ) -> None:
        self.profile = check_profile(profile)
        added, removed = _strings("add", add), _strings("remove", remove)
        for parameter, names in (("add", added), ("remove", removed)):
            for name in names:
                if name not in GRANTABLE:
                    raise ValueError(f"{parameter}: there is no function {name!r} to grant")
        for name in added:
            if name in removed:
                raise ValueError(f"{name!r} is both in add and in remove")
        base = GRANTABLE if profile == "full" else frozenset(NAMES[profile])
        self.names = (base | set(added)) - set(removed)
        self.folders = tuple([_folder(folder) for folder in _items("folders", folders)])
        self.environment = _strings("environment", environment)
        if seed is not None and type(seed) is not int:
            raise TypeError(f"seed must be an int or None, not {type(seed).__name__}")
        self.seed = seed
        if sealed is not None and type(sealed) is not bool:
            raise TypeError(f"sealed must be a bool or None, not {type(sealed).__name__}")
        self.sealed = profile != "full" if sealed is None else sealed
        if profile == "full" and (self.folders or self.environment):
            raise ValueError("folders and environment are for the other profiles: 'full' reaches all of them")
        if self.folders and not _OPENING & self.names:
            raise ValueError("folders: there is no io.open or io.lines here")
        if self.environment and "os.getenv" not in self.names:
            raise ValueError("environment: there is no os.getenv here")

    def grant(self, state: State) -> None:
        """Open the libraries of a new state, and keep it to what is granted."""
        if self.seed is not None:
            state.entropy = _entropy(self.seed)
        if self.profile == "full":
            open_libraries(state)
            for name in GRANTABLE - self.names:
                library, dot, member = name.rpartition(".")
                (state.globals.get(library) if dot else state.globals).set(member, None)
        else:
            state.loads_binary = False
            state.allow_loadlib = False
            if not _READING & self.names:
                state.stdin = io.BytesIO()
            state.environ = {name: os.environ[name] for name in self.environment if name in os.environ}
            state.open_file = FolderReader(state, self.folders).open
            open_functions(state, self.names)

    def seal(self, state: State) -> None:
        """Seal what scripts share, when everything is there."""
        if self.sealed:
            seal_libraries(state)


def seal_libraries(state: State) -> None:
    """Make read-only what scripts share besides the globals: libraries, and metatables of kinds of values."""
    metatables = [state.registry.get("FILE*"), *state.type_metatables.values()]
    for metatable in metatables:
        if type(metatable) is Table and not is_sealed(metatable):
            metatable.set("__metatable", FALSE)
            _seal_with(metatable)
    python = state.globals.get("python")
    if type(python) is Table:
        python.set("set_overflow_handler", None)  # one for all scripts
    for library in state.globals.hash.values():
        if type(library) is Table and library is not state.globals:
            _seal_with(library)


def _seal_with(table: Table) -> None:
    """Seal a table and the one that it looks into."""
    for part in (table.hash.get("__index"), table):
        if type(part) is Table and not is_sealed(part):
            seal(part)


def new_environment(state: State) -> Table:
    """Return globals for one script: what the state's globals hold now, in a table of their own.

    ``load`` compiles for these globals, and random numbers are drawn from a generator of their own.
    """
    environment = new_table()
    for key, value in state.globals.hash.items():
        if value is not None:
            environment.set(key, value)
    for index, value in enumerate(state.globals.arr[1:], 1):
        environment.set(index, value)
    environment.set("_G", environment)
    for name, function in chunk_functions(state, environment).items():
        if environment.get(name) is not None:
            environment.set(name, function)
    numbers = environment.get("math")
    if type(numbers) is Table and numbers.get("random") is not None:
        own = Table.from_fields({key: value for key, value in numbers.hash.items() if value is not None})
        own.hash |= {name: f for name, f in random_functions(state).items() if own.get(name) is not None}
        if is_sealed(numbers):
            seal(own)
        environment.set("math", own)
    return environment


def check_profile(profile: object) -> Profile:
    """Return the name of a profile."""
    if profile not in PROFILES:
        names = ", ".join([f"{name!r}" for name in PROFILES[:-1]])
        raise ValueError(f"profile must be {names} or {PROFILES[-1]!r}, not {profile!r}")
    return profile  # type: ignore[return-value]  # one of them


def _entropy(seed: int) -> Callable[[], int]:
    """Return a source of 64 bits that a seed determines."""
    generator = random.Random(seed)
    return lambda: generator.getrandbits(64)


def _items(parameter: str, values: Iterable[Any]) -> list[Any]:
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise TypeError(f"{parameter} must be an iterable of names, not {type(values).__name__}")
    return list(values)


def _strings(parameter: str, values: Iterable[str]) -> tuple[str, ...]:
    names = _items(parameter, values)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"{parameter} must hold strings, not {type(name).__name__}")
    return tuple(names)


def _folder(path: object) -> str:
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"folders must hold paths, not {type(path).__name__}")
    folder = os.path.realpath(path)
    if not os.path.isdir(folder):
        raise ValueError(f"folders: {os.fspath(path)!r} is no folder")
    return folder
