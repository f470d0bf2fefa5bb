"""What may a runtime's Lua code use up?  :class:`Sandbox` says it; the machine keeps to it.

A limit that is reached ends the call from Python with one of the exceptions below
:class:`~moonquakes.errors.LimitExceeded`.  Lua code cannot catch that, and the runtime stays usable.
"""

from __future__ import annotations

import math

from moonquakes.vm.limits import Limits


class Sandbox:
    """Limits for a runtime; None of one that there is not to be.

    Args:
        fuel: instructions that may run, over all calls until :meth:`LuaRuntime.renew`.
        memory: bytes that may be alive at once.
        deadline: seconds that each call from Python may take.
        output: bytes that may be written to standard output and standard error, as for ``fuel``.

    Raises:
        TypeError, ValueError: an argument is no such number, or negative.
    """

    __slots__ = ("deadline", "fuel", "memory", "output")

    def __init__(
        self,
        *,
        fuel: int | None = None,
        memory: int | None = None,
        deadline: float | None = None,
        output: int | None = None,
    ) -> None:
        self.fuel = check_count("fuel", fuel)
        self.memory = check_count("memory", memory)
        self.deadline = check_seconds("deadline", deadline)
        self.output = check_count("output", output)

    def limits(self) -> Limits:
        """Return new limits, for one state."""
        return Limits(self.fuel, self.memory, self.deadline, self.output)

    def __repr__(self) -> str:
        values = {name: getattr(self, name) for name in self.__slots__}
        given = [f"{name}={value!r}" for name, value in values.items() if value is not None]
        return f"Sandbox({', '.join(given)})"


def check_count(name: str, value: int | None) -> int | None:
    """Return a number of instructions or bytes, or None."""
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
    if not value >= 0 or math.isinf(value):
        raise ValueError(f"{name} must not be negative or infinite")
    return value
