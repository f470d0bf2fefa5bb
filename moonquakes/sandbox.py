"""What may a runtime's Lua code reach and use up?  :class:`Sandbox` says it; the machine keeps to it.

A limit that is reached ends the call from Python with one of the exceptions below
:class:`~moonquakes.errors.LimitExceeded`.  Lua code cannot catch that, and the runtime stays usable.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from moonquakes.capabilities import Capabilities
from moonquakes.stdlib.profiles import Profile
from moonquakes.vm.limits import Limits


class Sandbox:
    """Capabilities of a runtime and its limits, None of one that there is not to be.

    Args:
        profile: ``"minimal"`` computes, ``"safe"`` also has the time and random numbers, ``"scripting"`` also
            reads files and variables that are given, ``"full"`` is all of Lua.
        fuel: instructions that may run, over all calls until :meth:`LuaRuntime.renew`.
        memory: bytes that may be alive at once.
        deadline: seconds that each call from Python may take.
        output: bytes that may be written to standard output and standard error, as for ``fuel``.
        depth: calls of Lua functions that may be under way at once in a coroutine.
        add, remove: functions that there are besides, or not, such as ``"debug.traceback"`` or ``"load"``.
        folders: below which ``io.open`` and ``io.lines`` find files, for reading.
        environment: names of environment variables that ``os.getenv`` may give.
        seed: of the random numbers; without it every runtime has others.
        sealed: whether libraries are read-only; by default they are, below ``full``.

    Raises:
        TypeError, ValueError: an argument is of the wrong type, negative, or names nothing that there is.
    """

    __slots__ = ("capabilities", "deadline", "depth", "fuel", "memory", "output")

    def __init__(
        self,
        profile: Profile = "safe",
        fuel: int | None = None,
        memory: int | None = None,
        deadline: float | None = None,
        output: int | None = None,
        depth: int | None = None,
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        folders: Iterable[str | os.PathLike[str]] = (),
        environment: Iterable[str] = (),
        seed: int | None = None,
        sealed: bool | None = None,
    ) -> None:
        self.capabilities = Capabilities(profile, add, remove, folders, environment, seed, sealed)
        self.fuel = check_count("fuel", fuel)
        self.memory = check_count("memory", memory)
        self.deadline = check_seconds("deadline", deadline)
        self.output = check_count("output", output)
        self.depth = check_count("depth", depth)

    def limits(self) -> Limits:
        """Return new limits, for one state."""
        return Limits(self.fuel, self.memory, self.deadline, self.output, self.depth)

    def __repr__(self) -> str:
        values = {name: getattr(self, name) for name in self.__slots__[1:]}
        given = [f"{name}={value!r}" for name, value in values.items() if value is not None]
        return f"Sandbox({', '.join(given)})"


def check_count(name: str, value: int | None) -> int | None:
    """Return a number of instructions, bytes or calls, or None."""
    if value is None:
        return None
    if type(value) is not int:
        raise TypeError(f"{name} must be an int or None, not {type(value).__name__}")
    if value < 0:
        raise ValueError(f"{name} must not be negative")
    return value


def check_seconds(name: str, value: float | None) -> float | None:
    """Return a number of seconds, or None."""
    if value is None:
        return None
    if type(value) is not int and type(value) is not float:
        raise TypeError(f"{name} must be a number or None, not {type(value).__name__}")
    if not 0 <= value <= sys.float_info.max:
        raise ValueError(f"{name} must not be negative or infinite")
    return value
