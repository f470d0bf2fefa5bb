"""From syntax trees to the register bytecode of Lua 5.4.

The code is the reference compiler's, instruction for instruction: chunks can be
exchanged with it, and messages find the names of variables in the same places.
"""

from __future__ import annotations

from moonquakes.bytecode.proto import Proto
from moonquakes.compiler.depth import deeper_recursion
from moonquakes.compiler.functions import compile_body
from moonquakes.compiler.limits import RefusedError
from moonquakes.parser import ast, parse
from moonquakes.parser.errors import FaultError

__all__ = ["compile_chunk", "compile_source"]


def compile_chunk(chunk: ast.Chunk) -> Proto:
    """Compile the syntax tree of a chunk.

    Raises LuaSyntaxError; a tree does not tell which token comes next, so the message
    may lack it (:func:`compile_source` gives the reference's).
    """
    try:
        return compile_body(chunk)
    except RecursionError:
        with deeper_recursion():
            return compile_body(chunk)


def compile_source(source: str, chunk_name: str) -> Proto:
    """Parse and compile a source text (latin-1); raises LuaSyntaxError with the reference's message."""
    try:
        chunk = parse(source, chunk_name)
    except FaultError as error:
        from moonquakes.compiler.location import earlier_refusal

        with deeper_recursion():
            raise earlier_refusal(source, chunk_name, error) or error.without_token() from None
    try:
        return compile_chunk(chunk)
    except RefusedError as error:
        from moonquakes.compiler.location import locate

        with deeper_recursion():
            raise locate(source, error) from None
