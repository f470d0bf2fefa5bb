"""What tests of several parts of Moonquakes share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from moonquakes.bytecode.proto import Proto
from moonquakes.vm import load
from moonquakes.vm.chunk_cache import CHUNKS


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the chunks that are compiled."""
    names: list[str] = []
    compile_chunk = load._compile

    def counted(source: str, chunk_name: str, kind: str) -> Proto:
        names.append(chunk_name)
        return compile_chunk(source, chunk_name, kind)

    monkeypatch.setattr(load, "_compile", counted)
    CHUNKS.clear()
    yield names
    CHUNKS.clear()
