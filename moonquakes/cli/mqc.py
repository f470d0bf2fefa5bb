"""``mqc``: the compiler as a program, with the options and messages of ``luac``.

It compiles, lists and writes chunks, and runs nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from moonquakes.cli.program import (
    lua_arguments,
    run,
    version_line,
    write_error,
    write_output,
)
from moonquakes.errors import LuaError

PROGRAM = "mqc"
DEFAULT_OUTPUT = PROGRAM + ".out"

USAGE = f"""\
usage: {PROGRAM} [options] [filenames]
Available options are:
  -l       list (use -l -l for full listing)
  -o name  output to file 'name' (default is "{DEFAULT_OUTPUT}")
  -p       parse only
  -s       strip debug information
  -v       show version information
  --       stop handling options
  -        stop handling options and process stdin
"""


class UsageError(Exception):
    """The arguments make no sense; the argument says why."""


@dataclass
class Options:
    """What the command line asks for; ``output`` is None for standard output."""

    listing: int = 0
    dumping: bool = True
    stripping: bool = False
    version: bool = False
    output: str | None = DEFAULT_OUTPUT
    files: list[str] = field(default_factory=list)


class _Input:
    """What reads a chunk where there is no Lua state."""

    def __init__(self) -> None:
        self.stdin = sys.stdin.buffer
        self.open_file: Callable[[bytes, str], Any] | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``mqc``, with the arguments of the process by default; return the exit status."""
    return run(PROGRAM, lambda: _main(lua_arguments(arguments)))


def _main(arguments: list[str]) -> int:
    try:
        options = parse_options(arguments)
    except UsageError as error:
        write_error(f"{PROGRAM}: {error}\n{USAGE}")
        return 1
    if options.version:
        write_output(version_line() + "\n")
        if all(argument == "-v" for argument in arguments):
            return 0
    if not options.files:
        write_error(f"{PROGRAM}: no input files given\n{USAGE}")
        return 1
    try:
        _compile(options)
    except LuaError as error:
        write_error(f"{PROGRAM}: {error.value}\n")
        return 1
    return 0


def parse_options(arguments: list[str]) -> Options:
    """Read the command line.

    Raises:
        UsageError: an option is unknown or lacks its argument.
    """
    options = Options()
    rest = iter(arguments)
    for argument in rest:
        if argument[:1] != "-" or argument == "-":
            options.files = [argument, *rest]
        elif argument == "--":
            options.files = list(rest)
        elif argument == "-l":
            options.listing += 1
        elif argument == "-o":
            name = next(rest, "")
            if not name or (name[0] == "-" and name != "-"):
                raise UsageError("'-o' needs argument")
            options.output = None if name == "-" else name
        elif argument == "-p":
            options.dumping = False
        elif argument == "-s":
            options.stripping = True
        elif argument == "-v":
            options.version = True
        else:
            raise UsageError(f"unrecognized option '{argument}'")
    if not options.files and (options.listing or not options.dumping):
        # As luac: without files, the last output is listed.
        options.dumping = False
        options.files = [DEFAULT_OUTPUT]
    return options


def _compile(options: Options) -> None:
    # Imported late: -v and a wrong option need no compiler.
    from moonquakes.bytecode.dump import dump
    from moonquakes.bytecode.listing import listing
    from moonquakes.bytecode.proto import Proto
    from moonquakes.bytecode.verify import load_binary
    from moonquakes.compiler import compile_source
    from moonquakes.stdlib.files import read_source

    def load(name: str) -> Proto:
        text, chunk_name = read_source(_Input(), None if name == "-" else name)
        if text[:1] == "\x1b":
            return load_binary(text.encode("latin-1"), chunk_name)
        return compile_source(text, chunk_name)

    protos = [load(name) for name in options.files]
    proto = protos[0]
    if len(protos) > 1:
        proto = compile_source("(function() end)();" * len(protos), f"=({PROGRAM})")
        for each in protos:
            # Each file was a main chunk, whose _ENV came from outside; here it comes from this one.
            if each.upvalues:
                each.upvalues[0].in_stack = False
        proto.protos = protos
    if options.listing:
        write_output(listing(proto, full=options.listing > 1))
    if options.dumping:
        _write(options.output, dump(proto, options.stripping))


def _write(name: str | None, data: bytes) -> None:
    from moonquakes.stdlib.files import error_text, file_name

    if name is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        with open(file_name(name), "wb") as file:
            file.write(data)
    except OSError as error:
        raise LuaError(f"cannot open {name}: {error_text(error)}") from None


if __name__ == "__main__":
    sys.exit(main())
