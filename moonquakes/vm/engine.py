"""Which engine runs Lua: the fast one, which translates it to Python, or the VM?

The default and the names stand here and nowhere else.
"""

from __future__ import annotations

import os
from typing import Final, Literal, TypeAlias

Engine: TypeAlias = Literal["vm", "fast"]

#: The environment variable that chooses where nobody else does.
VARIABLE: Final = "MOONQUAKES_ENGINE"

_ENGINES: Final[dict[str, Engine]] = {"vm": "vm", "fast": "fast"}
_DEFAULT: Final[Engine] = "fast"


def default_engine() -> Engine:
    """Return the engine that the environment names, or the fast one.

    Raises:
        ValueError: the environment variable names none.
    """
    name = os.environ.get(VARIABLE)
    return _engine(name, VARIABLE) if name else _DEFAULT


def chosen_engine(name: str | None) -> Engine:
    """Return the engine called ``name``, the default one for None.

    Raises:
        ValueError: there is no engine of that name.
    """
    return default_engine() if name is None else _engine(name, "engine")


def _engine(name: str, parameter: str) -> Engine:
    if isinstance(name, str) and name in _ENGINES:
        return _ENGINES[name]
    raise ValueError(f"{parameter} must be 'vm' or 'fast', not {name!r}")
