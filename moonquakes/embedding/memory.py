"""How much memory may a runtime with ``max_memory`` use, and how much does it?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from moonquakes.sandbox import Sandbox
from moonquakes.vm.limits import Limits

if TYPE_CHECKING:
    from moonquakes.embedding.border import Border

#: What is no limit.
_ENDLESS = 1 << 60


class MemoryLimit:
    """The limit of a runtime, which a host may change; what the empty runtime takes is not counted.

    Args:
        most: bytes, 0 for no limit.
    """

    def __init__(self, border: Border, most: int) -> None:
        self._border = border
        self._base: int = border.state.collector.size()
        self._most = 0
        border.failures.has_memory_error = True
        self.set(most, total=False)

    @staticmethod
    def limits(sandbox: Sandbox | None) -> Limits:
        """Return limits for a runtime with max_memory.

        Raises:
            ValueError: the sandbox limits memory, too.
        """
        if sandbox is None:
            return Limits(memory=_ENDLESS)
        if sandbox.memory is not None:
            raise ValueError("max_memory and the memory of sandbox are mutually exclusive")
        limits = sandbox.limits()
        return Limits(limits.fuel_left, _ENDLESS, limits.deadline, limits.output_left, limits.depth)

    def used(self, total: bool) -> int:
        """Return the bytes in use."""
        size: int = self._border.do(self._border.state.collector.size)
        return size if total else max(0, size - self._base)

    def most(self, total: bool) -> int:
        """Return the limit, 0 for none."""
        return self._most + self._base if total and self._most else self._most

    def set(self, most: int, total: bool) -> None:
        """Change the limit."""
        self._most = max(0, most - self._base) if total else most
        limits = self._border.state.limits
        assert limits is not None
        assert limits.memory is not None
        limits.limit_memory(self._most + self._base if most else _ENDLESS)
        # What comes next measures what there is.
        limits.memory.set(0 if most else _ENDLESS)


@contextmanager
def without_collector(border: Border) -> Iterator[None]:
    """Let no collection cycle start by itself."""
    collector = border.state.collector
    was_running = collector.running
    border.do(collector.stop)
    try:
        yield
    finally:
        if was_running:
            border.do(collector.restart)
