"""What does generated code say and call to pay for what it runs?  Only where a state has limits.

A function pays out of a slice (:mod:`moonquakes.vm.limits`), which it shares with all others
as a free variable: ``fuel`` for instructions, ``mem`` for memory.  PyPy's counters are lists.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from moonquakes.values import LuaValue
from moonquakes.vm.accounts import HAS_CHAINS, STEP
from moonquakes.vm.fast.likely import SlowPath
from moonquakes.vm.limits import LONG_COMPARED, LONG_STRING, MANY_VALUES, Limits
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from types import CellType

    from moonquakes.vm.state import State


class Variant(IntEnum):
    """What a translation of a chunk counts."""

    PLAIN = 0
    FUEL = 1
    MEMORY = 2


#: Free variables of generated code that hold slices.
SLICES: Final = ("fuel", "mem") if HAS_CHAINS else ()
#: The most steps that are paid in one expression.
_MOST_STEPS: Final = 10


def variant_of(limits: Limits | None) -> Variant:
    """Return which translations a state runs."""
    if limits is None:
        return Variant.PLAIN
    return Variant.FUEL if limits.memory is None else Variant.MEMORY


def slice_names(variant: Variant) -> tuple[str, ...]:
    """Return the free variables that the functions of a variant share."""
    return SLICES[:variant]


def slice_cell(limits: Limits, name: str) -> CellType:
    """Return the cell that stands behind a free variable of generated code."""
    account = limits.fuel if name == "fuel" else limits.memory
    assert account is not None
    return account.cell


def fuel_lines(amount: int) -> list[str]:
    """Return the statements that pay instructions."""
    return _lines("fuel", "FUEL", amount)


def memory_lines(amount: int) -> list[str]:
    """Return the statements that pay units of memory."""
    return _lines("mem", "MEM", amount)


def _lines(name: str, counter: str, amount: int) -> list[str]:
    if not HAS_CHAINS:
        return [f"{counter}[0] -= {amount}", f"if {counter}[0] < 0: more_{name}({amount})"]
    if amount > _MOST_STEPS * STEP:
        return [f"pay_{name}({amount})"]
    steps = f"[{STEP}]" * (amount // STEP) + (f"[{amount % STEP}]" if amount % STEP else "")
    return [f"try: {name} = {name}{steps}", f"except E: {name} = more_{name}({amount})"]


def concatenation_line(name: str, is_string: bool) -> str:
    """Return the statement that pays for a long result of ``..``."""
    guard = "" if is_string else f"{name}.__class__ is str and "
    return f"if {guard}LEN({name}) > {LONG_STRING}: joined({name})"


def spreading_line() -> str:
    """Return the statement that pays for using all variable arguments when they are many."""
    return f"if LEN(va) > {MANY_VALUES}: spread_all(va)"


def with_growth(texts: list[str]) -> list[str]:
    """Let statements that store in a table pay for an element that they append."""
    found: list[str] = []
    for text in texts:
        head, colon, tail = text.rpartition(": ")
        if not tail.endswith(")") or ".append(" not in tail:
            found.append(text)
            continue
        indent = " " * (len(head) - len(head.lstrip()) + 4)
        found += [head + colon.rstrip(), indent + tail]
        found += [indent + line for line in memory_lines(1)]
    return found


def _paid_comparisons(limits: Limits, names: dict[str, Any]) -> dict[str, Any]:
    """Return the comparisons that look how long strings are.

    The likely ones refuse long strings, so that the slow paths, which nothing does twice, pay for them.
    """
    same: Callable[[Any, Any], bool] = names["SAME"]

    def are_short(x: Any, y: Any) -> None:
        if type(x) is str and type(y) is str and len(x) >= LONG_COMPARED and len(y) >= LONG_COMPARED:
            raise SlowPath

    def same_short(x: Any, y: Any) -> bool:
        are_short(x, y)
        return same(x, y)

    def less_short(x: Any, y: Any) -> bool:
        are_short(x, y)
        return x < y  # type: ignore[no-any-return]  # of numbers and strings, a bool

    def less_or_equal_short(x: Any, y: Any) -> bool:
        are_short(x, y)
        return x <= y  # type: ignore[no-any-return]  # as above

    def paid(compare: Callable[..., bool], orders: bool) -> Callable[..., bool]:
        def compare_paid(pc: int, x: Any, y: Any) -> bool:
            limits.compare(x, y, orders)
            return compare(pc, x, y)

        return compare_paid

    return {
        "SHORT": not limits.has_long_strings,
        "SAME_SHORT": same_short,
        "LT_SHORT": less_short,
        "LE_SHORT": less_or_equal_short,
        **{name: paid(names[name], name != "eq") for name in ("eq", "lt", "le")},
    }


def counting_names(state: State, limits: Limits, names: dict[str, Any]) -> dict[str, Any]:
    """Return what generated code calls in a state with limits, given what it calls otherwise."""
    fuel, memory = limits.fuel, limits.memory
    found: dict[str, Any] = {
        **_paid_comparisons(limits, names),
        "FUEL": fuel.counter,
        "pay_fuel": fuel.pay,
        "more_fuel": fuel.more if HAS_CHAINS else fuel.overdrawn,
        "joined": limits.joined,
        "JOIN": limits.join,
        "spread_all": limits.spread,
    }
    if memory is None:
        return found
    found |= {
        "MEM": memory.counter,
        "pay_mem": memory.pay,
        "more_mem": memory.more if HAS_CHAINS else memory.overdrawn,
    }
    pay = memory.pay
    store: Callable[..., None] = names["setindex"]
    add: Callable[..., None] = names["ADD"]

    def setindex(pc: int, o: Any, key: LuaValue, new: LuaValue) -> None:
        if type(o) is Table:
            before = len(o.arr), len(o.hash)
            store(pc, o, key, new)
            if (len(o.arr), len(o.hash)) != before:
                pay(1)
        else:
            store(pc, o, key, new)

    def add_paid(o: Any, key: LuaValue, new: LuaValue) -> None:
        add(o, key, new)
        pay(1)

    return {**found, "setindex": setindex, "ADD": add_paid, "FIELD": lambda o, name, value: False}
