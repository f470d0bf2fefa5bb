"""How does a halted program look in a terminal?  The views of an :class:`Inspector` as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moonquakes.inspect.views import Instruction, StackFrame, Variable

if TYPE_CHECKING:
    from moonquakes.inspect.inspector import Inspector

#: Lines of source and instructions shown before and after the current one.
_AROUND = 2
#: Levels shown at each end of a long stack.
_MANY = 20
_ARROW = "=>"


def overview(inspector: Inspector) -> str:
    """Return where the program is: source line, bytecode around it, registers; or how it ended."""
    if inspector.status != "halted":
        return ending(inspector)
    frame = inspector.frame()
    return "\n".join(
        [
            headline(inspector, frame),
            *(instruction_line(each) for each in near(inspector.listing(), _AROUND)),
            "  " + "  ".join(map(register_text, used(inspector.registers()))),
        ]
    ).rstrip()


def ending(inspector: Inspector) -> str:
    """Return how a program that runs no longer came to that."""
    if inspector.status == "failed":
        return f"failed: {inspector.error}"
    if inspector.exit_status is not None:
        return f"ended: os.exit({inspector.exit_status})"
    results = ", ".join(map(str, inspector.results))
    return f"ended: returned {results}" if results else "ended"


def headline(inspector: Inspector, frame: StackFrame) -> str:
    """Return place, function and source line of a level."""
    text = source_line(inspector, frame)
    return f"{frame}" + (f"\n  {frame.line}: {text.strip()}" if text.strip() else "")


def source_line(inspector: Inspector, frame: StackFrame) -> str:
    """Return the text of the line that a level is at, empty when it is not the program's own."""
    lines = inspector.source_lines
    is_own = frame.source == inspector.name
    return lines[frame.line - 1] if is_own and frame.line and frame.line <= len(lines) else ""


def source_text(inspector: Inspector, line: int, around: int) -> list[str]:
    """Return the lines of the program around one of them, which is marked."""
    numbered = list(enumerate(inspector.source_lines, 1))
    first = max(line - around, 1)
    return [
        f"{_ARROW if number == line else '  '}{number:5}  {text}".rstrip()
        for number, text in numbered[first - 1 : line + around]
    ]


def near(listing: list[Instruction], around: int) -> list[Instruction]:
    """Return the current instruction of a listing and its neighbours."""
    at = next((number for number, each in enumerate(listing) if each.is_current), None)
    return [] if at is None else listing[max(at - around, 0) : at + around + 1]


def instruction_line(instruction: Instruction) -> str:
    return f"{_ARROW if instruction.is_current else '  '}{instruction}"


def stack_text(frames: list[StackFrame], level: int) -> list[str]:
    """Return the levels of a stack, one of them marked, a long one without its middle."""
    lines = [f"{_ARROW if each.level == level else '  '} {each.level}  {each}" for each in frames]
    skipped = len(lines) - 2 * _MANY
    return lines if skipped <= 0 else [*lines[:_MANY], f"    ... ({skipped} levels)", *lines[-_MANY:]]


def used(registers: list[Variable]) -> list[Variable]:
    """Return the registers without the nils after the last one that holds something."""
    last = max(
        (at for at, each in enumerate(registers, 1) if each.name or each.value.type != "nil"), default=0
    )
    return registers[:last]


def register_text(register: Variable) -> str:
    name = f" {register.name}" if register.name else ""
    return f"R[{register.index}]{name} = {register.value}"
