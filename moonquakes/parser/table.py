"""How is a token stream parsed by the table that Lark built of the grammar?

An LALR(1) table drives a stack of states and one of values; a reduction calls the function
that ``build.py`` has for the rule, so the tree grows during the parse.  A state is a dict
from a symbol to what to do: enter a state (that state's dict itself), or reduce (a tuple).
Lark's own driver, with the same lexer and functions, takes four times as long, and importing
it ten times as long as reading the table.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final, TypeAlias

from moonquakes.parser import build
from moonquakes.parser.lexer import Token

State: TypeAlias = dict[str, Any]

#: Every nested statement, operand or assignment target of the reference's parser leaves at
#: least one symbol on the stack, so that a stack this deep may nest too deep for it.
DEEP: Final = 190


class UnexpectedTokenError(Exception):
    """The table allows no token that comes next."""


class DeepNestingError(Exception):
    """The program nests so deep that somebody has to count how deep."""


@cache
def start_state() -> State:
    """Return the state in which a chunk begins; the others hang on it."""
    from moonquakes.parser.generate import build_table, fingerprint, grammar_text

    table = json.loads(pkgutil.get_data("moonquakes.parser", "lua.json") or b"{}")
    grammar = grammar_text()
    if table.get("fingerprint") != fingerprint(grammar):
        table = build_table(grammar)
    reductions = [
        (len(symbols), left, build.action(alias, symbols) if alias else None)
        for left, alias, *symbols in table["rules"]
    ]
    states: list[State] = [{} for _ in table["states"]]
    for state, (row, *reduces) in zip(states, table["states"], strict=True):
        for rule, symbols in zip(reduces[::2], reduces[1::2], strict=True):
            state.update(dict.fromkeys(table["sets"][symbols], reductions[rule]))
        for symbol, number in row.items():
            state[symbol] = states[number]
    return states[0]


def parse(tokens: Iterable[Token], deep: int = DEEP, states: list[State] | None = None) -> tuple[Any, int]:
    """Parse tokens up to ``<eof>``; return what the start rule made and the value of ``<eof>``.

    Args:
        tokens: kinds and values.
        deep: how many symbols may be pending.
        states: an empty list to use as the stack, when the source of the tokens wants to see it.

    Raises UnexpectedTokenError, DeepNestingError when more than ``deep`` symbols are pending,
    and what ``build.py`` raises.
    """
    state = start_state()
    if states is None:
        states = []
    states.append(state)
    values: list[Any] = []
    make: Callable[..., Any] | None
    try:
        for kind, value in tokens:
            action = state[kind]
            while type(action) is tuple:
                size, left, make = action
                if size == 1:
                    if make is not None:
                        values[-1] = make(values[-1])
                    states.pop()
                elif size:
                    if make is not None:
                        values[-size:] = (make(*values[-size:]),)
                    else:
                        del values[1 - size :]
                    del states[-size:]
                elif make is not None:
                    values.append(make())
                state = states[-1][left]
                states.append(state)
                action = state[kind]
            state = action
            states.append(state)
            values.append(value)
            if len(states) > deep:
                raise DeepNestingError
    except KeyError:  # of a state; the functions of build.py look nothing up
        raise UnexpectedTokenError from None
    root, end = values
    return root, end
