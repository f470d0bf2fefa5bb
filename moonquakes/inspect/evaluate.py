"""What is the value of an expression at a halted instruction?

The text runs with an environment that finds the local variables and upvalues of a
frame, and behind them the globals; it may set them.
"""

from __future__ import annotations

from types import CellType, FunctionType

from moonquakes.errors import LuaSyntaxError
from moonquakes.inspect.views import Evaluation, Value, text_of
from moonquakes.values import LuaResults, LuaValue, type_name
from moonquakes.vm.frames import Frame
from moonquakes.vm.settle import is_host_error
from moonquakes.vm.state import State
from moonquakes.vm.table import Table, new_table

#: A frame and the instruction (from 1) that decides which local variables there are.
Where = tuple[Frame, int]

_CHUNK_NAME = "=expression"


def evaluate(state: State, text: str, where: Where | None) -> Evaluation:
    """Run ``text`` and return its values, or what went wrong."""
    values, error = evaluate_values(state, text, where)
    return Evaluation(tuple(Value.of(value) for value in values), error)


def evaluate_values(state: State, text: str, where: Where | None) -> tuple[tuple[LuaValue, ...], str | None]:
    """Run ``text``, an expression or statements; return its values, and a message when it failed."""
    source = text.encode("utf-8", "surrogateescape").decode("latin-1")
    environment = _environment(state, *where) if where is not None else state.globals
    try:
        function = _load(state, source, environment)
    except LuaSyntaxError as error:
        return (), text_of(error.value)
    varargs = where[0].varargs or [] if where is not None else []
    hooking, state.hooking = state.hooking, True  # neither hooks nor observers see what the onlooker runs
    try:
        ok, values = state.protected_call(function, varargs)
        return (values, None) if ok else ((), text_of(message_of(state, values[0])))
    finally:
        state.hooking = hooking


def message_of(state: State, value: LuaValue) -> str:
    """Return an error value as a message (a Lua string), in the way of ``lua``."""
    if type(value) in (str, int, float):
        return state.tostring(value)
    if is_host_error(state, value):
        text = f"{type(value.value).__name__}: {value.value}"
        return text.encode("utf-8", "replace").decode("latin-1")
    handler = state.metamethod(value, "__tostring")
    if handler is not None:
        ok, texts = state.protected_call(handler, [value])
        if ok and texts and type(texts[0]) is str:
            return texts[0]
    return f"(error object is a {type_name(value)} value)"


def _load(state: State, source: str, environment: Table) -> FunctionType:
    try:
        return state.load("return " + source, _CHUNK_NAME, "t", environment)
    except LuaSyntaxError as error:
        as_expression = error
    try:
        return state.load(source, _CHUNK_NAME, "t", environment)
    except LuaSyntaxError:
        if as_expression.value.endswith("<eof>"):  # an expression that goes on
            raise as_expression from None
        raise


def _environment(state: State, frame: Frame, pc: int) -> Table:
    """Return a table whose fields are the variables visible at an instruction."""
    registers = {
        name: register
        for register in range(frame.proto.max_stack_size)
        if (name := frame.proto.local_name(register, pc - 1)) is not None
    }
    cells: dict[str, CellType] = {
        description.name: cell
        for description, cell in zip(frame.proto.upvalues, frame.cells[1:], strict=True)
        if description.name is not None
    }

    def outer() -> LuaValue:
        if "_ENV" in registers:
            return frame.register_value(registers["_ENV"])
        return cells["_ENV"].cell_contents if "_ENV" in cells else state.globals

    def index(table: LuaValue = None, name: LuaValue = None, *_: LuaValue) -> LuaResults:
        if name in registers:
            return frame.register_value(registers[name])
        if name in cells:
            return cells[name].cell_contents
        return state.index(outer(), name)

    def set_index(
        table: LuaValue = None, name: LuaValue = None, value: LuaValue = None, *_: LuaValue
    ) -> LuaResults:
        if name in registers:
            register = registers[name]
            frame.R[register] = value
            if frame.open and register in frame.open:
                frame.open[register].cell_contents = value
        elif name in cells:
            cells[name].cell_contents = value
        else:
            state.set_index(outer(), name, value)
        return ()

    environment = new_table()
    environment.metatable = Table.from_fields({"__index": index, "__newindex": set_index})
    return environment
