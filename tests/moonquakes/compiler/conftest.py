"""The reference compiler, as a fixture."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lupa.lua54 import LuaRuntime

from moonquakes.bytecode.dump import undump
from moonquakes.bytecode.listing import listing
from moonquakes.bytecode.proto import Proto
from moonquakes.compiler import compile_source
from moonquakes.errors import LuaSyntaxError


def anatomy(proto: Proto) -> object:
    """Return all there is in a Proto in a form that ``==`` compares."""
    return {
        "function": (proto.line_defined, proto.last_line_defined, proto.num_params, proto.is_vararg),
        "stack": proto.max_stack_size,
        "constants": [(type(value).__name__, repr(value)) for value in proto.constants],
        "upvalues": [(up.name, up.in_stack, up.index, up.kind) for up in proto.upvalues],
        "code": listing(proto).splitlines(),
        "words": proto.code,
        "lines": proto.lines,
        "locals": [(v.name, v.start_pc, v.end_pc) for v in proto.local_variables],
        "protos": [anatomy(inner) for inner in proto.protos],
    }


def ours(source: str) -> object:
    """Return what we make of a program: a Proto's anatomy or a message."""
    try:
        return anatomy(compile_source(source, "=x"))
    except LuaSyntaxError as error:
        return error.value


@pytest.fixture(scope="session")
def reference() -> Callable[[str], object]:
    """Return a function that gives what the reference makes of a program, like :func:`ours`."""
    dump = LuaRuntime(encoding="latin-1").eval(
        "function(s) local f, message = load(s, '=x') return f and string.dump(f) or message end"
    )

    def compile_there(source: str) -> object:
        result: str = dump(source)
        return anatomy(undump(result.encode("latin-1"), "=x")) if result.startswith("\x1bLua") else result

    return compile_there


@pytest.fixture(scope="session")
def assert_same(reference: Callable[[str], object]) -> Callable[[str], None]:
    """Return a function that compares what we make of a program with what the reference does."""

    def compare(source: str) -> None:
        assert ours(source) == reference(source), source

    return compare
