"""``moonquakes``: runs Lua programs, with the options and messages of ``lua`` (see ``man lua``).

Start-up time counts here: what is not always needed is imported where it is needed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from moonquakes.cli.program import (
    called_name,
    lua_arguments,
    run,
    version_line,
    write_error,
    write_output,
)
from moonquakes.cli.pypy import tune, untraced
from moonquakes.vm.stack_room import with_stack_room

if TYPE_CHECKING:
    from moonquakes.cli.session import Session
    from moonquakes.vm.engine import Engine
    from moonquakes.vm.limits import Limits
    from moonquakes.vm.table import Table

PROGRAM = "moonquakes"

USAGE = f"""\
usage: {PROGRAM} [options] [script [args]]
Available options are:
  -e stat   execute string 'stat'
  -i        enter interactive mode after executing 'script'
  -l mod    require library 'mod' into global 'mod'
  -l g=mod  require library 'mod' into global 'g'
  -v        show version information
  -E        ignore environment variables
  -W        turn warnings on
  --engine name   run on engine 'vm' or 'fast' (default: $MOONQUAKES_ENGINE, or fast)
  --engine-report say at the end what ran on the VM all the same, and why
  --fuel n  stop after 'n' instructions
  --timeout s     stop after 's' seconds
  --memory n      stop when more than 'n' bytes are alive
  --py      show the Python that 'script' or 'stat' becomes, and run nothing
  --trace[=file]  write each instruction that runs to standard error, or to 'file'
  --step    run 'script' step by step: type 'help' at its prompt
  --        stop handling options
  -         stop handling options and execute stdin
"""

#: Environment variables that hold a chunk to run first, the more special one before the other.
INIT_VARIABLES = ("LUA_INIT_5_4", "LUA_INIT")


class UsageError(Exception):
    """The arguments make no sense; the argument says why."""


class Options:
    """What the command line asks for.

    Attributes:
        actions: ``("e", statement)``, ``("l", module)`` and ``("W", "")`` in their order.
        script: index of the script's name among the arguments, or None.
        script_is_file: whether a script named ``-`` is a file and not standard input.
        trace: file to write a trace to, empty for standard error; None for no trace.
        step: whether the script runs step by step.
        engine: the engine to run on, None for the default one.
        engine_report: whether to say what ran on the VM.
        fuel, timeout, memory: limits of what runs, None for none.
        py: whether to show the Python of the chunks instead of running them.
    """

    def __init__(self) -> None:
        self.actions: list[tuple[str, str]] = []
        self.interactive = False
        self.version = False
        self.ignore_environment = False
        self.script: int | None = None
        self.script_is_file = False
        self.trace: str | None = None
        self.step = False
        self.engine: str | None = None
        self.engine_report = False
        self.fuel: int | None = None
        self.timeout: float | None = None
        self.memory: int | None = None
        self.py = False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``moonquakes``, with the arguments of the process by default; return the exit status."""
    program = called_name(PROGRAM) if arguments is None else PROGRAM
    if arguments is None:
        tune()
    return run(program, lambda: with_stack_room(lambda: _main(program, lua_arguments(arguments))))


def parse_options(arguments: list[str]) -> Options:
    """Read the command line up to the script.

    Raises:
        UsageError: an option is unknown or lacks its argument.
    """
    options = Options()
    index = 0
    while index < len(arguments):
        argument = arguments[index]
        if argument[:1] != "-" or argument == "-":
            options.script = index
            break
        if argument == "--":
            if index + 1 < len(arguments):
                options.script = index + 1
                options.script_is_file = True
            break
        letter = argument[1]
        if argument[:2] == "--":
            index = _read_long_option(options, arguments, index)
        elif letter in "el":
            value = argument[2:]
            if not value:
                index += 1
                value = arguments[index] if index < len(arguments) else "-"
                if value[:1] == "-":
                    raise UsageError(f"'{argument}' needs argument")
            options.actions.append((letter, value))
        elif argument == "-E":
            options.ignore_environment = True
        elif argument == "-W":
            options.actions.append(("W", ""))
        elif argument in ("-i", "-v"):
            options.version = True
            options.interactive = options.interactive or argument == "-i"
        else:
            raise UsageError(f"unrecognized option '{argument}'")
        index += 1
    _check(options, arguments)
    return options


def _read_long_option(options: Options, arguments: list[str], index: int) -> int:
    """Read the option at ``index``; return the index of what it ends with."""
    argument = arguments[index]
    name, equals, value = argument.partition("=")
    if name == "--trace":
        options.trace = value
    elif name in ("--engine", "--fuel", "--timeout", "--memory"):
        if not equals:
            index += 1
            value = arguments[index] if index < len(arguments) else ""
        if value[:1] in ("", "-"):
            raise UsageError(f"'{name}' needs argument")
        if name == "--engine":
            options.engine = value
        else:
            _read_limit(options, name, value)
    elif argument == "--step":
        options.step = True
    elif argument == "--engine-report":
        options.engine_report = True
    elif argument == "--py":
        options.py = True
    else:
        raise UsageError(f"unrecognized option '{argument}'")
    return index


def _read_limit(options: Options, name: str, value: str) -> None:
    try:
        if name == "--timeout":
            options.timeout = float(value)
            if not 0 <= options.timeout < float("inf"):
                raise ValueError
        elif name == "--fuel":
            options.fuel = int(value)
        else:
            options.memory = int(value)
    except ValueError:
        raise UsageError(f"'{name}' needs a number, not '{value}'") from None


def _limits(options: Options) -> Limits | None:
    """Return the limits that the options ask for, None when there are none."""
    if options.fuel is None and options.timeout is None and options.memory is None:
        return None
    from moonquakes.vm.limits import Limits

    return Limits(options.fuel, options.memory, options.timeout)


def _check(options: Options, arguments: list[str]) -> None:
    """Refuse options that do not go together."""
    if options.step and (options.script is None or arguments[options.script] == "-"):
        raise UsageError("'--step' needs a script")
    watching = "--step" if options.step else "--trace" if options.trace is not None else ""
    if options.py:
        other = watching or ("-i" if options.interactive else "")
        if other:
            raise UsageError(f"'--py' runs nothing and does not go with '{other}'")
        if options.script is None and not any(letter == "e" for letter, _ in options.actions):
            raise UsageError("'--py' needs a script")
    if watching and options.engine == "fast":
        raise UsageError(f"'{watching}' needs engine 'vm'")


def _engine(options: Options) -> Engine:
    """Return the engine to run on; what is looked at instruction by instruction runs on the VM.

    Raises:
        UsageError: the option or the environment variable names none.
    """
    from moonquakes.vm.engine import chosen_engine

    try:
        engine = chosen_engine(options.engine)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return "vm" if options.step or options.trace is not None else engine


def _main(program: str, arguments: list[str]) -> int:
    try:
        options = parse_options(arguments)
        engine = _engine(options)
    except UsageError as error:
        write_error(f"{program}: {error}\n{USAGE}")
        return 1
    if options.version:
        write_output(version_line() + "\n")

    with untraced():
        from moonquakes.cli.session import Session

        session = Session(program, options.ignore_environment, engine, _limits(options))
    if options.py:
        return _show_python(session, arguments, options)
    session.state.globals.set("arg", argument_table(program, arguments, options.script))
    try:
        status = _start(session, arguments, options)
        session.close()
    finally:
        if options.engine_report:
            write_error(f"{session.prefix}{session.state.report}\n")
    return status


def _show_python(session: Session, arguments: list[str], options: Options) -> int:
    """Print the Python of what the options would run."""
    from moonquakes.cli.python_text import show_file, show_text

    shown = [show_text(session, text, "=(command line)") for letter, text in options.actions if letter == "e"]
    if options.script is not None:
        name = arguments[options.script]
        shown.append(show_file(session, None if name == "-" and not options.script_is_file else name))
    return 0 if all(shown) else 1


def _start(session: Session, arguments: list[str], options: Options) -> int:
    """Prepare the session, with a trace when one is wanted, and run it."""
    if not options.ignore_environment and not _run_init(session):
        return 1
    if options.trace is None:
        return _run(session, arguments, options)

    from moonquakes.cli.trace import tracing

    with tracing(session.state, options.trace):
        return _run(session, arguments, options)


def _run(session: Session, arguments: list[str], options: Options) -> int:
    """Do what the options ask for after the start, in their order."""
    if not all(_act(session, letter, value) for letter, value in options.actions):
        return 1
    if options.step:
        return _step_script(session, arguments, options)
    if options.script is not None and not _run_script(session, arguments[options.script], options):
        return 1
    executes = any(letter == "e" for letter, _ in options.actions)
    if options.interactive:
        _interact(session)
    elif options.script is None and not executes and not options.version:
        if sys.stdin.isatty():
            write_output(version_line() + "\n")
            _interact(session)
        elif not session.execute(session.load_file(None)):
            # The reference ends with status 0 here, which hides the failure from the shell.
            return 1
    return 0


def argument_table(program: str, arguments: list[str], script: int | None) -> Table:
    """Return the global ``arg``: the script at 0, its arguments from 1, what stood before below 0."""
    from moonquakes.vm.table import new_table  # a program that only prints its version needs none

    at_zero = 0 if script is None else script + 1
    table = new_table()
    for index, argument in enumerate([program, *arguments]):
        table.set(index - at_zero, argument)
    return table


def _run_init(session: Session) -> bool:
    for name in INIT_VARIABLES:
        value = os.environb.get(name.encode()) if os.supports_bytes_environ else None
        if value is not None:
            text = value.decode("latin-1")
            if text[:1] == "@":
                return session.execute(session.load_file(text[1:]))
            return session.execute(session.load(text, f"={name}"))
    return True


def _act(session: Session, letter: str, value: str) -> bool:
    if letter == "e":
        return session.execute(session.load(value, "=(command line)"))
    if letter == "l":
        return _require(session, value)
    session.call(session.state.globals.get("warn"), ["@on"])
    return True


def _require(session: Session, value: str) -> bool:
    """``-l mod`` or ``-l g=mod``; without a name for the global, what follows a ``-`` is a version."""
    name, equals, module = value.partition("=")
    if not equals:
        name, module = value.partition("-")[0], value
    ok, values = session.call(session.state.globals.get("require"), [module])
    if ok:
        session.state.globals.set(name, values[0] if values else None)
    return ok


def _run_script(session: Session, name: str, options: Options) -> bool:
    """Run the script with the arguments that are in the global ``arg`` by now."""
    from moonquakes.vm.table import Table

    function = session.load_file(None if name == "-" and not options.script_is_file else name)
    if function is None:
        return False
    table = session.state.globals.get("arg")
    if type(table) is not Table:
        session.report("'arg' is not a table")
        return False
    return session.execute(function, [table.get(index) for index in range(1, table.length() + 1)])


def _step_script(session: Session, arguments: list[str], options: Options) -> int:
    from moonquakes.cli.stepper import step_file

    assert options.script is not None
    return step_file(session, arguments[options.script], arguments[options.script + 1 :])


def _interact(session: Session) -> None:
    from moonquakes.cli.repl import Repl

    Repl(session).run()


if __name__ == "__main__":
    sys.exit(main())
