"""Does the parser see the structure that the reference sees?

A program is written anew from its tree, with a parenthesis around every operation, and
the reference must compile both to the same bytecode.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lupa.lua54 import LuaRuntime

from moonquakes.parser import ast, parse
from moonquakes.parser.errors import END
from moonquakes.parser.lexer import tokens

PROGRAMS = [
    "return 1 + 2 * 3 - 4 / 5 // 6 % 7 ^ 8 ^ -9",
    "return a or b and c or d and not e == f ~= g",
    "return a < b, a > b, a <= b, a >= b, a == b, a ~= b",
    "return a < b | c ~ d & e << f .. g .. h + i * -j ^ k",
    "return a >> b << c, a .. b + c, (a .. b) .. c, a - b - c, a - (b - c)",
    "return - - a, not not a, #-~a, -a ^ 2, 2 ^ -a, -a ^ -b ^ c, not a == b, #a .. b",
    "return nil, true, false, 1, 0x10, 1.5, 0x.8p1, 'a', \"b\", [[c]], {}, ...",
    "return f(), (f()), f{}, f'', f[[]], f(1, ...), f{...}, (...), o:m(), o:m{}, o:m'', o.f():m().g",
    "a, b.c, d[e], f().g, (h).i, j:k()[1] = 1, f()",
    "local a, b <const>, c <close>, d; local e = 1; local f, g <const> = h()",
    "local function f(a, b, ...) return f(...) end local g = function() end local h = function(...) end",
    "function f() end function a.b.c(x) end function a.b:c(x, ...) return self, x end",
    "do local a end do end do ; ; end",
    "while a do b() end repeat local c = d() until c",
    "if a then b() end if a then b() else c() end if a then elseif b then elseif c then d() else end",
    "for i = 1, 2 do f(i) end for i = a, b, c do end for k in f do end for k, v, w in f(), g, h do end",
    "goto b ::a:: ::b:: do goto a end while true do if c then break end end",
    "f() g(); (h or i)() local a = b (c)()",
    "return {1, 2; 3, a = 1, [b] = 2, c, [d or e] = f(), g == h, i = function() end, f(),}",
    "return {f = f, f, [f] = f; (f), {f}, 'f', ...}",
    "a.b.c.d = a.b[c].d a.and_, b['end'] = b",
    "return function(a) return function(...) local b <const> = 5 return a, b, ... end end;",
    "return",
    "return;",
    "",
    ";;;",
    "f\n(g)\n(h)",
]

Dump = Callable[[str], object]


@pytest.fixture(scope="module")
def dump() -> Dump:
    """Return a function that compiles with the reference and dumps without debug information."""
    lua = LuaRuntime(encoding="latin-1")
    function: Dump = lua.eval("function(source) return string.dump(assert(load(source, '=x')), true) end")
    return function


@pytest.mark.parametrize("program", PROGRAMS)
def test_tree_means_what_the_source_means(program: str, dump: Dump) -> None:
    assert dump(unparse(parse(program, "=x"))) == dump(flatten(program))


def test_a_chain_of_operators_may_be_long() -> None:
    chunk = parse("return " + "1 + " * 10_000 + "1", "=x")
    last = chunk.body.statements[0]
    assert isinstance(last, ast.Return)
    node = last.values[0]
    depth = 0
    while isinstance(node, ast.Binary):
        node = node.left
        depth += 1
    assert depth == 10_000


def flatten(source: str) -> str:
    """Write the tokens of a source text on one line."""
    texts: list[str] = []
    parts = []
    for kind, value in tokens(source, "=flatten", texts):
        if kind == "STRING":
            parts.append(_expression(value))
        elif kind != END:
            parts.append(texts[-1])
    return " ".join(parts)


def unparse(chunk: ast.Chunk) -> str:
    """Write a tree on one line."""
    return _block(chunk.body)


def _block(block: ast.Block) -> str:
    return "".join(f"{_statement(statement)}; " for statement in block.statements)


def _list(expressions: list[ast.Expression]) -> str:
    return ", ".join(map(_expression, expressions))


def _statement(node: ast.Statement) -> str:
    match node:
        case ast.Local(names=names, attributes=attributes, values=values):
            named = (
                name + (f" <{attribute}>" if attribute else "")
                for name, attribute in zip(names, attributes, strict=True)
            )
            return f"local {', '.join(named)}" + (f" = {_list(values)}" if values else "")
        case ast.Assign(targets=targets, values=values):
            return f"{', '.join(map(_expression, targets))} = {_list(values)}"
        case ast.CallStatement(call=call):
            return _expression(call)
        case ast.Do(body=body):
            return f"do {_block(body)} end"
        case ast.While(condition=condition, body=body):
            return f"while {_expression(condition)} do {_block(body)} end"
        case ast.Repeat(body=body, condition=condition):
            return f"repeat {_block(body)} until {_expression(condition)}"
        case ast.If(clauses=clauses, otherwise=otherwise):
            text = " else".join(
                f"if {_expression(clause.condition)} then {_block(clause.body)}" for clause in clauses
            )
            return text + (" end" if otherwise is None else f" else {_block(otherwise)} end")
        case ast.NumericFor(name=name, start=start, stop=stop, step=step, body=body):
            bounds = [start, stop] if step is None else [start, stop, step]
            return f"for {name} = {_list(bounds)} do {_block(body)} end"
        case ast.GenericFor(names=names, values=values, body=body):
            return f"for {', '.join(names)} in {_list(values)} do {_block(body)} end"
        case ast.FunctionStatement(target=target, function=function):
            return f"{_expression(target)} = {_expression(function)}"
        case ast.LocalFunction(name=name, function=function):
            return f"local function {name} {_expression(function).removeprefix('function')}"
        case ast.Return(values=values):
            return f"return {_list(values)}"
        case ast.Break():
            return "break"
        case ast.Goto(label=label):
            return f"goto {label}"
        case ast.Label(name=name):
            return f"::{name}::"
    raise AssertionError(node)


def _expression(node: ast.Expression) -> str:
    match node:
        case ast.Nil():
            return "nil"
        case ast.Boolean(value=value):
            return "true" if value else "false"
        case ast.Number(value=value):
            if isinstance(value, int):
                return f"0x{value & 0xFFFFFFFFFFFFFFFF:x}"
            return "1e999" if value == float("inf") else value.hex()
        case ast.String(value=value):
            return '"' + "".join(f"\\{ord(character):03}" for character in value) + '"'
        case ast.Vararg():
            return "..."
        case ast.Name(name=name):
            return name
        case ast.Index(object=object, key=key):
            return f"{_expression(object)}[{_expression(key)}]"
        case ast.Call(function=function, arguments=arguments):
            return f"{_expression(function)}({_list(arguments)})"
        case ast.MethodCall(object=object, name=name, arguments=arguments):
            return f"{_expression(object)}:{name}({_list(arguments)})"
        case ast.Function(parameters=parameters, is_vararg=is_vararg, body=body):
            names = ", ".join([*parameters, "..."] if is_vararg else parameters)
            return f"function({names}) {_block(body)} end"
        case ast.Binary(operator=operator, left=left, right=right):
            return f"({_expression(left)} {operator} {_expression(right)})"
        case ast.Unary(operator=operator, operand=operand):
            return f"({operator} {_expression(operand)})"
        case ast.Paren(expression=expression):
            return f"({_expression(expression)})"
        case ast.Table(fields=fields):
            return "{" + ", ".join(map(_field, fields)) + "}"
    raise AssertionError(node)


def _field(field: ast.Field) -> str:
    if field.key is None:
        return _expression(field.value)
    return f"[{_expression(field.key)}] = {_expression(field.value)}"
