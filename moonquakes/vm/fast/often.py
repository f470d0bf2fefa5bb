"""What becomes of a slow path that is taken often?

Translated code expects elements in the array part, single results and numbers.  Where that is wrong
again and again, the slow path gets a likely case of its own: the same operations in place, which
expect nil, the hash part and lists of results.  It is written from the slow path's own text.
"""

from __future__ import annotations

import ast
from typing import Final

from moonquakes.vm.fast import storage
from moonquakes.vm.fast.analysis import ANY, INT, NIL, OTHER
from moonquakes.vm.fast.arithmetic import arithmetic, complement, negative
from moonquakes.vm.fast.expressions import (
    Expr,
    concatenation,
    constant,
    equal,
    less,
    literal,
    of_one,
    of_two,
    truth,
)
from moonquakes.vm.fast.kinds import kind_of_constant

_ARITHMETIC: Final = frozenset(
    {"add", "sub", "mul", "mod", "pow", "div", "idiv", "band", "bor", "bxor", "shl", "shr"}
)
#: Longer ones are left as they are.
_MAX_TEXT: Final = 2000


class _Unsuited(Exception):  # noqa: N818  # control flow, no error
    """A part of a slow path has no likely case."""


def with_likely_case(names: tuple[str, ...], text: str, number: int, pays: bool = False) -> str:
    """Return the source of a function ``slow`` over ``names``, with a likely case; empty when there is none.

    Where that is wrong it calls ``missed(number)``.  With ``pays`` it is for a state with limits.
    """
    if len(text) > _MAX_TEXT:
        return ""
    builder = _Builder(pays)
    try:
        expr = builder.build(ast.parse(text, mode="eval").body)
    except (_Unsuited, SyntaxError, RecursionError):
        return ""
    if not expr.fails or len(expr.text) > 2 * _MAX_TEXT:
        return ""
    # A list of results becomes its first one, once: that may make a tail call.
    ones = "".join([f" {name} = one({name})\n" for name in dict.fromkeys(builder.lists)])
    head = f"def slow({', '.join(names)}):\n{ones}"
    return f"{head} try: return {expr.text}\n except E: missed({number})\n return {text}\n"


class _Builder:
    def __init__(self, pays: bool) -> None:
        self._pays = pays
        self.lists: list[str] = []
        self._names = 0

    def new_name(self) -> str:
        self._names += 1
        return f"n{self._names}"

    def build(self, node: ast.expr) -> Expr:
        match node:
            case ast.YieldFrom():
                # In a coroutine only the slow path itself may yield.
                return self.build(node.value)
            case ast.Name(id=("TRUE" | "FALSE") as name):
                return constant(None, kind_of_constant(True), name.title())
            case ast.Name(id=name):
                expr = Expr(name, ANY, (name,))
                expr.is_atom = True
                return expr
            case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=0)):
                expr = Expr(ast.unparse(node), ANY)
                expr.is_atom = True
                return expr
            case ast.Constant(value=value):
                return constant(value, kind_of_constant(value), literal(value))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return constant(-value, kind_of_constant(value), literal(-value))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                x = self.build(operand)
                return of_one(f"(not {x.text})", "", OTHER, x)
            case ast.BoolOp(op=op, values=[left, right]):
                x, y = self.build(left), self.build(right)
                word = "and" if isinstance(op, ast.And) else "or"
                return of_two(f"({x.text} {word} {y.text})", "", OTHER, x, y)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self.operation(name.removeprefix("g_"), arguments)
        raise _Unsuited

    def operation(self, name: str, arguments: list[ast.expr]) -> Expr:
        if name == "one":
            match arguments:
                case [ast.Name(id=of)]:
                    self.lists.append(of)
                    return self.build(arguments[0])
        elif name == "truthy":
            return truth(self.build(arguments[0]))
        elif name in _ARITHMETIC:
            return arithmetic(name.upper(), 0, *self.operands(arguments))
        elif name == "index":
            return self.read(*self.operands(arguments))
        elif name == "eq":
            x, y = self.operands(arguments)
            return equal(0, x, y, self._pays)
        elif name in ("lt", "le"):
            x, y = self.operands(arguments)
            return less(name.upper(), 0, x, y, self._pays)
        elif name == "length":
            o = self.operands(arguments)[0]
            return storage.read_length(0, o, False)
        elif name == "concat":
            return concatenation(0, self.operands(arguments))
        elif name == "unm":
            return negative(0, self.operands(arguments)[0])
        elif name == "bnot":
            return complement(0, self.operands(arguments)[0])
        raise _Unsuited

    def operands(self, arguments: list[ast.expr]) -> list[Expr]:
        """Return the operands of an operation, whose first argument is its pc."""
        return [self.build(argument) for argument in arguments[1:]]

    def read(self, o: Expr, key: Expr) -> Expr:
        if key.is_constant and type(key.value) is str:
            expr = storage.read_field(0, o, key.value)
        elif key.is_constant and type(key.value) is int:
            expr = storage.read_index(0, o, key.value, self.new_name)
        elif key.kind == NIL or o.is_constant:
            raise _Unsuited
        else:
            expr = storage.read_item(0, o, key, key.kind == INT, self.new_name)
        expr.text = expr.raw = expr.soft
        expr.truth = ""
        return expr
