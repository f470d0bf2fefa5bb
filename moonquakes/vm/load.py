"""From source text or a binary chunk to a Proto."""

from __future__ import annotations

from moonquakes.bytecode.proto import Proto
from moonquakes.errors import LuaSyntaxError
from moonquakes.vm.chunk_cache import CHUNKS, Store


def load_chunk(
    source: str,
    chunk_name: str,
    mode: str = "bt",
    store: Store | None = None,
    engine: str = "",
    *,
    keeps: bool = True,
) -> Proto:
    """Compile text, or read and verify a binary chunk (which starts with ESC), unless it was before.

    ``keeps`` is whether it is kept for the next time.

    Raises:
        LuaSyntaxError: it is malformed, or of a kind that ``mode`` does not allow.
    """
    kind = "binary" if source[:1] == "\x1b" else "text"
    if kind[0] not in mode:
        raise LuaSyntaxError(f"attempt to load a {kind} chunk (mode is '{mode}')")
    proto = CHUNKS.find(source, chunk_name)
    if proto is not None:
        return proto
    if store is not None:
        proto = store.find(source, chunk_name, engine)
    if proto is None:
        proto = _compile(source, chunk_name, kind)
    if keeps:
        CHUNKS.keep(source, chunk_name, proto)
    return proto


def _compile(source: str, chunk_name: str, kind: str) -> Proto:
    if kind == "text":
        from moonquakes.compiler import compile_source  # a program whose chunks are kept starts without it

        return compile_source(source, chunk_name)
    from moonquakes.bytecode.verify import load_binary  # a program of text starts without it

    return load_binary(source.encode("latin-1"), chunk_name)
