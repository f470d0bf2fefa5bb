"""The io library (§6.8): what Lua calls; the files themselves are in :mod:`moonquakes.stdlib.streams`."""

from __future__ import annotations

import errno
import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from moonquakes.errors import ArgumentError, LuaError, PendingError
from moonquakes.numbers import format_float
from moonquakes.stdlib.arguments import (
    check_integer,
    check_option,
    check_string,
    optional_integer,
    optional_string,
    type_error,
)
from moonquakes.stdlib.files import error_text, failure, file_name
from moonquakes.stdlib.streams import (
    LuaFile,
    ProcessFile,
    StandardFile,
    flush_all,
    open_file,
    show_prompt,
    standard_file,
)
from moonquakes.values import TRUE, LuaResults, LuaValue, Userdata, pack_results
from moonquakes.vm.operations import address
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

_ABSENT: Final = object()
_MODE: Final = re.compile(r"[rwa]\+?b*")
_WHENCE: Final = {"set": io.SEEK_SET, "cur": io.SEEK_CUR, "end": io.SEEK_END}
#: How many formats ``lines`` takes.
_MAX_FORMATS: Final = 250


def open_io(state: State) -> Table:
    """Return the library's table; the metatable of files goes into the registry."""
    metatable = _file_metatable(state)
    state.registry.set("FILE*", metatable)
    standard = {name: standard_file(state, name) for name in ("stdin", "stdout", "stderr")}
    for handle in standard.values():
        handle.metatable = metatable
    defaults = {"input": standard["stdin"], "output": standard["stdout"]}
    return Table.from_fields(
        standard | _opening_functions(state, metatable) | _default_functions(state, metatable, defaults)
    )


def handle_of(value: LuaValue) -> LuaFile:
    """Return the file of a handle, open or closed."""
    file = value.value if type(value) is Userdata else None
    if isinstance(file, LuaFile):
        return file
    raise ArgumentError.wrong_type(1, "FILE*", value)


def open_handle(value: LuaValue) -> LuaFile:
    """Return the file of a handle, which must be open."""
    file = handle_of(value)
    if not file.is_open:
        raise PendingError("attempt to use a closed file")
    return file


# Reading and writing, for files and for the default ones


def _read(state: State, file: LuaFile, formats: Sequence[LuaValue], position: int) -> LuaResults:
    """Read by formats; ``position`` is the first one's number among the arguments."""
    if type(file) is StandardFile:
        show_prompt(state)
    try:
        if not formats:
            return file.read_line(False)
        results: list[LuaValue] = []
        for number, form in enumerate(formats, position):
            results.append(_read_one(file, form, number))
            if results[-1] is None:
                break
        return pack_results(tuple(results))
    except OSError as error:
        return failure(error)


def _read_one(file: LuaFile, form: LuaValue, position: int) -> LuaValue:
    if type(form) is int or type(form) is float:
        count = check_integer(position, form)
        if count < 0:
            raise LuaError("not enough memory")  # C takes it as an enormous size
        return file.read_characters(count)
    letter = check_string(position, form).removeprefix("*")[:1]
    if letter == "l":
        return file.read_line(False)
    if letter == "n":
        return file.read_number()
    if letter == "a":
        return file.read_all()
    if letter == "L":
        return file.read_line(True)
    raise ArgumentError(position, "invalid format")


def _write(handle: Userdata, file: LuaFile, values: Sequence[LuaValue], position: int) -> LuaResults:
    pieces = []
    try:
        for number, value in enumerate(values, position):
            if type(value) is str:
                pieces.append(value)
            elif type(value) is int:
                pieces.append(str(value))
            elif type(value) is float:
                pieces.append(f"{value:.14g}" if value == value else format_float(value))
            else:
                file.write("".join(pieces))
                type_error(number, "string", value)
        file.write("".join(pieces))
    except OSError as error:
        return failure(error)
    return handle


def _lines(
    state: State, file: LuaFile, formats: tuple[LuaValue, ...], closes: bool
) -> Callable[..., LuaResults]:
    """Return the iterator of ``lines``."""
    if len(formats) > _MAX_FORMATS:
        raise ArgumentError(_MAX_FORMATS + 2, "too many arguments")

    def read_next(*_: LuaValue) -> LuaResults:
        if not file.is_open:
            raise PendingError("file is already closed")
        results = _read(state, file, formats, 2)
        if type(results) is tuple and results[0] is None:
            raise PendingError(results[1])
        if results is None:
            if closes:
                file.close()
            return ()
        return results

    return read_next


def _flush(file: LuaFile) -> LuaResults:
    try:
        file.stream.flush()
    except OSError as error:
        return failure(error)
    return TRUE


# Methods of files


def _file_metatable(state: State) -> Table:
    def read(file: LuaValue = None, *formats: LuaValue) -> LuaResults:
        return _read(state, open_handle(file), formats, 2)

    def lines(file: LuaValue = None, *formats: LuaValue) -> LuaResults:
        return _lines(state, open_handle(file), formats, closes=False)

    methods = Table.from_fields(
        {
            "close": close_file,
            "flush": flush_file,
            "lines": lines,
            "read": read,
            "seek": seek,
            "setvbuf": setvbuf,
            "write": write,
        }
    )
    return Table.from_fields(
        {
            "__name": "FILE*",
            "__index": methods,
            "__gc": collect,
            "__close": collect,
            "__tostring": describe,
        }
    )


def write(file: LuaValue = None, *values: LuaValue) -> LuaResults:
    # The file is argument 1 of the method.
    return _write(file, open_handle(file), values, 2)


def close_file(file: LuaValue = None, *_: LuaValue) -> LuaResults:
    return open_handle(file).close()


def flush_file(file: LuaValue = None, *_: LuaValue) -> LuaResults:
    return _flush(open_handle(file))


def seek(file: LuaValue = None, whence: LuaValue = None, offset: LuaValue = None, *_: LuaValue) -> LuaResults:
    stream = open_handle(file).stream
    origin = check_option(2, whence, tuple(_WHENCE), "cur")
    distance = optional_integer(3, offset, 0)
    try:
        return stream.seek(distance, _WHENCE[origin])
    except io.UnsupportedOperation:
        return failure(OSError(errno.ESPIPE, ""))
    except OSError as error:
        return failure(error)
    except (ValueError, OverflowError):  # a stream of the host's before its beginning
        return failure(OSError(errno.EINVAL, ""))


def setvbuf(file: LuaValue = None, mode: LuaValue = None, size: LuaValue = None, *_: LuaValue) -> LuaResults:
    target = open_handle(file)
    buffering = check_option(2, mode, ("no", "full", "line"))
    optional_integer(3, size, 0)
    if type(target) is StandardFile:
        target.chosen = True
    target.buffering = buffering
    return TRUE


def collect(file: LuaValue = None, *_: LuaValue) -> LuaResults:
    """Close a file that is forgotten, or left by its ``<close>`` variable."""
    target = handle_of(file)
    if target.is_open:
        target.close()
    return ()


def describe(file: LuaValue = None, *_: LuaValue) -> LuaResults:
    target = handle_of(file)
    return f"file ({address(target)})" if target.is_open else "file (closed)"


# Functions of the library


def _opening_functions(state: State, metatable: Table) -> dict[str, LuaValue]:
    """Return the functions that do not touch the default files."""

    def lua_open(filename: LuaValue = None, mode: LuaValue = None, *_: LuaValue) -> LuaResults:
        name = check_string(1, filename)
        mode_text = optional_string(2, mode, "r")
        if not _MODE.fullmatch(mode_text):
            raise ArgumentError(2, "invalid mode")
        try:
            return Userdata((state.open_file or open_file)(file_name(name), mode_text), metatable)
        except OSError as error:
            return failure(error, name)

    def popen(prog: LuaValue = None, mode: LuaValue = None, *_: LuaValue) -> LuaResults:
        command = check_string(1, prog)
        mode_text = optional_string(2, mode, "r")
        if mode_text not in ("r", "w"):
            raise ArgumentError(2, "invalid mode")
        import subprocess  # slow to import, seldom needed

        flush_all(state)
        pipe = {"stdout" if mode_text == "r" else "stdin": subprocess.PIPE}
        try:
            process = subprocess.Popen(["/bin/sh", "-c", file_name(command)], **pipe)  # type: ignore[call-overload]  # one of two keywords
        except OSError as error:
            return failure(error, command)
        stream = process.stdout if mode_text == "r" else process.stdin
        return Userdata(ProcessFile(stream, process), metatable)

    def tmpfile(*_: LuaValue) -> LuaResults:
        import tempfile  # slow to import, seldom needed

        try:
            return Userdata(LuaFile(tempfile.TemporaryFile()), metatable)  # Lua closes it
        except OSError as error:
            return failure(error)

    return {"open": lua_open, "popen": popen, "tmpfile": tmpfile, "type": file_type}


def file_type(obj: LuaValue = _ABSENT, *_: LuaValue) -> LuaResults:
    if obj is _ABSENT:
        raise ArgumentError(1, "value expected")
    file = obj.value if type(obj) is Userdata else None
    if not isinstance(file, LuaFile):
        return None
    return "file" if file.is_open else "closed file"


def _default_functions(state: State, metatable: Table, defaults: dict[str, Userdata]) -> dict[str, LuaValue]:
    """Return the functions on the default input and output, which are in ``defaults``."""

    def default_file(role: str) -> LuaFile:
        file = defaults[role].value
        assert isinstance(file, LuaFile)
        if not file.is_open:
            raise PendingError(f"default {role} file is closed")
        return file

    def open_or_fail(name: str, mode: str) -> Userdata:
        try:
            return Userdata((state.open_file or open_file)(file_name(name), mode), metatable)
        except OSError as error:
            raise PendingError(f"cannot open file '{name}' ({error_text(error)})") from None

    def make_default(role: str, mode: str) -> Callable[..., LuaResults]:
        def set_default(file: LuaValue = None, *_: LuaValue) -> LuaResults:
            if type(file) is str or type(file) is int or type(file) is float:
                defaults[role] = open_or_fail(check_string(1, file), mode)
            elif file is not None:
                open_handle(file)
                defaults[role] = file
            return defaults[role]

        return set_default

    def close(file: LuaValue = None, *_: LuaValue) -> LuaResults:
        return open_handle(defaults["output"] if file is None else file).close()

    def flush(*_: LuaValue) -> LuaResults:
        return _flush(default_file("output"))

    def read(*formats: LuaValue) -> LuaResults:
        return _read(state, default_file("input"), formats, 1)

    def write_default(*values: LuaValue) -> LuaResults:
        return _write(defaults["output"], default_file("output"), values, 1)

    def lines(filename: LuaValue = None, *formats: LuaValue) -> LuaResults:
        if filename is None:
            return _lines(state, open_handle(defaults["input"]), formats, closes=False)
        name = check_string(1, filename)
        handle = open_or_fail(name, "r")
        iterator = _lines(state, open_handle(handle), formats, closes=True)
        # The fourth value closes the file when the loop is left early (§3.3.5).
        return iterator, None, None, handle

    return {
        "close": close,
        "flush": flush,
        "input": make_default("input", "r"),
        "lines": lines,
        "output": make_default("output", "w"),
        "read": read,
        "write": write_default,
    }
