"""What does Lua code find in the table ``python``?

Views of Python objects, iteration over them, and ``none``; ``eval`` and ``builtins`` where the host asks
for them.  The functions take what stands for a Python object, and nothing else.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from moonquakes.embedding.arguments import Arguments
from moonquakes.embedding.border import LuaOverflowHandler
from moonquakes.embedding.objects import as_attrgetter, as_itemgetter
from moonquakes.embedding.wrappers import LuaTable
from moonquakes.errors import ArgumentError, LuaError
from moonquakes.stdlib.arguments import optional_integer
from moonquakes.values import LuaResults, LuaValue, Userdata
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.embedding.border import Border


def open_python(border: Border, has_eval: bool, has_builtins: bool, unpacks: bool) -> None:
    """Make the table and register it as a global and a module."""
    objects, to_lua = border.objects, border.to_lua

    def as_function(o: LuaValue = None, *_: LuaValue) -> LuaValue:
        """Return a Lua function that calls a Python object, for what takes nothing else."""
        function = objects.object_of(1, o)
        host = objects.function(function)
        border.has_callables = True
        host.python_callable = function  # type: ignore[attr-defined]  # what the function comes back as
        return host

    def attribute_view(o: LuaValue = None, *_: LuaValue) -> LuaValue:
        return objects.of(as_attrgetter(objects.object_of(1, o)))

    def item_view(o: LuaValue = None, *_: LuaValue) -> LuaValue:
        return objects.of(as_itemgetter(objects.object_of(1, o)))

    def next_of(iterator: Iterator[Any]) -> tuple[bool, Any]:
        try:
            return True, next(iterator)
        except StopIteration:
            return False, None
        except LuaError as exception:
            raise border.failures.entering(exception) from None

    def first_to_lua(value: object) -> LuaValue:
        return objects.none if value is None else to_lua(value)

    def exploded(values: tuple[object, ...]) -> LuaResults:
        if len(values) < 2:
            return first_to_lua(values[0]) if values else None
        return (first_to_lua(values[0]), *map(to_lua, values[1:]))

    def make_step(explodes: bool) -> Callable[..., LuaResults]:
        def step(state: LuaValue = None, *_: LuaValue) -> LuaResults:
            is_one, value = next_of(objects.object_of(1, state))
            if explodes and type(value) is tuple:
                return exploded(value)
            return first_to_lua(value) if is_one else None

        return step

    step, step_exploded = make_step(unpacks), make_step(True)

    def step_counted(state: LuaValue = None, count: LuaValue = None, *_: LuaValue) -> LuaResults:
        is_one, value = next_of(objects.object_of(1, state))
        if not is_one:
            return None
        number = optional_integer(2, count, -1) + 1
        if unpacks and type(value) is tuple:
            return (number, *map(to_lua, value)) if value else number
        return number, to_lua(value)

    def iterate(o: LuaValue) -> LuaValue:
        obj = objects.object_of(1, o)
        try:
            return objects.of(iter(obj))
        except LuaError as exception:
            raise border.failures.entering(exception) from None

    def iter_(o: LuaValue = None, *_: LuaValue) -> LuaResults:
        return step, iterate(o), None

    def iterex(o: LuaValue = None, *_: LuaValue) -> LuaResults:
        return step_exploded, iterate(o), None

    def enumerate_(o: LuaValue = None, start: LuaValue = None, *_: LuaValue) -> LuaResults:
        iterator = iterate(o)
        return step_counted, iterator, optional_integer(2, start, 0) - 1

    def args(table: LuaValue = None, *_: LuaValue) -> LuaValue:
        """Return what passes the fields of a table to a Python function as its arguments."""
        if type(table) is not Table:
            raise ArgumentError.wrong_type(1, "table", table)
        objects.has_arguments = True
        return objects.of(Arguments(LuaTable(border, table)))

    def set_overflow_handler(handler: LuaValue = None, *_: LuaValue) -> LuaResults:
        """Let a function, Lua's or Python's, say what stands for an integer beyond Lua's."""
        if handler is None:
            border.overflow_handler = None
        elif type(handler) is Userdata and callable(found := objects.object_of(1, handler)):
            border.overflow_handler = found
        elif type(handler) is FunctionType:
            border.overflow_handler = LuaOverflowHandler(border, handler)
        else:
            raise ArgumentError.wrong_type(1, "function", handler)
        return ()

    functions: dict[str, Callable[..., LuaResults]] = {
        "as_attrgetter": attribute_view,
        "as_itemgetter": item_view,
        "as_function": as_function,
        "iter": iter_,
        "iterex": iterex,
        "enumerate": enumerate_,
        "args": args,
        "set_overflow_handler": set_overflow_handler,
    }
    table = Table.from_fields(dict(functions))
    table.set("none", objects.none)
    if has_eval:
        table.set("eval", objects.of(_evaluate))
    if has_builtins:
        table.set("builtins", objects.of(builtins))
    border.state.globals.set("python", table)
    border.state.loaded.set("python", table)


def _evaluate(source: str | bytes) -> object:
    """Evaluate a Python expression, which sees Python's builtins and nothing else."""
    return eval(source, {"__builtins__": builtins})
