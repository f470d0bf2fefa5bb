"""What does the server count for INFO?"""

from __future__ import annotations


class Statistics:
    """Counters since the start, or since CONFIG RESETSTAT."""

    __slots__ = ("bytes_in", "bytes_out", "commands", "connections", "started")

    def __init__(self, started: float) -> None:
        #: Unix time at which the server started.
        self.started = started
        self.reset()

    def reset(self) -> None:
        self.commands = 0
        self.connections = 0
        self.bytes_in = 0
        self.bytes_out = 0
