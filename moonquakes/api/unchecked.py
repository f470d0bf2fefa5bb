"""The API without its checks (:mod:`moonquakes.api.contracts`), for hosts that are tested with them.

``from moonquakes.api.unchecked import mq_setfield`` instead of ``from moonquakes.api import ...``:
the same names, and calls that cost nothing more.  A wrong index or an empty stack may then raise
something unclear, or go unnoticed.
"""

from __future__ import annotations

from inspect import unwrap
from typing import TYPE_CHECKING

import moonquakes.api as checked

if TYPE_CHECKING:
    from moonquakes.api import *  # noqa: F403  # the same names
else:
    globals().update({name: unwrap(getattr(checked, name)) for name in checked.__all__})

__all__ = checked.__all__  # a list of strings
