"""``moonquakes --step``: halts a script before each instruction or line, and answers commands.

A front of :class:`moonquakes.inspect.Inspector` for a terminal or a pipe.  The program's
input is what follows the commands; its output appears between the answers.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

from moonquakes.cli.program import write_error, write_output
from moonquakes.cli.repl import EndOfInputError
from moonquakes.cli.session import Session, interruptible
from moonquakes.errors import LuaError
from moonquakes.inspect import Inspector, StackFrame, Stop
from moonquakes.inspect.text import (
    instruction_line,
    near,
    overview,
    register_text,
    source_text,
    stack_text,
    used,
)
from moonquakes.stdlib.files import read_source

PROMPT: Final = "(step) "

HELP: Final = """\
step, s [n]      run one instruction, or n of them
into, i          run to the next line, in whatever function that is
next, n          run to the next line of this function
out, o           run until this function has returned
run, r, c        run to the next breakpoint or the end
to LINE          run to a line
break, b [LINE|NAME]  halt at a line or in a function; alone: list the breakpoints
delete, d [N]    remove a breakpoint, or all of them
list, l [LINE]   source around the current line
bytecode, bc     bytecode of this function
where, w         where the program is
regs             registers
upvalues, up     upvalues of this function
globals, g       global variables that the program has set
stack, bt        the stack
coroutines, co   all coroutines
frame, f N       look from another level of the stack
print, p EXPR    value of an expression, or run a statement
help, h          this text
quit, q          end
An empty line repeats the last command.
"""

#: Lines of source before and after the current one.
_AROUND: Final = 5

#: Shows a prompt and returns a line without its newline; raises EndOfInputError.
LineReader = Callable[[str], str]


def step_file(
    session: Session, name: str, arguments: Sequence[str], read_line: LineReader | None = None
) -> int:
    """Step a script until it ends or the commands do; return the exit status."""
    try:
        source, _ = read_source(session.state, name)
    except LuaError as error:
        session.report(error.value)
        return 1
    given = [argument.encode("latin-1") for argument in arguments]
    inspector = Inspector(source.encode("latin-1"), name.encode("latin-1"), given, state=session.state)
    reader = read_line or (read_terminal_line if sys.stdin.isatty() else read_piped_line)
    return Stepper(inspector, session.prefix, reader).run()


class Stepper:
    """One session of commands on one program."""

    def __init__(self, inspector: Inspector, prefix: str, read_line: LineReader) -> None:
        self.inspector = inspector
        self.prefix = prefix
        self.read_line = read_line
        self.level = 0
        self._last = ""
        self._quits = False
        self._commands = self._table()

    def run(self) -> int:
        """Answer commands until the last one; return the exit status."""
        if self.inspector.error is not None:  # it did not compile
            write_error(f"{self.prefix}{_lua(self.inspector.error)}\n")
            return 1
        say(overview(self.inspector))
        while not self._quits:
            try:
                line = self.read_line(PROMPT)
            except EndOfInputError:
                say("")
                break
            except KeyboardInterrupt:  # at the prompt: forget what was typed
                say("")
                continue
            self.obey(line.strip() or self._last)
        self.inspector.close()
        return 1 if self.inspector.error is not None else self.inspector.exit_status or 0

    def obey(self, line: str) -> None:
        """Do what one line says."""
        self._last = line
        word, _, rest = line.partition(" ")
        if not word:
            return
        command = self._commands.get(word)
        if command is None:
            say(f"unknown command '{word}'; 'help' lists the commands")
            return
        try:
            command(rest.strip())
        except (ValueError, IndexError) as error:
            say(str(error))

    def _table(self) -> dict[str, Callable[[str], None]]:
        inspector = self.inspector
        return {
            "step": self._step, "s": self._step,
            "into": self._mover(inspector.step_line), "i": self._mover(inspector.step_line),
            "next": self._next, "n": self._next,
            "out": self._mover(inspector.step_out), "o": self._mover(inspector.step_out),
            "run": self._mover(inspector.run), "r": self._mover(inspector.run),
            "c": self._mover(inspector.run),
            "to": lambda text: self._move(lambda: inspector.run_to(line=number(text))),
            "break": self._break, "b": self._break,
            "delete": self._delete, "d": self._delete,
            "list": self._list, "l": self._list,
            "bytecode": self._bytecode, "bc": self._bytecode,
            "where": self._where, "w": self._where,
            "regs": self._registers,
            "upvalues": self._upvalues, "up": self._upvalues,
            "globals": self._globals, "g": self._globals,
            "stack": self._stack, "bt": self._stack,
            "coroutines": self._coroutines, "co": self._coroutines,
            "frame": self._frame, "f": self._frame,
            "print": self._print, "p": self._print,
            "help": lambda text: say(HELP.rstrip()), "h": lambda text: say(HELP.rstrip()),
            "quit": self._quit, "q": self._quit,
        }  # fmt: skip

    # Moving on

    def _mover(self, action: Callable[[], Stop]) -> Callable[[str], None]:
        return lambda text: self._move(action)

    def _step(self, text: str) -> None:
        self._move(self.inspector.step, number(text) if text else 1)

    def _next(self, text: str) -> None:
        self._move(self.inspector.step_over, number(text) if text else 1)

    def _move(self, action: Callable[[], Stop], times: int = 1) -> None:
        if self.inspector.status != "halted":
            say(f"the program has {self.inspector.status}")
            return
        self.level = 0
        with pausable(self.inspector):
            for _ in range(times):
                stop = action()
                if stop.changes and action == self.inspector.step:
                    say("  ".join(map(register_text, stop.changes)))
                if stop.reason != "step":
                    break
        if stop.reason == "breakpoint":
            say(str(stop.breakpoint))
        elif stop.reason == "paused":
            say("interrupted")
        if stop.reason == "failed":
            sys.stdout.flush()
            write_error(f"{self.prefix}{_lua(self.inspector.traceback or '')}\n")
        say(overview(self.inspector))

    # Breakpoints

    def _break(self, text: str) -> None:
        if not text:
            for each in self.inspector.breakpoints:
                say(f"{each}, hit {each.hits} time{'' if each.hits == 1 else 's'}")
            if not self.inspector.breakpoints:
                say("no breakpoints")
        elif text.isdecimal():
            say(str(self.inspector.break_at(int(text))))
        else:
            say(str(self.inspector.break_in(text)))

    def _delete(self, text: str) -> None:
        self.inspector.clear(number(text) if text else None)

    # Looking

    def _list(self, text: str) -> None:
        here = self._here()
        line = number(text) if text else here.line if here is not None else None
        for each in source_text(self.inspector, line or 1, _AROUND):
            say(each)

    def _bytecode(self, text: str) -> None:
        for each in self.inspector.listing(self.level):
            say(instruction_line(each))

    def _where(self, text: str) -> None:
        here = self._here()
        if here is None or self.level == 0:
            say(overview(self.inspector))
            return
        say(str(here))
        for each in near(self.inspector.listing(self.level), 2):
            say(instruction_line(each))

    def _registers(self, text: str) -> None:
        for each in used(self.inspector.registers(self.level)):
            say(register_text(each))
        values = self.inspector.varargs(self.level)
        if values:
            say(f"... = {', '.join(map(str, values))}")

    def _upvalues(self, text: str) -> None:
        for each in self.inspector.upvalues(self.level):
            say(str(each))

    def _globals(self, text: str) -> None:
        for each in self.inspector.globals(all=text == "all"):
            say(str(each))

    def _stack(self, text: str) -> None:
        for each in stack_text(self.inspector.frames, self.level):
            say(each)

    def _coroutines(self, text: str) -> None:
        for each in self.inspector.coroutines():
            say(f"{each.identity}{' (main)' if each.is_main else ''} {each.status}")
            for line in stack_text(list(each.frames), -1):
                say(line)

    def _frame(self, text: str) -> None:
        level = number(text)
        self.inspector.frame(level)  # refuses a level that is not there
        self.level = level
        self._where("")

    def _print(self, text: str) -> None:
        try:
            with interruptible():
                shown = str(self.inspector.evaluate(text, self.level))
            if shown:
                say(shown)
        except KeyboardInterrupt:
            say("interrupted")

    def _quit(self, text: str) -> None:
        self._quits = True

    def _here(self) -> StackFrame | None:
        return self.inspector.frame(self.level) if self.inspector.pc is not None else None


def number(text: str) -> int:
    """Return the number that a command's argument is.

    Raises:
        ValueError: it is none.
    """
    if not text.isdecimal():
        raise ValueError(f"a number is needed, not '{text}'")
    return int(text)


def say(text: str) -> None:
    write_output(_lua(text) + "\n")


def _lua(text: str) -> str:
    return text.encode("utf-8", "replace").decode("latin-1")


@contextmanager
def pausable(inspector: Inspector) -> Iterator[None]:
    """Let an interrupt halt the program; a second one stops it where it is."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        inspector.pause()

    try:
        previous = signal.signal(signal.SIGINT, interrupt)
    except ValueError:  # not the main thread: signals are somebody else's
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def read_piped_line(prompt: str) -> str:
    """Read a command of standard input that is no terminal, and repeat it for a legible transcript."""
    write_output(prompt)
    line = sys.stdin.buffer.readline()
    if not line:
        raise EndOfInputError
    text = line.decode("utf-8", "replace").removesuffix("\n")
    say(text)
    return text


def read_terminal_line(prompt: str) -> str:
    with suppress(ImportError):
        import readline  # noqa: F401  # makes input() edit lines
    sys.stdout.flush()
    try:
        return input(prompt)
    except EOFError:
        raise EndOfInputError from None
