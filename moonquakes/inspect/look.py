"""What does the machine hold?  Makes the views of frames, variables and coroutines.

Nothing here runs Lua code or changes anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import Any, Literal

from moonquakes.bytecode.listing import instruction_texts
from moonquakes.bytecode.opcodes import OP, OPCODES, get_a, get_b, get_bx, get_c, get_k, opcode_of
from moonquakes.bytecode.proto import Proto, chunk_id
from moonquakes.inspect.views import CoroutineView, Instruction, StackFrame, Value, Variable, show, text_of
from moonquakes.values import LuaValue, Userdata
from moonquakes.vm.activations import Activation, activations, global_function_name
from moonquakes.vm.coroutines import Coroutine, top_frame
from moonquakes.vm.frames import AnyFrame, Frame
from moonquakes.vm.functions import upvalue_cells
from moonquakes.vm.state import State
from moonquakes.vm.table import Table


class Place:
    """A level of a stack, with the instruction it is at.

    Attributes:
        activation: the level as the machine knows it.
        pc: the instruction that runs next, or the call under way; 0 for the host.
    """

    __slots__ = ("activation", "pc")

    def __init__(self, activation: Activation, is_next: bool) -> None:
        self.activation = activation
        frame = activation.frame
        self.pc = 0 if frame is None else frame.pc if is_next else max(frame.pc - 1, 1)

    @property
    def frame(self) -> Frame | None:
        return self.activation.frame


def places(frame: AnyFrame | None, is_halted: bool) -> Iterator[Place]:
    """Yield the stack from ``frame`` down; ``is_halted`` says that it waits before an instruction."""
    is_next = is_halted
    for level in activations(frame):
        if level.function is not None:
            yield Place(level, is_next)
        is_next = False


def frame_view(state: State, place: Place, level: int) -> StackFrame:
    activation, frame = place.activation, place.frame
    named = activation.name
    name = named[1] if named else None
    if frame is None:
        name = global_function_name(state, activation.function) or name
        return StackFrame(level, "C", name, "[C]", None, None, None)
    proto = frame.proto
    line = proto.line_at(place.pc - 1)
    is_main = proto.line_defined == 0
    kind: Literal["main", "Lua"] = "main" if is_main else "Lua"
    return StackFrame(
        level,
        kind,
        None if is_main else name,
        text_of(chunk_id(proto.source)),
        line if line > 0 else None,
        place.pc,
        None if is_main else proto.line_defined,
    )


def registers(place: Place) -> list[Variable]:
    frame = place.frame
    if frame is None:
        return []
    return [
        Variable(
            register,
            frame.proto.local_name(register, place.pc - 1),
            Value.of(frame.register_value(register)),
        )
        for register in range(frame.proto.max_stack_size)
    ]


def upvalues(place: Place) -> list[Variable]:
    frame = place.frame
    if frame is None:
        return []
    return [
        Variable(index, description.name, Value.of(cell.cell_contents))
        for index, (description, cell) in enumerate(zip(frame.proto.upvalues, frame.cells[1:], strict=True))
    ]


def varargs(place: Place) -> list[Value]:
    return [Value.of(value) for value in (place.frame.varargs or [] if place.frame is not None else [])]


def fields(table: Table, limit: int) -> list[Variable]:
    """Return the first ``limit`` fields of a table, in the order of ``next``."""
    found: list[Variable] = []
    for key, value in _pairs(table):
        if len(found) == limit:
            break
        found.append(Variable(None, text_of(key) if type(key) is str else f"[{show(key)}]", Value.of(value)))
    return found


def _pairs(table: Table) -> Iterator[tuple[LuaValue, LuaValue]]:
    yield from enumerate(table.arr[1:], 1)
    for key, value in table.hash.items():
        if value is not None:
            yield key, value


def instructions(proto: Proto, current: int) -> list[Instruction]:
    """Return a function's listing; ``current`` is the pc of the instruction to mark, 0 for none."""
    listed = []
    for pc, word in enumerate(proto.code, 1):
        name, operands, comment = instruction_texts(proto, pc - 1)
        line = proto.line_at(pc - 1)
        number = opcode_of(word)
        meaning = OPCODES[number].meaning if number < len(OPCODES) else ""
        listed.append(
            Instruction(pc, line if line > 0 else None, name, operands, comment, meaning, pc == current)
        )
    return listed


def protos(proto: Proto) -> Iterator[Proto]:
    """Yield a function and all those inside it."""
    waiting = [proto]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += each.protos


def functions_named(main: Proto, name: str) -> list[Proto]:
    """Return the functions inside ``main`` that are put into a variable or field of this name."""
    found = []
    for proto in protos(main):
        for pc, word in enumerate(proto.code):
            if opcode_of(word) == OP["CLOSURE"] and _closure_name(proto, pc) == name:
                found.append(proto.protos[get_bx(word)])
    return found


def _closure_name(proto: Proto, pc: int) -> LuaValue:
    register = get_a(proto.code[pc])
    local = proto.local_name(register, pc + 1)
    if local is not None:
        return local
    word = proto.code[pc + 1]
    match OPCODES[opcode_of(word)].name:
        case "SETTABUP" | "SETFIELD" if get_c(word) == register and not get_k(word):
            return proto.constants[get_b(word)]
        case "SETUPVAL":
            return proto.upvalues[get_b(word)].name
        case _:
            return None


def coroutine_view(state: State, coroutine: Coroutine, is_halted: bool) -> CoroutineView:
    stack = places(top_frame(state, coroutine), is_halted and coroutine is state.current)
    frames = tuple(frame_view(state, place, level) for level, place in enumerate(stack))
    return CoroutineView(show(coroutine), coroutine.status, coroutine.function is None, frames)


def coroutines(state: State) -> list[Coroutine]:
    """Return the coroutines that the program can still reach, the main one first."""
    found: dict[int, Coroutine] = {id(state.main): state.main}
    seen: dict[int, Any] = {}
    waiting: list[Any] = [state.main, state.current, state.globals, state.registry]
    while waiting:
        value = waiting.pop()
        kind = type(value)
        if kind not in (Table, FunctionType, Coroutine, Userdata) or id(value) in seen:
            continue
        seen[id(value)] = value
        if kind is Coroutine:
            found[id(value)] = value
            waiting += (value.function, value.resumer, *_held(top_frame(state, value)))
        elif kind is Table:
            waiting += (*value.arr, *value.hash, *value.hash.values(), value.metatable)
        elif kind is Userdata:
            waiting += (value.metatable, *value.user_values)
        else:
            waiting += _captured(value)
    return list(found.values())


def _held(frame: AnyFrame | None) -> Iterator[LuaValue]:
    """Yield what the frames of one coroutine hold."""
    for activation in activations(frame):
        yield activation.function
        if activation.frame is not None:
            yield from activation.frame.R
            yield from activation.frame.varargs or ()
            for cell in (activation.frame.open or {}).values():
                yield cell.cell_contents


def _captured(function: FunctionType) -> Iterator[LuaValue]:
    for cell in (*upvalue_cells(function), *(function.__closure__ or ())):
        try:
            yield cell.cell_contents
        except ValueError:  # empty: a home that is not set yet
            continue
