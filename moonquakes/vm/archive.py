"""How does a compiled chunk become plain data, which ``marshal`` can write, and a chunk again?

Plain data are Python's own types; a code object's constants are the stand-ins that it was compiled
with, in place of Lua's booleans and what generated code finds there.  Nothing is checked: what comes
back must be what went.
"""

from __future__ import annotations

from types import CodeType
from typing import TYPE_CHECKING, Any

from moonquakes.bytecode.proto import LocalVariable, Proto, UpvalueDesc
from moonquakes.values import FALSE, TRUE
from moonquakes.vm.functions import TranslatedLink

if TYPE_CHECKING:
    from moonquakes.vm.fast.chunk import Translation


def pack(proto: Proto) -> Any:
    """Return a main function as plain data, with its translation if it has one."""
    protos = _all_protos(proto)
    translated = proto.translated
    if type(translated) is not str and translated is not None and translated.chunk.pieces:
        translated = None  # it is made anew: few chunks nest that deep
    return _pack_proto(proto), (
        translated if translated is None or type(translated) is str else _pack_translated(protos, translated)
    )


def unpack(data: Any) -> Proto:
    """Return the main function that :func:`pack` was given."""
    packed, translated = data
    proto = _unpack_proto(packed)
    if type(translated) is tuple:
        _unpack_translated(_all_protos(proto), *translated)
    else:
        proto.translated = translated
    return proto


def _all_protos(proto: Proto) -> list[Proto]:
    protos = [proto]
    for inner in proto.protos:
        protos += _all_protos(inner)
    return protos


def _pack_proto(proto: Proto) -> tuple[Any, ...]:
    return (
        proto.source, proto.line_defined, proto.last_line_defined, proto.num_params, proto.is_vararg,
        proto.max_stack_size, proto.code, [_pack_constant(value) for value in proto.constants],
        [(u.name, u.in_stack, u.index, u.kind) for u in proto.upvalues],
        [_pack_proto(inner) for inner in proto.protos], proto.lines,
        [(v.name, v.start_pc, v.end_pc) for v in proto.local_variables],
    )  # fmt: skip


def _unpack_proto(data: tuple[Any, ...]) -> Proto:
    proto = Proto(*data[:6])
    proto.code, constants, upvalues, protos, proto.lines, local_variables = data[6:]
    proto.constants = [_unpack_constant(value) for value in constants]
    proto.upvalues = [UpvalueDesc(*each) for each in upvalues]
    proto.protos = [_unpack_proto(inner) for inner in protos]
    proto.local_variables = [LocalVariable(*each) for each in local_variables]
    return proto


def _pack_constant(value: Any) -> Any:
    return value is TRUE if value is TRUE or value is FALSE else value


def _unpack_constant(value: Any) -> Any:
    if type(value) is bool:
        return TRUE if value else FALSE
    return value


def _pack_translated(protos: list[Proto], main: Translation) -> tuple[Any, ...]:
    """Return the parts of a translated chunk, with the code as it was compiled."""
    chunk = main.chunk
    numbers = {id(proto): number for number, proto in enumerate(protos)}
    functions: dict[int, tuple[Any, ...]] = {}

    def plain(code: CodeType) -> CodeType:
        constants: list[Any] = []
        for value in code.co_consts:
            if type(value) is TranslatedLink:
                known: Any = value()
                number = chunk.number_at(code.co_firstlineno)
                functions[number] = numbers[id(known.proto)], known.names, known.boxed, known.variables
            else:
                constants.append(plain(value) if type(value) is CodeType else _stand_in(value))
        return code.replace(co_consts=tuple(constants))

    code = plain(main.code)
    sites = [(names, text, numbers[id(proto)]) for names, text, proto in chunk.sites]
    return code, functions, chunk.lines, chunk.text, sites


def _unpack_translated(
    protos: list[Proto],
    code: CodeType,
    functions: dict[int, tuple[Any, ...]],
    lines: list[int],
    text: str,
    sites: list[tuple[tuple[str, ...], str, int]],
) -> None:
    """Make what was packed a chunk, and its functions the translations of their Protos."""
    from moonquakes.vm.fast.chunk import ChunkCode, Translation, finish
    from moonquakes.vm.fast.counting import Variant

    chunk = ChunkCode(Variant.PLAIN)
    chunk.lines = lines
    chunk.text = text
    chunk.sites += [(names, expression, protos[number]) for names, expression, number in sites]
    translations = {
        number: Translation(
            chunk, protos[proto], [(n, b, True) for n, b in zip(names, boxed, strict=True)], variables
        )
        for number, (proto, names, boxed, variables) in functions.items()
    }
    chunk.translations += translations.values()
    finish(code, chunk, translations)
    for translation in translations.values():
        translation.proto.translated = translation
    chunk.main = translations[chunk.number_at(code.co_firstlineno)]


def _stand_in(value: Any) -> Any:
    """Return the constant that stood for an object when its code was compiled."""
    if value is TRUE or value is FALSE:
        return value is TRUE
    if value is tuple:
        return ...
    return tuple(_stand_in(item) for item in value) if type(value) is tuple else value
