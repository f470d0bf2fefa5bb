"""What does generated text still read after each of its lines?

The collector asks: a Python local keeps what it held until it is assigned again, and only the
text says what of that is dead.  Not a matter of this file: variables that are in scope, which
are alive whether something reads them or not.
"""

from __future__ import annotations

import ast
from typing import Final

_NONE: Final[frozenset[str]] = frozenset()


def read_later(text: str, first: int) -> dict[int, frozenset[str]]:
    """Return the local names that are read after what a line calls has returned, by line.

    Args:
        text: what :class:`~moonquakes.vm.fast.chunk.ChunkCode` has.
        first: line of the function's ``def``.

    What a call raises ends the function, or goes on where it was called (an ``except`` around it
    makes the call anew only if it never began), so exceptions lead nowhere.
    """
    lines = text.split("\n")[first - 1 :]
    indent = len(lines[0]) - len(lines[0].lstrip())
    end = 1
    while end < len(lines) and lines[end].startswith(" " * (indent + 1)):
        end += 1
    function = ast.parse("\n".join([line[indent:] for line in lines[:end]])).body[0]
    assert isinstance(function, ast.FunctionDef)
    walk = _Walk(first - 1)
    walk.block(function.body, _NONE, _NONE, _NONE)
    return {line: frozenset(names) for line, names in walk.later.items()}


class _Walk:
    """A walk through one function, backwards.

    Attributes:
        later: what was found, by line.
    """

    def __init__(self, offset: int) -> None:
        self.later: dict[int, set[str]] = {}
        # What the loops around run over.
        self._iterators: frozenset[str] = _NONE
        self._offset = offset
        self._uses: dict[ast.AST, tuple[frozenset[str], frozenset[str]]] = {}

    def block(
        self,
        statements: list[ast.stmt],
        names: frozenset[str],
        out: frozenset[str],
        again: frozenset[str],
    ) -> frozenset[str]:
        """Return what is read from the beginning of a block on.

        ``names`` are read after it, ``out`` and ``again`` where ``break`` and ``continue`` lead.
        """
        for statement in reversed(statements):
            names = self._statement(statement, names, out, again)
        return names

    def _statement(
        self, node: ast.stmt, names: frozenset[str], out: frozenset[str], again: frozenset[str]
    ) -> frozenset[str]:
        if isinstance(node, ast.Assign | ast.Expr):
            reads, writes = self._used(node)
            self._note(node.value, (names - writes) | _callee(node.value))
            return (names - writes) | reads
        if isinstance(node, ast.If):
            names = self.block(node.body, names, out, again) | self.block(node.orelse, names, out, again)
            return self._test(node.test, names)
        if isinstance(node, ast.Try):
            names = self.block(node.orelse, names, out, again)
            handlers = [self.block(handler.body, names, out, again) for handler in node.handlers]
            return self.block(node.body, names, out, again).union(*handlers)
        if isinstance(node, ast.Return | ast.Raise):
            if isinstance(node, ast.Return) and node.value is not None:
                self._note(node.value, _callee(node.value))
            return self._used(node)[0]
        if isinstance(node, ast.Break):
            return out
        if isinstance(node, ast.Continue):
            return again
        if isinstance(node, ast.For):
            outer = self._iterators
            if isinstance(node.iter, ast.Name):
                self._iterators |= {node.iter.id}
            head = names
            for _ in range(2):
                head |= self.block(node.body, head, names, head) - self._used(node.target)[1]
            self._note(node, head)
            self._iterators = outer
            return head | self._used(node.iter)[0]
        if isinstance(node, ast.While):
            head = _NONE
            for _ in range(2):
                head |= self.block(node.body, head, names, head)
                if not isinstance(node.test, ast.Constant):
                    head |= self._test(node.test, head | names)
            return head
        if isinstance(node, ast.FunctionDef):
            return names - {node.name}
        return names

    def _test(self, test: ast.expr, names: frozenset[str]) -> frozenset[str]:
        reads, writes = self._used(test)
        # It may call between one operand and the next.
        self._note(test, (names - writes) | reads)
        return (names - writes) | reads

    def _note(self, node: ast.stmt | ast.expr, names: frozenset[str]) -> None:
        if isinstance(node, ast.For) or _calls(node):
            self.later.setdefault(self._offset + node.lineno, set()).update(names, self._iterators)

    def _used(self, node: ast.AST) -> tuple[frozenset[str], frozenset[str]]:
        found = self._uses.get(node)
        if found is None:
            found = self._uses[node] = _uses(node)
        return found


def _uses(node: ast.AST) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that an expression or a simple statement reads, and those it writes.

    A name that an expression gives a value it reads afterwards only.
    """
    reads: set[str] = set()
    writes: set[str] = set()
    inside: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            (reads if isinstance(part.ctx, ast.Load) else writes).add(part.id)
        elif isinstance(part, ast.NamedExpr) and isinstance(part.target, ast.Name):
            inside.add(part.target.id)
    return frozenset(reads - inside), frozenset(writes)


def _callee(value: ast.expr | None) -> frozenset[str]:
    """Return the name of what an expression calls: a function is alive while it runs."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return frozenset({value.func.id})
    return _NONE


def with_operands_kept(text: str) -> str:
    """Return an expression in which what a call gives stays in a variable while others are made.

    Else it would be on Python's stack only, where nothing can be seen.
    """
    keeper = _Keeper()
    return ast.unparse(keeper.keep(ast.parse(text, mode="eval").body, False))


class _Keeper:
    def __init__(self) -> None:
        self._count = 0

    def keep(self, node: ast.expr, waits: bool) -> ast.expr:
        """Return an expression rewritten; ``waits``: another call is made before its value is used."""
        makes = isinstance(node, ast.Call)
        called = node
        if isinstance(node, ast.YieldFrom) and isinstance(node.value, ast.Call):
            makes, called = True, node.value
        parts = _operands(called)
        for place, part in enumerate(parts):
            # Of operands of "and" only the last one's value is used later.
            later = not isinstance(node, ast.BoolOp) and any(_calls(x) for x in parts[place + 1 :])
            _replace(called, part, self.keep(part, later or (waits and not makes)))
        if makes and waits:
            self._count += 1
            return ast.NamedExpr(ast.Name(f"v{self._count}", ast.Store()), node)
        return node


def _operands(node: ast.AST) -> list[ast.expr]:
    """Return the expressions in another one, in the order of their evaluation."""
    if isinstance(node, ast.Dict):
        return [value for value in node.values if value is not None]
    return [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]


def _replace(node: ast.AST, old: ast.expr, new: ast.expr) -> None:
    for name, value in ast.iter_fields(node):
        if value is old:
            setattr(node, name, new)
        elif isinstance(value, list):
            value[:] = [new if item is old else item for item in value]


def _calls(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Call) for part in ast.walk(node))
