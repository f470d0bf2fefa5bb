"""Which variable a name means, how long it lives, and where a ``goto`` leads (§3.5, §3.3.4).

A block ends the life of its variables and labels, closes captured variables,
and hands jumps that found no label in it to the block around it.
"""

from __future__ import annotations

from typing import Final

from moonquakes.bytecode.opcodes import OP
from moonquakes.bytecode.proto import LocalVariable, UpvalueDesc
from moonquakes.compiler.function import FunctionState
from moonquakes.compiler.limits import MAX_LOCALS, MAX_UPVALUES, refuse, refuse_count
from moonquakes.compiler.operands import COMPILE_TIME, LOCAL, UPVALUE, Operand
from moonquakes.values import LuaValue

_CLOSE: Final = OP["CLOSE"]
_TBC: Final = OP["TBC"]

# Kinds of variables, numbered as in UpvalueDesc.kind.
REGULAR: Final = 0
CONST: Final = 1
TO_BE_CLOSED: Final = 2
COMPILE_TIME_CONST: Final = 3

#: The label to which ``break`` jumps; no name can clash with it.
BREAK: Final = "break"


class Variable:
    """An active local variable.

    Attributes:
        index: its place among the function's active variables.
        register: where it lives; for a compile-time constant the first register after it.
        value: the value of a compile-time constant.
        shadowed: the variable that had its name before.
        debug: its entry in the Proto; None for a compile-time constant.
    """

    __slots__ = ("debug", "index", "kind", "name", "register", "shadowed", "value")

    def __init__(
        self,
        name: str,
        kind: int,
        index: int,
        register: int,
        shadowed: Variable | None,
        debug: LocalVariable | None,
        value: LuaValue = None,
    ) -> None:
        self.name = name
        self.kind = kind
        self.index = index
        self.register = register
        self.shadowed = shadowed
        self.debug = debug
        self.value = value


class Block:
    """A block being compiled.

    Attributes:
        captured: whether a closure captures one of its variables or one is to be closed.
        in_closing: whether it is in the scope of a to-be-closed variable.
        variable_count, register_level, first_label: what was there before it.
        gotos: jumps of the block to labels not seen yet, by label.
    """

    __slots__ = (
        "captured",
        "first_label",
        "gotos",
        "in_closing",
        "is_loop",
        "parent",
        "register_level",
        "variable_count",
    )

    def __init__(self, function: FunctionState, is_loop: bool) -> None:
        parent: Block | None = function.block
        self.parent = parent
        self.is_loop = is_loop
        self.captured = False
        self.in_closing: bool = parent is not None and parent.in_closing
        self.variable_count = len(function.variables)
        self.register_level = function.active_registers
        self.first_label = len(function.labels)
        self.gotos: dict[str, list[PendingGoto]] = {}


class Label:
    __slots__ = ("line", "name", "pc", "register_level", "variable_count")

    def __init__(self, name: str, line: int, pc: int, variable_count: int, register_level: int) -> None:
        self.name = name
        self.line = line
        self.pc = pc
        self.variable_count = variable_count
        self.register_level = register_level


class PendingGoto:
    """Jumps whose label has not been seen; the levels are those of the innermost block
    around both the ``goto`` and the point compiled now.
    """

    __slots__ = ("closes", "jumps", "line", "name", "register_level", "serial", "variable_count")

    def __init__(self, function: FunctionState, name: str, line: int, jumps: list[int] | None) -> None:
        self.name = name
        self.line = line
        self.jumps = jumps
        self.closes = False
        self.serial = function.goto_count
        function.goto_count += 1
        self.variable_count = len(function.variables)
        self.register_level = function.active_registers


# Local variables


def check_room(f: FunctionState, names: list[str], after: str, hidden: int = 0) -> None:
    """Refuse to declare ``names`` when the function has too many variables.

    Args:
        after: the token after the last of the names; ``NEXT`` when that is the one after ``f.line``.
        hidden: how many variables without a name of the program are declared after the first name is read.
    """
    room = MAX_LOCALS - len(f.variables) - hidden
    if len(names) > room:
        near = "," if len(names) > max(room, 0) + 1 else after
        refuse_count(f.source, f.line, "local variables", MAX_LOCALS, f.proto.line_defined, near)


def declare(f: FunctionState, name: str, kind: int = REGULAR) -> Variable:
    """Start the life of a local variable in the next register."""
    debug = LocalVariable(name, len(f.code), 0)
    f.proto.local_variables.append(debug)
    visible = f.visible
    register = f.active_registers
    variable = Variable(name, kind, len(f.variables), register, visible.get(name), debug)
    f.active_registers = register + 1
    f.variables.append(variable)
    visible[name] = variable
    return variable


def declare_compile_time(f: FunctionState, name: str, value: LuaValue) -> None:
    """Declare a ``<const>`` variable whose value is known; it takes no register."""
    variable = Variable(
        name, COMPILE_TIME_CONST, len(f.variables), f.active_registers, f.visible.get(name), None, value
    )
    f.variables.append(variable)
    f.visible[name] = variable


def _end_variables(f: FunctionState, count: int) -> None:
    """End the life of all but the first ``count`` variables."""
    variables = f.variables
    visible = f.visible
    pc = len(f.code)
    while len(variables) > count:
        variable = variables.pop()
        if variable.shadowed is None:
            del visible[variable.name]
        else:
            visible[variable.name] = variable.shadowed
        if variable.debug is not None:
            variable.debug.end_pc = pc
            f.active_registers -= 1


def mark_to_be_closed(f: FunctionState) -> None:
    """Note that the current block has a to-be-closed variable (§3.3.8)."""
    block = f.block
    assert block is not None
    block.captured = True
    block.in_closing = True
    f.needs_close = True


def emit_to_be_closed(f: FunctionState, variable: Variable) -> None:
    mark_to_be_closed(f)
    f.emit_abc(_TBC, variable.register, 0, 0)


# Names


def resolve(f: FunctionState, name: str) -> Operand | None:
    """Return the local variable, upvalue or compile-time constant a name means, None for a global."""
    variable = f.visible.get(name)
    if variable is not None:
        if variable.kind == COMPILE_TIME_CONST:
            return Operand(COMPILE_TIME, variable.value, variable)
        return Operand(LOCAL, variable.register, variable)
    number = f.upvalue_numbers.get(name)
    if number is not None:
        return Operand(UPVALUE, number)
    return _resolve_outside(f, name)


def _resolve_outside(f: FunctionState, name: str) -> Operand | None:
    """Look ``name`` up in the enclosing functions and capture it from where it is found."""
    inner = [f]
    outer = f.parent
    while outer is not None:
        variable = outer.visible.get(name)
        if variable is not None:
            if variable.kind == COMPILE_TIME_CONST:
                return Operand(COMPILE_TIME, variable.value, variable)
            _mark_captured(outer, variable)
            upvalue = UpvalueDesc(name, True, variable.register, variable.kind)
            break
        number = outer.upvalue_numbers.get(name)
        if number is not None:
            upvalue = UpvalueDesc(name, False, number, outer.proto.upvalues[number].kind)
            break
        inner.append(outer)
        outer = outer.parent
    else:
        return None
    for function in reversed(inner):
        number = add_upvalue(function, upvalue)
        upvalue = UpvalueDesc(name, False, number, upvalue.kind)
    return Operand(UPVALUE, number)


def _mark_captured(f: FunctionState, variable: Variable) -> None:
    block = f.block
    while block is not None and block.variable_count > variable.index:
        block = block.parent
    assert block is not None
    block.captured = True
    f.needs_close = True


def add_upvalue(f: FunctionState, upvalue: UpvalueDesc) -> int:
    upvalues = f.proto.upvalues
    number = len(upvalues)
    if number >= MAX_UPVALUES:
        refuse_count(f.source, f.line, "upvalues", MAX_UPVALUES, f.proto.line_defined)
    assert upvalue.name is not None
    upvalues.append(upvalue)
    f.upvalue_numbers[upvalue.name] = number
    return number


def check_assignable(f: FunctionState, operand: Operand) -> None:
    """Refuse an assignment to a ``<const>`` or ``<close>`` variable."""
    kind = operand.kind
    name: str | None = None
    if kind in (LOCAL, COMPILE_TIME):
        if operand.key.kind != REGULAR:
            name = operand.key.name
    elif kind == UPVALUE:
        upvalue = f.proto.upvalues[operand.value]
        if upvalue.kind != REGULAR:
            name = upvalue.name
    if name is not None:
        refuse(f.source, f.line, f"attempt to assign to const variable '{name}'")


# Blocks


def enter_block(f: FunctionState, is_loop: bool = False) -> Block:
    f.block = block = Block(f, is_loop)
    return block


def leave_block(f: FunctionState) -> None:
    """End the current block: its variables, labels and pending jumps."""
    block = f.block
    assert block is not None
    parent = block.parent
    level = block.register_level
    _end_variables(f, block.variable_count)
    closed = block.is_loop and add_label(f, BREAK, 0, True)
    if block.captured and parent is not None and not closed:
        f.emit_abc(_CLOSE, level, 0, 0)
    f.free_register = level
    while len(f.labels) > block.first_label:
        f.labels.popitem()
    f.block = parent
    if block.gotos:
        if parent is None:
            _refuse_goto(f, block)
        else:
            _hand_over_gotos(block, parent)


def _hand_over_gotos(block: Block, parent: Block) -> None:
    """Let the jumps that found no label in a block look for it in the one around it."""
    level = block.register_level
    for name, gotos in block.gotos.items():
        for pending in gotos:
            if pending.register_level > level:
                pending.closes = pending.closes or block.captured
            pending.variable_count = block.variable_count
            pending.register_level = level
        if name in parent.gotos:
            parent.gotos[name] += gotos
        else:
            parent.gotos[name] = gotos


def _refuse_goto(f: FunctionState, block: Block) -> None:
    pending = min((gotos[0] for gotos in block.gotos.values()), key=lambda pending: pending.serial)
    if pending.name is BREAK:
        refuse(f.source, f.line, "break outside loop at line {}", about=pending.line)
    refuse(f.source, f.line, f"no visible label '{pending.name}' for <goto> at line {{}}", about=pending.line)


# Labels and jumps to them


def add_goto(f: FunctionState, name: str, line: int, jumps: list[int] | None) -> None:
    assert f.block is not None
    f.block.gotos.setdefault(name, []).append(PendingGoto(f, name, line, jumps))


def add_label(f: FunctionState, name: str, line: int, is_last: bool) -> bool:
    """Put a label here and lead the pending jumps of this block to it.

    Args:
        is_last: whether nothing but labels follows in the block; the block's variables
            then count as out of scope (§3.3.4).

    Returns: whether a CLOSE was emitted since one of the jumps leaves a captured variable.
    """
    block = f.block
    assert block is not None
    pc = f.here()
    if is_last:
        label = Label(name, line, pc, block.variable_count, block.register_level)
    else:
        label = Label(name, line, pc, len(f.variables), f.active_registers)
    f.labels[name] = label
    closes = False
    for pending in block.gotos.pop(name, ()):
        closes = closes or pending.closes
        if pending.variable_count < label.variable_count:
            entered = f.variables[pending.variable_count].name
            refuse(
                f.source,
                f.line,
                f"<goto {name}> at line {{}} jumps into the scope of local '{entered}'",
                about=pending.line,
            )
        f.patch(pending.jumps, pc)
    if closes:
        f.emit_abc(_CLOSE, f.active_registers, 0, 0)
    return closes


def emit_goto(f: FunctionState, name: str, line: int) -> None:
    """Jump to a label: at once when it is known, else when it is put."""
    label = f.labels.get(name)
    if label is None:
        add_goto(f, name, line, [f.jump()])
        return
    if f.active_registers > label.register_level:
        f.emit_abc(_CLOSE, label.register_level, 0, 0)
    f.jump_to(label.pc)
