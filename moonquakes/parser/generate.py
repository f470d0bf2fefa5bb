"""How does ``lua.lark`` become the table that drives the parser?

Lark builds the LALR(1) automaton; this file takes it over, cuts out the reductions
that only rename a value, and writes the rest to ``lua.json``.  Building takes tens of
milliseconds and reading the file two, so the file is kept beside the grammar: after
a change to the grammar run ``python -m moonquakes.parser.generate``.  Nothing here
knows how a table is used (``table.py``) or what a rule means (``build.py``).

Operands of Lua pass through a dozen rules, one per level of precedence, of which
most do nothing (``sum: product``).  In an LALR automaton each costs a reduction.
They vanish here: a state in which such a reduction is all that a look-ahead allows
gets the action that would follow after it.
"""

from __future__ import annotations

import json
import pkgutil
import zlib
from typing import Any, Final, TypeAlias

#: What to do in a state on a symbol: a state to enter, or ``-1 - rule`` to reduce.
Row: TypeAlias = dict[str, int]
_Merged: TypeAlias = tuple[int, tuple[tuple[str, int], ...]]

END: Final = "<eof>"
_FORMAT: Final = 1


def grammar_text() -> str:
    return pkgutil.get_data("moonquakes.parser", "lua.lark").decode()  # type: ignore[union-attr]  # it is packaged


def fingerprint(grammar: str) -> int:
    """Return the checksum by which a table knows its grammar."""
    return zlib.crc32(grammar.encode(), _FORMAT)


def build_table(grammar: str) -> dict[str, Any]:
    """Build the parse table of a grammar.

    Returns a JSON object: ``fingerprint`` of the grammar; ``rules``, a list of
    ``[left side, action or None, symbols...]``; ``sets``, a list of lists of terminals;
    ``states``, a list of ``[{symbol: state to enter}, rule, set, rule, set...]``, which
    says to reduce by a rule when one of a set comes next.  State 0 is the start.
    Terminals are spelled as in the source, the end of the text is ``<eof>``.
    """
    rules, automaton, start = _automaton(grammar)
    rows = _merged(_without_renaming(rules, automaton, start))
    sets: dict[tuple[str, ...], int] = {}
    states: list[list[Any]] = []
    for row in rows:
        looking_at: dict[int, list[str]] = {}
        for symbol, action in row.items():
            if action < 0:
                looking_at.setdefault(-1 - action, []).append(symbol)
        state: list[Any] = [{symbol: action for symbol, action in row.items() if action >= 0}]
        for rule, symbols in looking_at.items():
            state += [rule, sets.setdefault(tuple(symbols), len(sets))]
        states.append(state)
    return {"fingerprint": fingerprint(grammar), "rules": rules, "sets": list(sets), "states": states}


def _automaton(grammar: str) -> tuple[list[list[Any]], dict[int, Row], int]:
    """Let Lark build the automaton; return its rules, states and start state."""
    from lark import Lark
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    lark = Lark(grammar, parser="lalr", lexer="basic", start="chunk")
    data, memo = lark.memo_serialize([TerminalDef, Rule])
    table = data["parser"]["parser"]
    spelling = {"$END": END}
    for entry in memo.values():
        if entry["__type__"] == "TerminalDef":
            spelling[entry["name"]] = entry["pattern"]["value"]
    found: dict[int, list[Any]] = {}
    for key, entry in memo.items():
        if entry["__type__"] == "Rule":
            symbols = [spelling.get(symbol["name"], symbol["name"]) for symbol in entry["expansion"]]
            found[key] = [entry["origin"]["name"], entry["alias"], *symbols]
    rules = sorted(found.values(), key=lambda rule: (rule[0], rule[2:]))  # Lark's order varies
    rule_numbers = {key: rules.index(rule) for key, rule in found.items()}
    symbol_names = {number: spelling.get(name, name) for number, name in table["tokens"].items()}
    states = {
        state: {
            symbol_names[symbol]: -1 - rule_numbers[target["@"]] if kind else target
            for symbol, (kind, target) in row.items()
        }
        for state, row in table["states"].items()
    }
    end = table["end_states"]["chunk"]
    states[end][END] = end
    return rules, states, table["start_states"]["chunk"]


def _without_renaming(rules: list[list[Any]], states: dict[int, Row], start: int) -> list[Row]:
    """Return the rows of an automaton without reductions that only rename a value.

    A state of the result stands for a state of the given automaton together with
    those that renaming leads to; they depend on the state below it on the stack.
    """
    renames = {-1 - i: rule[0] for i, rule in enumerate(rules) if rule[1] is None and len(rule) == 3}
    left = {rule[0] for rule in rules}
    made = {rule[0] for i, rule in enumerate(rules) if -1 - i not in renames}
    numbers: dict[_Merged, int] = {}
    pending: list[_Merged] = []

    def enter(below: int, state: int) -> int:
        renamed: dict[str, int] = {}
        members = [state]
        for member in members:
            for action in states[member].values():
                name = renames.get(action)
                if name is not None and name not in renamed:
                    renamed[name] = states[below][name]
                    members.append(renamed[name])
        merged = (state, tuple(sorted(renamed.items())))
        if merged not in numbers:
            numbers[merged] = len(numbers)
            pending.append(merged)
        return numbers[merged]

    enter(start, start)
    rows: list[Row] = []
    for state, renamings in pending:
        renamed = dict(renamings)
        row: Row = {}
        for symbol in sorted(states[state]):
            member = state
            action: int | None = states[member][symbol]
            while action in renames:
                member = renamed[renames[action]]
                action = states[member].get(symbol)
            if action is not None:  # else the look-ahead is possible only elsewhere
                row[symbol] = action if action < 0 else enter(member, action)
        for member in renamed.values():
            for symbol, action in sorted(states[member].items()):
                if symbol in made:
                    target = enter(member, action)
                    if row.setdefault(symbol, target) != target:
                        raise ValueError(f"renaming makes {symbol} ambiguous")
        rows.append({symbol: row[symbol] for symbol in sorted(row) if symbol in made or symbol not in left})
    return rows


def _merged(rows: list[Row]) -> list[Row]:
    """Merge states that do the same on every symbol, until all differ."""
    while True:
        first: dict[tuple[tuple[str, int], ...], int] = {}
        number = [first.setdefault(tuple(row.items()), len(first)) for row in rows]
        if len(first) == len(rows):
            return rows
        rows = [{symbol: number[to] if to >= 0 else to for symbol, to in row} for row in first]


def table_text(grammar: str) -> str:
    """Return the contents of ``lua.json`` for a grammar, one rule or state per line."""
    table = build_table(grammar)
    lines = ["{", f'"fingerprint": {table["fingerprint"]},']
    for name in ("rules", "sets", "states"):
        entries = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in table[name])
        lines.append(f'"{name}": [\n{entries}\n]' + ("," if name != "states" else ""))
    return "\n".join([*lines, "}", ""])


if __name__ == "__main__":
    from pathlib import Path

    Path(__file__).with_name("lua.json").write_text(table_text(grammar_text()), "ascii")
