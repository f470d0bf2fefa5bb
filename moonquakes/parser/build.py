"""Which node does each rule of the grammar make?

The functions bear the names of the aliases in ``lua.lark`` and take the values of the
rule's symbols from left to right: a line for a reserved word or symbol, the pair of text
and line for a name, a node for a literal, and what a function here returned for a rule.
They must not judge a program: what the grammar allows and Lua does not is the compiler's.
The one exception is an expression that is neither call nor variable where only those may
stand; that raises :class:`NotAStatementError`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from moonquakes.parser import ast
from moonquakes.parser.ast import Block, Expression, Function, IfClause, Statement

_Name: TypeAlias = tuple[str, int]
#: Line of the opening token, line of the last token, expressions.
_Arguments: TypeAlias = tuple[int, int, list[Expression]]
#: Names, attributes, line of the last token.
_Attributed: TypeAlias = tuple[list[str], list[str | None], int]


class NotAStatementError(Exception):
    """An expression stands where only a call or an assignment can (``syntax error``)."""


def action(name: str, symbols: list[str]) -> Callable[..., Any]:
    """Return the function for a rule with the alias ``name`` and the given right side."""
    if name == "binary":
        return _binary(symbols[1])
    if name == "unary":
        return _unary(symbols[0])
    function: Callable[..., Any] = globals()[name]
    return function


def _first_line(node: Expression) -> int:
    """Return the line of an expression's first token."""
    while True:
        if type(node) is ast.Binary:
            node = node.left
        elif type(node) is ast.Call:
            node = node.function
        elif type(node) is ast.MethodCall:
            node = node.object
        else:
            return node.line


# Blocks


def chunk(body: Block) -> Block:
    return body


def block(statements: list[Statement]) -> Block:
    return Block(1, 0, statements)


def block_returning(statements: list[Statement], last: ast.Return) -> Block:
    statements.append(last)
    return Block(1, 0, statements)


def bound_block(body: Block, opening: int, closing: int) -> None:
    """Note the lines of the tokens before and after a block."""
    body.line = opening
    body.last_line = closing


def no_statements() -> list[Statement]:
    return []


def append_statement(statements: list[Statement], statement: Statement) -> list[Statement]:
    statements.append(statement)
    return statements


def empty_statement(statements: list[Statement], line: int) -> list[Statement]:
    if statements and type(statements[-1]) is ast.Label:
        statements[-1].last_line = line  # the reference reads on to the next statement that does something
    return statements


def return_nothing(line: int, semicolon: int = 0) -> ast.Return:
    return ast.Return(line, semicolon or line, [])


def return_values(line: int, values: list[Expression], semicolon: int = 0) -> ast.Return:
    return ast.Return(line, semicolon or values[-1].last_line, values)


# Statements


def call_statement(expression: Expression) -> ast.CallStatement:
    if type(expression) is ast.Call or type(expression) is ast.MethodCall:
        return ast.CallStatement(_first_line(expression), expression.last_line, expression)
    raise NotAStatementError


def last_target(target: Expression, equals: int, values: list[Expression]) -> ast.Assign:
    if type(target) is ast.Name or type(target) is ast.Index:
        return ast.Assign(_first_line(target), values[-1].last_line, [target], values, equals)
    raise NotAStatementError


def more_targets(target: Expression, comma: int, rest: ast.Assign) -> ast.Assign:
    if type(target) is ast.Name or type(target) is ast.Index:
        rest.targets.append(target)
        rest.line = _first_line(target)
        return rest
    raise NotAStatementError


def assign(assignment: ast.Assign) -> ast.Assign:
    assignment.targets.reverse()
    return assignment


def label(line: int, name: _Name, last_line: int) -> ast.Label:
    return ast.Label(line, last_line, name[0])


def break_(line: int) -> ast.Break:
    return ast.Break(line, line)


def goto(line: int, name: _Name) -> ast.Goto:
    return ast.Goto(line, name[1], name[0])


def do(line: int, body: Block, end: int) -> ast.Do:
    bound_block(body, line, end)
    return ast.Do(line, end, body)


def while_(line: int, condition: Expression, do: int, body: Block, end: int) -> ast.While:
    bound_block(body, do, end)
    return ast.While(line, end, condition, body)


def repeat(line: int, body: Block, until: int, condition: Expression) -> ast.Repeat:
    bound_block(body, line, until)
    return ast.Repeat(line, condition.last_line, body, condition, until)


def first_clause(line: int, condition: Expression, then: int, body: Block) -> list[IfClause]:
    body.line = then
    return [IfClause(line, 0, condition, body)]


def next_clause(
    clauses: list[IfClause], line: int, condition: Expression, then: int, body: Block
) -> list[IfClause]:
    _end_clause(clauses[-1], line)
    body.line = then
    clauses.append(IfClause(line, 0, condition, body))
    return clauses


def _end_clause(clause: IfClause, line: int) -> None:
    clause.body.last_line = clause.last_line = line


def if_(clauses: list[IfClause], end: int) -> ast.If:
    _end_clause(clauses[-1], end)
    return ast.If(clauses[0].line, end, clauses, None)


def if_else(clauses: list[IfClause], otherwise: int, body: Block, end: int) -> ast.If:
    _end_clause(clauses[-1], otherwise)
    bound_block(body, otherwise, end)
    return ast.If(clauses[0].line, end, clauses, body)


def numeric_for(
    line: int,
    name: _Name,
    equals: int,
    start: Expression,
    comma: int,
    stop: Expression,
    do: int,
    body: Block,
    end: int,
) -> ast.NumericFor:
    bound_block(body, do, end)
    return ast.NumericFor(line, end, name[0], start, stop, None, body)


def numeric_for_step(
    line: int,
    name: _Name,
    equals: int,
    start: Expression,
    comma: int,
    stop: Expression,
    second_comma: int,
    step: Expression,
    do: int,
    body: Block,
    end: int,
) -> ast.NumericFor:
    bound_block(body, do, end)
    return ast.NumericFor(line, end, name[0], start, stop, step, body)


def generic_for(
    line: int, names: list[str], in_: int, values: list[Expression], do: int, body: Block, end: int
) -> ast.GenericFor:
    bound_block(body, do, end)
    return ast.GenericFor(line, end, names, values, body)


def function_statement(line: int, target: ast.Name | ast.Index, function: Function) -> ast.FunctionStatement:
    function.line = line
    return ast.FunctionStatement(line, function.last_line, target, function)


def method_statement(
    line: int, target: ast.Name | ast.Index, colon: int, name: _Name, function: Function
) -> ast.FunctionStatement:
    function.line = line
    function.parameters.insert(0, "self")
    return ast.FunctionStatement(line, function.last_line, field(target, colon, name), function)


def local_function(line: int, keyword: int, name: _Name, function: Function) -> ast.LocalFunction:
    return ast.LocalFunction(line, function.last_line, name[0], function)


def local(
    line: int, attributed: _Attributed, equals: int = 0, values: list[Expression] | None = None
) -> ast.Local:
    names, attributes, last_line = attributed
    if values is None:
        return ast.Local(line, last_line, names, attributes, [], last_line)
    return ast.Local(line, values[-1].last_line, names, attributes, values, equals)


def first_attributed(name: _Name, attribute: _Name | None) -> _Attributed:
    if attribute is None:
        return [name[0]], [None], name[1]
    return [name[0]], [attribute[0]], attribute[1]


def next_attributed(attributed: _Attributed, comma: int, name: _Name, attribute: _Name | None) -> _Attributed:
    names, attributes, _ = attributed
    text, line = (None, name[1]) if attribute is None else attribute
    names.append(name[0])
    attributes.append(text)
    return names, attributes, line


def no_attribute() -> None:
    return None


def attribute(opening: int, name: _Name, closing: int) -> _Name:
    return name[0], closing


def first_name(name: _Name) -> list[str]:
    return [name[0]]


def next_name(names: list[str], comma: int, name: _Name) -> list[str]:
    names.append(name[0])
    return names


# Functions


def body(opening: int, closing: int, body: Block, end: int) -> Function:
    bound_block(body, closing, end)
    return Function(opening, end, [], False, body)


def body_parameters(
    opening: int, parameters: tuple[list[str], bool], closing: int, body: Block, end: int
) -> Function:
    bound_block(body, closing, end)
    return Function(opening, end, parameters[0], parameters[1], body)


def fixed_parameters(names: list[str]) -> tuple[list[str], bool]:
    return names, False


def vararg_parameters(names: list[str], comma: int, dots: int) -> tuple[list[str], bool]:
    return names, True


def only_vararg(dots: int) -> tuple[list[str], bool]:
    return [], True


def function(line: int, body: Function) -> Function:
    return body


# Expressions


def first(item: Any) -> list[Any]:
    return [item]


def next(items: list[Any], separator: int, item: Any) -> list[Any]:
    items.append(item)
    return items


def _binary(operator: str) -> Callable[..., ast.Binary]:
    node = ast.Binary

    def binary(left: Expression, line: int, right: Expression) -> ast.Binary:
        return node(line, right.last_line, operator, left, right)

    return binary


def _unary(operator: str) -> Callable[..., ast.Unary]:
    node = ast.Unary

    def unary(line: int, operand: Expression) -> ast.Unary:
        return node(line, operand.last_line, operator, operand)

    return unary


def nil(line: int) -> ast.Nil:
    return ast.Nil(line, line)


def false(line: int) -> ast.Boolean:
    return ast.Boolean(line, line, False)


def true(line: int) -> ast.Boolean:
    return ast.Boolean(line, line, True)


def vararg(line: int) -> ast.Vararg:
    return ast.Vararg(line, line)


def name(name: _Name) -> ast.Name:
    text, line = name
    return ast.Name(line, line, text)


def paren(line: int, expression: Expression, last_line: int) -> ast.Paren:
    return ast.Paren(line, last_line, expression)


def index(object: Expression, opening: int, key: Expression, closing: int) -> ast.Index:
    return ast.Index(_first_line(object), closing, object, key)


def field(object: Expression, dot: int, name: _Name) -> ast.Index:
    text, line = name
    first_line = object.line if type(object) is ast.Name else _first_line(object)
    return ast.Index(first_line, line, object, ast.String(line, line, text))


def call(function: Expression, arguments: _Arguments) -> ast.Call:
    line, last_line, values = arguments
    return ast.Call(line, last_line, function, values)


def method_call(object: Expression, colon: int, name: _Name, arguments: _Arguments) -> ast.MethodCall:
    line, last_line, values = arguments
    return ast.MethodCall(line, last_line, object, name[0], name[1], values)


def string_argument(string: ast.String) -> _Arguments:
    # The reference counts a call as standing where its argument's token ends.
    return string.last_line, string.last_line, [string]


def table_argument(table: ast.Table) -> _Arguments:
    return table.line, table.last_line, [table]


def no_arguments(opening: int, closing: int) -> _Arguments:
    return opening, closing, []


def arguments(opening: int, values: list[Expression], closing: int) -> _Arguments:
    return opening, closing, values


# Table constructors


def empty_table(line: int, last_line: int) -> ast.Table:
    return ast.Table(line, last_line, [])


def table(line: int, fields: list[ast.Field], last_line: int) -> ast.Table:
    return ast.Table(line, last_line, fields)


def table_separator(line: int, fields: list[ast.Field], separator: int, last_line: int) -> ast.Table:
    return ast.Table(line, last_line, fields)


def keyed_item(line: int, key: Expression, closing: int, equals: int, value: Expression) -> ast.Field:
    return ast.Field(line, value.last_line, key, value)


def named_item(name: _Name, equals: int, value: Expression) -> ast.Field:
    text, line = name
    return ast.Field(line, value.last_line, ast.String(line, line, text), value)


def positional_item(value: Expression) -> ast.Field:
    return ast.Field(_first_line(value), value.last_line, None, value)
