"""``find``, ``match``, ``gmatch`` and ``gsub`` of the ``string`` library (§6.4), over kept patterns.

Their usual arguments take straight lines at the top of each function; everything
else, and every error, is below.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Final, TypeAlias

from moonquakes.errors import PendingError
from moonquakes.stdlib.arguments import check_integer, check_string, type_error
from moonquakes.stdlib.patterns import (
    LONGEST_KEPT,
    MIXED,
    MOST_KEPT,
    ONE_TEXT,
    TEXTS,
    WHOLE,
    Pattern,
    Patterns,
    kept_patterns,
)
from moonquakes.stdlib.positions import optional_start
from moonquakes.stdlib.substitution import Collect, collecting, replace_by_text, replace_by_values
from moonquakes.values import FALSE, LuaResults, LuaValue, as_tuple
from moonquakes.vm.functions import proto_of
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State


#: Finds what makes ``find`` take a text for a pattern.
_find_special: Final = re.compile(r"[\^$*+?.(\[%-]").search

#: A host function, for the type checker: at run time a ``FunctionType``.
HostFunction: TypeAlias = Callable[..., LuaResults]

_REPLACEMENTS: Final = frozenset({str, FunctionType, Table, int, float})


def make_pattern_functions(
    state: State,
    may_use_re: bool,
    pure: frozenset[HostFunction],
    kept: Callable[[bool, bool], Patterns] = kept_patterns,
    collector: Callable[[], Collect] | None = None,
    least: int = -1,
    find_text: Callable[[str, str, int], int] = str.find,
) -> dict[str, LuaValue]:
    """Return the functions by name.

    Args:
        may_use_re: see :func:`~moonquakes.stdlib.patterns.kept_patterns`.
        pure: host functions that depend on their arguments alone; ``gsub`` calls them
            without telling the state, and again if they fail, for the error's words.
        kept: where patterns come from.
        collector: returns what is told of each text that ``gsub`` puts in, for one call of it.
        least: values up to that length it is not told of.
        find_text: finds plain text, as ``str.find``.
    """
    patterns = kept(True, may_use_re)
    return {
        "find": _make_find(patterns, find_text),
        "gmatch": _make_gmatch(kept(False, may_use_re)),
        "gsub": _make_gsub(state, patterns, pure, collector, least),
        "match": _make_match(patterns),
    }


def _make_find(patterns: Patterns, find_text: Callable[[str, str, int], int]) -> Callable[..., LuaResults]:
    #: What to look for by the text of the pattern: plain text, or a pattern.
    targets: dict[LuaValue, str | Pattern] = {}

    def target_of(wanted: str) -> str | Pattern:
        target: str | Pattern = wanted
        if _find_special(wanted) is not None:
            compiled = patterns[wanted]
            target = compiled if compiled.literal is None else compiled.literal
        if len(wanted) <= LONGEST_KEPT:
            if len(targets) >= MOST_KEPT:
                targets.clear()
            targets[wanted] = target
        return target

    def find(
        s: LuaValue = None,
        pattern: LuaValue = None,
        init: LuaValue = None,
        plain: LuaValue = None,
        *_: LuaValue,
    ) -> LuaResults:
        """``string.find(s, pattern [, init [, plain]])``"""
        text = s if s.__class__ is str else check_string(1, s)
        wanted = pattern if pattern.__class__ is str else check_string(2, pattern)
        if init is None:
            start = 0
        else:
            start = init - 1 if init.__class__ is int and init > 0 else optional_start(3, init, len(text))
            if start > len(text):
                return None
        if plain is None or plain is FALSE:
            target = targets.get(wanted)
            if target is None:
                target = target_of(wanted)
            if not isinstance(target, str):
                found = target.search(text, start)
                if found is None:
                    return None
                start, end = found.span()
                if target.shape == WHOLE:
                    return start + 1, end
                return start + 1, end, *as_tuple(target.captured(found))
            wanted = target
        start = find_text(text, wanted, start)
        return None if start < 0 else (start + 1, start + len(wanted))

    return find


def _make_match(patterns: Patterns) -> Callable[..., LuaResults]:
    def match(
        s: LuaValue = None, pattern: LuaValue = None, init: LuaValue = None, *_: LuaValue
    ) -> LuaResults:
        """``string.match(s, pattern [, init])``"""
        text = s if s.__class__ is str else check_string(1, s)
        compiled = patterns.get(pattern)
        if compiled is None:
            compiled = patterns[check_string(2, pattern)]
        if init is None:
            found = compiled.search(text, 0)
        else:
            start = init - 1 if init.__class__ is int and init > 0 else optional_start(3, init, len(text))
            found = compiled.search(text, start) if start <= len(text) else None
        if found is None:
            return None
        shape = compiled.shape
        if shape == ONE_TEXT:
            return found[1]
        if shape == WHOLE:
            return found[0]
        if shape == MIXED:
            return compiled.captured(found)
        return found.groups()

    return match


def _make_gmatch(patterns: Patterns) -> Callable[..., LuaResults]:
    def gmatch(
        s: LuaValue = None, pattern: LuaValue = None, init: LuaValue = None, *_: LuaValue
    ) -> LuaResults:
        """``string.gmatch(s, pattern [, init])``: here ``^`` is no anchor."""
        text = s if s.__class__ is str else check_string(1, s)
        compiled = patterns[pattern if pattern.__class__ is str else check_string(2, pattern)]
        if compiled.is_pending:
            compiled.prepare(text)
        return _matches_one_by_one(compiled, text, optional_start(3, init, len(text)))

    return gmatch


def _matches_one_by_one(pattern: Pattern, text: str, start: int) -> Callable[..., LuaResults]:
    """Return the iterator of ``gmatch``: each call returns what the next match captures."""
    matches = iter(pattern.matches(text, start))
    if pattern.shape == WHOLE:

        def next_match(*_: LuaValue) -> LuaResults:
            for found in matches:
                return found[0]
            return ()

    elif pattern.shape == ONE_TEXT:

        def next_match(*_: LuaValue) -> LuaResults:
            for found in matches:
                return found[1]
            return ()

    elif pattern.shape == TEXTS:

        def next_match(*_: LuaValue) -> LuaResults:
            for found in matches:
                return found.groups()
            return ()

    else:
        captured = pattern.captured

        def next_match(*_: LuaValue) -> LuaResults:
            for found in matches:
                return captured(found)
            return ()

    return next_match


def _make_gsub(
    state: State,
    patterns: Patterns,
    pure: frozenset[HostFunction],
    collector: Callable[[], Collect] | None,
    least: int,
) -> Callable[..., LuaResults]:
    def gsub(
        s: LuaValue = None, pattern: LuaValue = None, repl: LuaValue = None, n: LuaValue = None, *_: LuaValue
    ) -> LuaResults:
        """``string.gsub(s, pattern, repl [, n])``"""
        text = s if s.__class__ is str else check_string(1, s)
        compiled = patterns.get(pattern)
        if compiled is None:
            compiled = patterns[check_string(2, pattern)]
        limit = 0 if n is None else check_integer(4, n)
        kind = repl.__class__
        if kind not in _REPLACEMENTS:
            type_error(3, "string/function/table", repl)
        if n is not None and limit <= 0:
            return text, 0
        if compiled.is_pending:
            compiled.prepare(text)
        collect = None if collector is None else collector()
        if kind is str:
            return replace_by_text(compiled, text, repl, limit, collect)
        if kind is FunctionType:
            depth = state.descend()
            try:
                value_of = _callable(state, repl, pure)
                if collect is not None:
                    value_of = collecting(value_of, collect, least)
                return replace_by_values(compiled, text, value_of, False, limit)
            finally:
                state.host_depth = depth
        if kind is Table:
            field_of = repl.get if repl.metatable is None else partial(state.index, repl)
            if collect is not None:
                field_of = collecting(field_of, collect, least)
            return replace_by_values(compiled, text, field_of, True, limit)
        return replace_by_text(compiled, text, check_string(3, repl), limit, collect)

    return gsub


def _callable(
    state: State, function: FunctionType, pure: frozenset[HostFunction]
) -> Callable[..., LuaResults]:
    """Return what calls ``function`` with the least ado.

    A Lua function enters the machine by itself.  A host function does not, and an
    error of it would be worded as one of ``gsub``.
    """
    if proto_of(function) is not None:
        return state.direct(function)
    call = partial(state.call, function)
    if function not in pure or state.watchers:
        return call

    def call_pure(*arguments: LuaValue) -> LuaResults:
        try:
            return function(*arguments)
        except PendingError:
            return call(*arguments)

    return call_pure
