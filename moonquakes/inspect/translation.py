"""How does a chunk read as the Python that the fast engine runs?  Shows it beside the bytecode's offsets.

It shows what :mod:`moonquakes.vm.fast` writes, and must not change it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from moonquakes.bytecode.proto import Proto, chunk_id
from moonquakes.vm.fast.chunk import ChunkCode, Translation, translate

_HEADER: Final = """\
# {name} as Python, which is what the fast engine runs.
# Left of a line stands the instruction it does the work of, numbered as in `mqc -l`, and [its line].
# False and True stand for Lua's false and true, ... for Python's tuple: the compiled code has those
# in their place.
# After `except E` comes what does the whole operation where the likely case does not hold. S[n] is
# a slow path, listed at the end; the first argument of most functions in there is the instruction,
# counted from 0.
"""


def python_listing(proto: Proto) -> str:
    """Return the Python text of a main function and all functions in it, the same for the same chunk.

    Raises:
        Untranslatable: the fast engine leaves the chunk to the VM; the argument says why.
    """
    chunk = translate(proto)
    parts = [chunk, *(piece.chunk for piece in chunk.pieces)]
    rows = [row for part in parts for row in _rows(part, chunk.translations)]
    width = max(len(place) for place, _ in rows)
    lines = [f"{place:<{width}}  {text}".rstrip() for place, text in rows]
    if chunk.sites:
        lines += ["", "# Slow paths"]
        lines += [f"S[{n}]({', '.join(names)}): {text}" for n, (names, text, _) in enumerate(chunk.sites)]
    return _HEADER.format(name=chunk_id(proto.source)) + "\n" + "\n".join(lines) + "\n"


def _rows(chunk: ChunkCode, translations: list[Translation]) -> Iterator[tuple[str, str]]:
    """Yield what stands left of each line, and the line."""
    starts = {
        translation.code.co_firstlineno: translation.proto
        for translation in translations
        if translation.chunk is chunk
    }
    #: The functions around a line, each with its indentation.
    around: list[tuple[int, Proto]] = []
    for number, text in enumerate(chunk.text.rstrip("\n").split("\n"), 1):
        code = text.lstrip(" ")
        depth = len(text) - len(code)
        while around and depth <= around[-1][0]:
            around.pop()
        shown = "  " * depth + code
        pc = chunk.lines[number]
        if number in starts:
            proto = starts[number]
            around.append((depth, proto))
            yield "", f"{'  ' * depth}# {_title(proto)}"
            yield "", shown
        elif pc >= 0 and around:
            proto = around[-1][1]
            line = proto.line_at(pc)
            yield f"{pc + 1:>5} [{line if line > 0 else '-'}]", shown
        else:
            yield "", shown


def _title(proto: Proto) -> str:
    if proto.line_defined == 0:
        return "main chunk"
    return f"function <{chunk_id(proto.source)}:{proto.line_defined},{proto.last_line_defined}>"
