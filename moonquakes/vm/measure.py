"""How many bytes are in use?  ``collectgarbage("count")`` and the limit of memory ask.

What Lua can reach is walked and estimated as what CPython takes for it, weak references and
long strings included.  An object that only Python knows of is not seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.proto import Proto
from moonquakes.values import LuaValue, Userdata
from moonquakes.vm.charging import Held
from moonquakes.vm.coroutines import Coroutine
from moonquakes.vm.frames import Frame, frame_size
from moonquakes.vm.functions import proto_of
from moonquakes.vm.reach import Tracer, reach_roots
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

TABLE_SIZE: Final = 240
_OBJECT_SIZE: Final = 64
_SLOT_SIZE: Final = 8
_FIELD_SIZE: Final = 40
_NUMBER_SIZE: Final = 24
_FUNCTION_SIZE: Final = 200
_CELL_SIZE: Final = 56
_COROUTINE_SIZE: Final = 1000
#: A userdata with what a host has for it.
_USERDATA_SIZE: Final = 320
#: A Proto and each of its instructions, with what the engines make of it.
_PROTO_SIZE: Final = 4000
_INSTRUCTION_SIZE: Final = 300
#: How many elements of a list that holds others, too, are looked at for numbers.
_SAMPLES: Final = 16

_SIZES: Final = {Coroutine: _COROUTINE_SIZE, Userdata: _USERDATA_SIZE}
_NUMBERS: Final = frozenset({int, float, type(None)})


class _Measure(Tracer):
    """A walk that adds up sizes; strings count as objects, not by value.

    Attributes:
        size: bytes found so far.
    """

    __slots__ = ("_counted", "size")
    sees_strings = True

    def __init__(self) -> None:
        super().__init__(weakly=False)
        self.size = 0
        self._counted: set[int] = set()

    def reach(self, values: Iterable[LuaValue]) -> None:
        passed, seen, found, counted = self._passed, self.seen, self._found, self._counted
        for value in values:
            kind = type(value)
            if kind is str:
                if id(value) not in counted:
                    counted.add(id(value))
                    self.size += _OBJECT_SIZE + len(value)
            elif kind not in passed and value not in seen:
                seen.add(value)
                found.append(value)
                self._count(value)

    def _count(self, value: Any) -> None:
        """Add what an object takes; a table's fields are counted with them."""
        kind = type(value)
        if kind is Table:
            self.size += TABLE_SIZE
        elif kind is FunctionType:
            self.size += _FUNCTION_SIZE + _CELL_SIZE * len(value.__closure__ or ())
            proto = proto_of(value)
            if proto is not None:
                self._count_proto(proto)
            elif (held := getattr(value, "held", None)).__class__ is Held:
                self.size += held.size
                self.reach(held.values)
        else:
            self.size += _SIZES.get(kind, _OBJECT_SIZE)

    def _count_proto(self, proto: Proto) -> None:
        if id(proto) not in self._counted:
            self._counted.add(id(proto))
            self.size += _PROTO_SIZE + _INSTRUCTION_SIZE * len(proto.code)
            self.reach(proto.constants)

    def _reach_frame(self, frame: Frame, live: int) -> None:
        self.size += frame_size(len(frame.R))
        super()._reach_frame(frame, live)

    def _trace_coroutine(self, coroutine: Coroutine) -> None:
        super()._trace_coroutine(coroutine)
        if coroutine.generator is not None and coroutine.status == "suspended":
            from moonquakes.vm.fast.liveness import suspended_size

            self.size += suspended_size(coroutine.generator)

    def _trace_table(self, table: Table) -> None:
        metatable = table.metatable
        if metatable is not None:
            self.reach((metatable,))
        self._count_list(table.arr)
        fields = table.hash
        if fields:
            self.size += _FIELD_SIZE * len(fields)
            values = list(fields.values())
            if None in values:
                # A deleted key keeps its place, and counts no more than that.
                self._count_values([key for key, value in fields.items() if value is not None])
            else:
                self._count_values(list(fields))
            self._count_values(values)

    def _count_list(self, values: list[LuaValue]) -> None:
        self.size += _SLOT_SIZE * len(values)
        self._count_values(values)

    def _count_values(self, values: list[LuaValue]) -> None:
        if len(values) < _SAMPLES:
            self.reach(values)
            return
        kinds = set(map(type, values))
        if not kinds.isdisjoint((int, float)):
            samples = [type(value) in _NUMBERS for value in values[:: len(values) // _SAMPLES]]
            self.size += _NUMBER_SIZE * len(values) * sum(samples) // len(samples)
        if not kinds <= _NUMBERS:
            self.reach(values)


def size_in_use(
    state: State, variables: Iterable[Any] = (), operands: Iterable[Any] = (), stack: int = 0
) -> int:
    """Estimate the bytes of all that is reachable.

    Further roots are ``variables`` of the host and ``operands`` of translated code, whose stack takes
    ``stack`` bytes.
    """
    walk = _Measure()
    walk.size = stack
    reach_roots(walk, state)
    walk.reach_host_values(variables)
    walk.reach_host_values(operands, strings=True)
    walk.trace()
    return walk.size
