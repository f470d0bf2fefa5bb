"""The names of C's types, as Python's types."""

from __future__ import annotations

from typing import TypeAlias

from moonquakes.api.state import HostFunction

#: A float of Lua.
mq_Number: TypeAlias = float
#: An integer of Lua: an ``int`` within 64 bits.
mq_Integer: TypeAlias = int
#: An integer of C from 0 to 2^64 - 1.
mq_Unsigned: TypeAlias = int
#: A host function: ``fn(L)`` returns the number of its results.
mq_CFunction: TypeAlias = HostFunction
