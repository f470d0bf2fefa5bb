"""From source text or a binary chunk to a Proto."""

from __future__ import annotations

from moonquakes.bytecode.proto import Proto
from moonquakes.compiler import compile_source
from moonquakes.errors import LuaSyntaxError


def load_chunk(source: str, chunk_name: str, mode: str = "bt") -> Proto:
    """Compile text, or read and verify a binary chunk (which starts with ESC).

    Raises:
        LuaSyntaxError: it is malformed, or of a kind that ``mode`` does not allow.
    """
    kind = "binary" if source[:1] == "\x1b" else "text"
    if kind[0] not in mode:
        raise LuaSyntaxError(f"attempt to load a {kind} chunk (mode is '{mode}')")
    if kind == "text":
        return compile_source(source, chunk_name)
    from moonquakes.bytecode.verify import load_binary  # a program of text starts without it

    return load_binary(source.encode("latin-1"), chunk_name)
