"""What of a program did the fast engine leave to the VM, and why?

Some of it is meant so: what a debug hook must see is *watched* on the VM.  The rest are
*fall-backs*: the translator has no Python for it, or cannot run it as Python.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from moonquakes.bytecode.proto import Proto, chunk_id

#: How many different functions are told apart; a program may load new chunks without end.
_MOST: Final = 1000
#: How much of a chunk's name tells it apart; the name of a text is all of it.
_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class VmFunction:
    """A function that ran on the VM.

    Attributes:
        chunk: name of its chunk, as in messages.
        line_defined, last_line_defined: its lines; 0 for a whole chunk.
        reason: why.
        is_watched: whether that is meant so, and no fall-back.
    """

    chunk: str
    line_defined: int
    last_line_defined: int
    reason: str
    is_watched: bool

    def __str__(self) -> str:
        lines = f":{self.line_defined}" if self.line_defined else ""
        what = "function" if self.line_defined else "chunk"
        return f"{what} {self.chunk}{lines}: {self.reason}"


def _key(proto: Proto, reason: str) -> tuple[str, int, int, str]:
    return proto.source[:_LENGTH], proto.line_defined, proto.last_line_defined, reason


@dataclass(slots=True)
class EngineReport:
    """Which functions of a state ran on the VM, in the order in which they were met.

    Attributes:
        engine: the state's engine; on ``"vm"`` all of them do, and none is listed.
        functions: the functions.
        is_complete: whether they are all of them.
    """

    engine: str
    functions: list[VmFunction] = field(default_factory=list)
    is_complete: bool = True
    _known: set[tuple[str, int, int, str]] = field(default_factory=set, repr=False)

    @property
    def watched(self) -> list[VmFunction]:
        """What ran on the VM because the debug library looks at it."""
        return [function for function in self.functions if function.is_watched]

    @property
    def fallbacks(self) -> list[VmFunction]:
        """What ran on the VM although nobody watched it."""
        return [function for function in self.functions if not function.is_watched]

    def note(self, proto: Proto, reason: str, is_watched: bool = False) -> None:
        """Note that a function runs on the VM, and why."""
        key = _key(proto, reason)
        if key in self._known:
            return
        if len(self._known) == _MOST:
            self.is_complete = False
            return
        self._known.add(key)
        self.functions.append(
            VmFunction(
                chunk_id(proto.source), proto.line_defined, proto.last_line_defined, reason, is_watched
            )
        )

    def has(self, proto: Proto, reason: str) -> bool:
        """Whether a function ran on the VM for that reason."""
        return _key(proto, reason) in self._known

    def copy(self) -> EngineReport:
        """Return the report as it is now, which does not grow."""
        return EngineReport(self.engine, list(self.functions), self.is_complete, set(self._known))

    def __str__(self) -> str:
        if self.engine == "vm":
            return "engine vm: every function ran on the VM"
        if not self.functions:
            return "engine fast: no function ran on the VM"
        lines = ["engine fast:"]
        for title, functions in (("watched", self.watched), ("fall-backs", self.fallbacks)):
            lines.append(f"{title} on the VM: {len(functions) or 'none'}")
            lines += [f"  {function}" for function in functions]
        if not self.is_complete:
            lines.append(f"and more: only {_MOST} are told apart")
        return "\n".join(lines)
