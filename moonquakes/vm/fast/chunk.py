"""How does a chunk become Python code objects?  All its functions are written and compiled together.

Nested functions are nested in the Python text, so that a variable shared with a closure is
Python's own.  The code object of each Lua function refers to a :class:`Translation` with its
last constant, and gets the real objects in place of the constants that stand for them.
"""

from __future__ import annotations

import gc
import re
import sys
from _thread import allocate_lock
from types import CellType, CodeType, FunctionType
from typing import Any, Final

from moonquakes.bytecode.charges import Charges, charges
from moonquakes.bytecode.proto import Proto
from moonquakes.values import FALSE, TRUE
from moonquakes.vm.fast.analysis import ANY, INT, Analysis, Variable
from moonquakes.vm.fast.bounds import find_ranges
from moonquakes.vm.fast.boxes import BoxCell, CellBox
from moonquakes.vm.fast.counting import Variant, slice_names
from moonquakes.vm.fast.guesses import guess
from moonquakes.vm.fast.kinds import find_kinds
from moonquakes.vm.fast.planner import Planner
from moonquakes.vm.fast.recursion import may_recurse
from moonquakes.vm.fast.results import find_functions
from moonquakes.vm.fast.translator import Translator, Unstructured, Untranslatable
from moonquakes.vm.fast.writer import Plan
from moonquakes.vm.fresh import ENTRY
from moonquakes.vm.functions import TranslatedFunction, TranslatedLink

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_]")
#: How many levels of indentation Python allows.
_MAX_LEVELS: Final = 100
_SPACES: Final = [" " * i for i in range(_MAX_LEVELS)]
#: With more, an inner function is compiled apart.
_MOST_LEVELS: Final = 60
_PAUSES_COLLECTOR: Final = sys.implementation.name == "cpython"
#: Held while a chunk is translated, which states of several threads may share.
TRANSLATING: Final = allocate_lock()


#: Bytes that Python's compiler takes for a character while it works, and how many limits of memory that
#: may be.
_COMPILING_SIZE: Final = 105
_MOST_TIMES: Final = 2


class TooLarge(Untranslatable):
    """The function runs on the VM in states that may use so little memory."""


class Translation(TranslatedFunction):
    """What is known about the Python code of one Lua function.

    Attributes:
        proto: the function it does the work of.
        code: the code object.
        lines: pc (from 0) of each line of the chunk's text.
        positions: for each upvalue its place in the closure, or -1 when the code has no use for it.
        boxed: for each upvalue whether its cell holds a list of one with the value.
        variables: Python name, register, first and last pc of the local variables, and whether boxed.
        chunk: the whole chunk.
        later: the names that the code reads later, by line; None until the collector asks.
        alive: the names that are in use, by line, as far as the collector asked.
        relied: for each upvalue the kind and bounds that the code relies on, or None; empty for none at all.
        order: of a twin: for each of its free variables the place in its function's closure, or -1.
        is_short: see :mod:`moonquakes.vm.fast.entry`; None before a host called it.
    """

    __slots__ = (
        "alive", "boxed", "chunk", "code", "is_short", "later", "names", "order", "positions",
        "relied", "twin", "variables",
    )  # fmt: skip

    def __init__(
        self, chunk: ChunkCode, proto: Proto, names: list[tuple[str, bool, bool]], variables: list[Any]
    ) -> None:
        self.chunk = chunk
        self.proto = proto
        self.variables = variables
        self.names = [name for name, _, _ in names]
        self.boxed = [is_boxed for _, is_boxed, _ in names]
        self.positions: list[int] = []
        self.twin: Translation | None = None
        self.later: dict[int, frozenset[str]] | None = None
        self.relied: list[tuple[int, int, int] | None] = []
        self.alive: dict[int, tuple[list[str], list[str]]] = {}
        self.order: tuple[int, ...] | None = None
        self.is_short: bool | None = None
        self.code: CodeType = None  # type: ignore[assignment]  # set when the chunk is compiled

    def cells_of(self, function: FunctionType) -> tuple[Any, ...]:
        closure = function.__closure__ or ()
        cells: list[Any] = []
        for position, is_boxed in zip(self.positions, self.boxed, strict=True):
            if position < 0:
                cells.append(CellType(None))
            else:
                cells.append(BoxCell(closure[position].cell_contents) if is_boxed else closure[position])
        return tuple(cells)

    def accepts(self, function: FunctionType, number: int, value: Any = ...) -> bool:
        relied = self.relied[number] if self.relied else None
        if relied is None:
            return True
        from moonquakes.vm.fast.upvalues import fits, release

        return (value is not ... and fits(*relied, value)) or release(self, function, number)

    def line_at(self, line: int) -> int:
        return self.proto.line_at(max(self.chunk.lines[line], 0))

    def closure_like(self, function: FunctionType, proto: Proto, cells: list[Any]) -> FunctionType:
        from moonquakes.vm.fast.functions import new_function

        inner = translated_in(proto, self.chunk.variant)
        return new_function(function.__globals__, inner, [
            CellType(cell.box if type(cell) is BoxCell else CellBox(cell)) if is_boxed else cell
            for cell, is_boxed in zip(cells, inner.boxed, strict=True)
        ])  # fmt: skip


class ChunkCode:
    """A translated chunk, good for any state.

    Attributes:
        main: translation of the main function.
        lines: pc of each line of the text, from line 1 at index 1.
        sites: slow paths: names of the operands, text, and the function's Proto.
        translations: those of all its functions, which stay as long as one of them.
        pieces: functions whose text nests deep and was compiled apart, as a chunk that shares the sites
            and pieces.
        text: the Python source.
        variant: what it counts.
    """

    __slots__ = ("lines", "main", "pieces", "sites", "text", "translations", "variant")

    def __init__(self, variant: Variant = Variant.PLAIN) -> None:
        self.variant = variant
        self.main: Translation = None  # type: ignore[assignment]  # set by translate
        self.lines: list[int] = []
        self.sites: list[tuple[tuple[str, ...], str, Proto]] = []
        self.translations: list[Translation] = []
        self.pieces: list[Translation] = []
        self.text = ""

    def number_at(self, line: int) -> int:
        """Return the number of the function whose definition is at a line of the text, negative for none."""
        return -2 - self.lines[line]


class Chunk:
    """A chunk being written."""

    def __init__(self, proto: Proto, variant: Variant, memory: int | None = None) -> None:
        #: The limit of memory of the state that it is for.
        self.memory = memory
        #: Whether only the chunk's own instructions assign what its functions share.
        self.knows_upvalues = not names_any(proto, _UPVALUES)
        self.root = analyse(proto, self.knows_upvalues)
        #: The variables behind upvalues, by their Python names: what is known of them holds inside too.
        self.known_upvalues: dict[str, Variable] = {}
        self.variant = variant
        self._points: dict[Analysis, Charges] = {}
        #: Whether closures and concatenations count as allocations, as tables do.
        self.counts = names_any(proto, ("__gc", "__mode"))
        self.code = ChunkCode(variant)
        self.sites = self.code.sites
        self.serial = 0
        #: Finished functions: their lines, relative to the indentation of their body.
        self.written: dict[Analysis, tuple[str, list[tuple[int, str, int]]]] = {}
        self.translations: dict[Analysis, Translation] = {}
        #: The Python names of functions, and their numbers in the order of writing.
        self.names_of: dict[Analysis, str] = {}
        self.order: dict[Analysis, int] = {}
        #: What stands for the definition of functions that are compiled apart.
        self.apart: dict[Analysis, list[tuple[int, str, int]]] = {}

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial

    def points_of(self, analysis: Analysis) -> Charges | None:
        """Return where a function pays for what it runs, None without limits."""
        if self.variant == Variant.PLAIN:
            return None
        points = self._points.get(analysis)
        if points is None:
            points = self._points[analysis] = charges(analysis.proto)
        return points

    def name_variables(self, analysis: Analysis) -> None:
        """Give the local variables their Python names."""
        for variable in analysis.variables:
            name = _UNSAFE.sub("_", variable.name) if variable.name[0] != "(" else "r"
            if variable.name[0] == "(":
                variable.text = f"r{variable.register}"
            elif variable.captures:
                variable.text = f"{name}_u{self.next_serial()}"
            else:
                variable.text = f"{name}_{variable.register}"

    def write_function(
        self, analysis: Analysis, upvalues: list[tuple[str, bool, bool]], is_twin: bool = False
    ) -> tuple[str, list[Any]]:
        """Return the parameters' text and the body's lines of a function."""
        done = self.written.get(analysis)
        if done is not None:
            return done
        if analysis.problem:
            raise Untranslatable(analysis.problem)
        self.name_variables(analysis)
        proto = analysis.proto
        try:
            lines = Translator(self, analysis, upvalues, Plan(), is_twin).run()
        except Unstructured:
            plan = Planner(self, analysis, upvalues, Plan(), is_twin).make()
            try:
                lines = Translator(self, analysis, upvalues, plan, is_twin).run()
            except Unstructured:
                raise Untranslatable("its jumps have no structure") from None
        parameters = []
        for register in range(proto.num_params):
            variable = analysis.active(register, 0)
            parameters.append(f"{variable.text if variable is not None else f'r{register}'}=None")
        parameters.append("*va" if proto.is_vararg else "*_")
        variables = [
            (v.text, v.register, v.start, v.end, v.is_boxed) for v in analysis.variables if v.name[0] != "("
        ]
        translation = self.translations[analysis] = Translation(self.code, proto, upvalues, variables)
        relied = [self.relied_of(name) for name, _, _ in upvalues] if self.known_upvalues else []
        if any(relied):
            translation.relied = relied
        if ENTRY and not is_twin and may_recurse(proto):
            lines.insert(0, (1, ENTRY, -1))
        result = ", ".join(parameters), lines
        self.written[analysis] = result
        return result

    def relied_of(self, name: str) -> tuple[int, int, int] | None:
        """Return kind and bounds of what an upvalue holds; None where that can be anything."""
        variable = self.known_upvalues.get(name)
        return None if variable is None or variable.kind == ANY else (variable.kind, *variable.range)

    def write_closure(self, t: Translator, pc: int, number: int, a: int) -> tuple[str, tuple[str, ...]]:
        """Write the definition of an inner function where it is made; return its text and the names
        in that.
        """
        analysis = t.analysis.inner[number]
        own = t.analysis.active(a, pc) or t.analysis.next_variable(a, pc)
        upvalues: list[tuple[str, bool, bool]] = []
        copied: list[str] = []
        recursive = False
        for upvalue in analysis.proto.upvalues:
            if not upvalue.in_stack:
                upvalues.append(t.upvalues[upvalue.index])
                continue
            variable = t.analysis.active(upvalue.index, pc)
            if variable is None:
                variable = t.analysis.next_variable(upvalue.index, pc)
                assert variable is not None
            upvalues.append((variable.text, variable.is_boxed, variable.is_shared))
            if self.knows_upvalues:
                self.known_upvalues[variable.text] = variable
            if variable is own and variable.start == pc + 1:
                recursive = True
                if variable.is_boxed:
                    t.emit(f"{variable.text} = [None]")
                    t.born.add(variable)
                    copied.append(variable.text)
            elif variable.is_boxed or variable.is_copied:
                copied.append(variable.text)
        parameters, lines = self.write_function(analysis, upvalues)
        is_named = own is not None and own.start == pc + 1 and not own.is_boxed
        known = self.names_of.get(analysis)
        if known is None:
            if is_named and own is not None:
                known = own.text
            else:
                known = f"f{self.next_serial()}"
            self.names_of[analysis] = known
        definition = [(0, f"def {known}({parameters}):", -2 - self.index_of(analysis))]
        definition += lines
        if analysis in self.apart:
            definition = self.apart[analysis]
        elif max([indent for indent, _, _ in lines]) > _MOST_LEVELS:
            definition = self.apart[analysis] = self.compile_apart(analysis, known, upvalues, definition, pc)
        if not copied and not (recursive and own is not None and own.is_copied) and t.indent < 30:
            t.lines += [(t.indent + indent, text, at) for indent, text, at in definition]
            return known, (known,)
        maker = f"make_{known}"
        t.header.append((1, f"def {maker}({', '.join(dict.fromkeys(copied))}):", pc))
        t.header += [(2 + indent, text, at) for indent, text, at in definition]
        t.header.append((2, f"return {known}", pc))
        text = f"{maker}({', '.join(dict.fromkeys(copied))})"
        if recursive and own is not None and own.is_boxed:
            t.emit(f"{own.text}[0] = {text}")
            return f"{own.text}[0]", (own.text,)
        return text, (maker, *copied)

    def compile_apart(
        self,
        analysis: Analysis,
        known: str,
        upvalues: list[tuple[str, bool, bool]],
        definition: list[tuple[int, str, int]],
        pc: int,
    ) -> list[tuple[int, str, int]]:
        """Compile a function with those in it as a chunk of its own; return what makes it in its place."""
        piece = ChunkCode(self.variant)
        piece.sites, piece.pieces = self.code.sites, self.code.pieces
        inside = [analysis]
        while inside:
            inner = inside.pop()
            inside += inner.inner
            written = self.translations.get(inner)  # None in dead code
            if written is not None and written.chunk is self.code:
                written.chunk = piece
        slices = slice_names(self.variant)
        names = ", ".join([*slices, *dict.fromkeys(name for name, _, _ in upvalues)])
        all_lines = [(0, f"def chunk({names}):", -1)]
        all_lines += [(1 + indent, text, at) for indent, text, at in definition]
        _compile_lines(self, piece, all_lines)
        translation = piece.main = self.translations[analysis]
        number = len(piece.pieces)
        piece.pieces.append(translation)
        free = [name for name in translation.code.co_freevars if name not in slices]
        return [
            # A function of no use but for the cells that it has.
            (0, f"def {known}(): {', '.join(free) or '0'}", pc),
            (0, f"{known} = S.apart({number}, {known})", pc),
        ]

    def index_of(self, analysis: Analysis) -> int:
        """Return the number of a function in the order of writing."""
        if analysis not in self.order:
            self.order[analysis] = len(self.order)
        return self.order[analysis]


def translate_twin(translation: Translation) -> Translation:
    """Translate a function once more, as a generator that a coroutine runs.

    Its first parameter is how many generators stand below it; functions made in it are as usual.
    """
    chunk = Chunk(translation.proto, translation.chunk.variant)
    # Its slow paths are found where the chunk's are.
    chunk.sites = chunk.code.sites = translation.chunk.sites
    chunk.code.pieces = translation.chunk.pieces
    # Apart from the names of the upvalues, which the chunk gave.
    chunk.serial = 1_000_000
    upvalues = [
        (name, is_boxed, True) for name, is_boxed in zip(translation.names, translation.boxed, strict=True)
    ]
    return _compile(chunk, upvalues, is_twin=True)


def names_any(proto: Proto, names: tuple[str, ...]) -> str:
    """Return one of ``names`` that is a constant of a function or of those in it, or an empty string."""
    protos = [proto]
    while protos:
        proto = protos.pop()
        for name in names:
            if name in proto.constants:
                return name
        protos += proto.protos
    return ""


#: What tells upvalues that are shared from those that are alike.
_UPVALUES: Final = ("setupvalue", "upvalueid", "upvaluejoin")


def analyse(proto: Proto, copies: bool = True) -> Analysis:
    """Return what is known about a function.

    Args:
        proto: the function.
        copies: whether only its own instructions and those of its closures assign a variable: a closure may
            have a copy of one that nobody assigns any more.
    """
    analysis = Analysis(proto, [analyse(inner, copies) for inner in proto.protos])
    if analysis.variables:
        kinds = find_kinds(analysis, copies)
        find_ranges(kinds, [v for v in analysis.variables if v.kind == INT])
        guess(kinds.definitions)
        find_functions(analysis)
    analysis.decide_storage(copies)
    return analysis


def translated_in(proto: Proto, variant: Variant) -> Any:
    """Return what a function's translation that counts so much is, or why there is none; None before."""
    return proto.translated if variant == Variant.PLAIN else proto.variants.get(variant)


def keep_translated(proto: Proto, variant: Variant, translated: Translation | str) -> None:
    """Keep what :func:`translated_in` returns."""
    if variant == Variant.PLAIN:
        proto.translated = translated
    else:
        proto.variants[variant] = translated


def translate(proto: Proto, variant: Variant = Variant.PLAIN, memory: int | None = None) -> ChunkCode:
    """Translate a main function and all functions in it, in a state with a limit of ``memory`` in bytes.

    Raises:
        Untranslatable: one of them must run on the VM.
        TooLarge: the translation takes too much memory.
    """
    # What is made on the way is no garbage before the end, and looking for it takes a tenth of the time.
    was_enabled = _PAUSES_COLLECTOR and gc.isenabled()
    if was_enabled:
        gc.disable()
    try:
        return _translate(proto, variant, memory)
    finally:
        if was_enabled:
            gc.enable()


def _translate(proto: Proto, variant: Variant, memory: int | None) -> ChunkCode:
    chunk = Chunk(proto, variant, memory)
    names = [f"{_UNSAFE.sub('_', u.name) if u.name else 'u'}_u{i}x" for i, u in enumerate(proto.upvalues)]
    chunk.code.main = _compile(chunk, [(name, False, True) for name in names], is_twin=False)
    for analysis, translation in chunk.translations.items():
        keep_translated(analysis.proto, variant, translation)
    return chunk.code


def _compile(chunk: Chunk, upvalues: list[tuple[str, bool, bool]], is_twin: bool) -> Translation:
    """Write and compile a chunk's root, with all functions in it; return the root's translation."""
    parameters, lines = chunk.write_function(chunk.root, upvalues, is_twin)
    names = ", ".join([*slice_names(chunk.variant), *dict.fromkeys(name for name, _, _ in upvalues)])
    # Named apart from what generated code calls.
    root = f"body(d, {parameters})" if is_twin else f"main({parameters})"
    all_lines: list[tuple[int, str, int]] = [(0, f"def chunk({names}):", -1)]
    all_lines.append((1, f"def {root}:", -2 - chunk.index_of(chunk.root)))
    all_lines += [(1 + indent, text, at) for indent, text, at in lines]
    all_lines.append((1, f"return {root.partition('(')[0]}", -1))
    _compile_lines(chunk, chunk.code, all_lines)
    chunk.code.translations += chunk.translations.values()
    return chunk.translations[chunk.root]


def _compile_lines(chunk: Chunk, code: ChunkCode, all_lines: list[tuple[int, str, int]]) -> None:
    """Compile the text of a chunk, or of a piece of it."""
    if max([indent for indent, _, _ in all_lines]) >= _MAX_LEVELS:
        raise Untranslatable("its functions nest too deep for Python")
    code.text = "\n".join([_SPACES[indent] + text for indent, text, _ in all_lines]) + "\n"
    if chunk.memory is not None and _COMPILING_SIZE * len(code.text) > _MOST_TIMES * chunk.memory:
        raise TooLarge("its translation takes more memory than there may be")
    code.lines = [-1, *(at for _, _, at in all_lines)]
    compiled = compile(code.text, "<lua>", "exec", dont_inherit=True)
    translations = chunk.translations
    finish(compiled, code, {n: translations[each] for each, n in chunk.order.items() if each in translations})


_STANDS_FOR: Final = {True: TRUE, False: FALSE}


def real_constant(value: Any) -> Any:
    """Return the object that a constant stands for."""
    if value is True or value is False:
        return _STANDS_FOR[value]
    if value is ...:
        return tuple
    if type(value) is tuple:
        return tuple(real_constant(item) for item in value)
    # Equal literals of a chunk are one object.
    return sys.intern(value) if type(value) is str else value


def finish(code: CodeType, chunk: ChunkCode, by_number: dict[int, Translation]) -> CodeType:
    """Put the real constants into a code object and those in it, and a link to its Translation behind
    them.
    """
    constants = [
        finish(value, chunk, by_number) if type(value) is CodeType else real_constant(value)
        for value in code.co_consts
    ]
    translation = by_number.get(chunk.number_at(code.co_firstlineno))
    if translation is not None and code.co_name != "<module>":
        constants.append(TranslatedLink(translation))
        finished = code.replace(co_consts=tuple(constants))
        translation.code = finished
        free = code.co_freevars
        translation.positions = [free.index(name) if name in free else -1 for name in translation.names]
        return finished
    return code.replace(co_consts=tuple(constants))
