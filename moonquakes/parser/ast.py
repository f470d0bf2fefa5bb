"""The abstract syntax tree of a chunk (§9): plain nodes with their lines.

Every node has ``line``; expressions and statements also have ``last_line``, the
line of their last token.  What ``line`` means is said where it is not the line
of the first token.  Strings are latin-1 ``str`` (see :mod:`moonquakes.values`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(slots=True)
class Nil:
    line: int
    last_line: int


@dataclass(slots=True)
class Boolean:
    line: int
    last_line: int
    value: bool


@dataclass(slots=True)
class Number:
    line: int
    last_line: int
    value: int | float


@dataclass(slots=True)
class String:
    line: int
    last_line: int
    value: str


@dataclass(slots=True)
class Vararg:
    line: int
    last_line: int


@dataclass(slots=True)
class Name:
    line: int
    last_line: int
    name: str


@dataclass(slots=True)
class Index:
    """``object[key]`` or ``object.name`` (then ``key`` is a :class:`String`)."""

    line: int
    last_line: int
    object: Expression
    key: Expression


@dataclass(slots=True)
class Call:
    """``function(arguments)``; ``line`` is the line of the opening ``(``, string or ``{``."""

    line: int
    last_line: int
    function: Expression
    arguments: list[Expression]


@dataclass(slots=True)
class MethodCall:
    """``object:name(arguments)``; ``line`` as in :class:`Call`, ``name_line`` that of the name."""

    line: int
    last_line: int
    object: Expression
    name: str
    name_line: int
    arguments: list[Expression]


@dataclass(slots=True)
class Function:
    """A function body; ``last_line`` is the line of its ``end``.

    ``line`` is where the reference takes it to be defined: in a function statement the
    line of ``function``, else (an expression, a local function) that of the ``(``.
    ``parameters`` holds a leading ``"self"`` for a method.
    """

    line: int
    last_line: int
    parameters: list[str]
    is_vararg: bool
    body: Block


@dataclass(slots=True)
class Binary:
    """``left operator right``; ``line`` is the operator's line.

    Operators: ``+ - * / // % ^ & | ~ << >> .. == ~= < <= > >= and or``.
    """

    line: int
    last_line: int
    operator: str
    left: Expression
    right: Expression


@dataclass(slots=True)
class Unary:
    """``operator operand`` with the operators ``- not # ~``."""

    line: int
    last_line: int
    operator: str
    operand: Expression


@dataclass(slots=True)
class Paren:
    """``(expression)``: adjusts to one value."""

    line: int
    last_line: int
    expression: Expression


@dataclass(slots=True)
class Field:
    """One field of a table constructor; ``key`` is None for a positional one."""

    line: int
    last_line: int
    key: Expression | None
    value: Expression


@dataclass(slots=True)
class Table:
    """A table constructor; ``line`` is that of ``{``, ``last_line`` that of ``}``."""

    line: int
    last_line: int
    fields: list[Field]


Expression: TypeAlias = (
    Nil
    | Boolean
    | Number
    | String
    | Vararg
    | Name
    | Index
    | Call
    | MethodCall
    | Function
    | Binary
    | Unary
    | Paren
    | Table
)


@dataclass(slots=True)
class Block:
    """A list of statements between two tokens: ``line`` is the line of the token before it
    (``do``, ``then``, ``else``, ``repeat``, a parameter list's ``)``; 1 for a chunk) and
    ``last_line`` that of the one that ends it (``end``, ``else``, ``elseif``, ``until`` or
    the end of the file).  The compiler gives both to the instructions that belong to them.
    """

    line: int
    last_line: int
    statements: list[Statement]


@dataclass(slots=True)
class Local:
    """``local names = values``; ``attributes[i]`` is None, ``"const"``, ``"close"`` or,
    for the compiler to refuse, any other name that stood between ``<`` and ``>``.
    ``equals_line`` is the line of ``=``, without values that of the last token.
    """

    line: int
    last_line: int
    names: list[str]
    attributes: list[str | None]
    values: list[Expression]
    equals_line: int


@dataclass(slots=True)
class Assign:
    """``targets = values``; ``equals_line`` is the line of ``=``."""

    line: int
    last_line: int
    targets: list[Name | Index]
    values: list[Expression]
    equals_line: int


@dataclass(slots=True)
class CallStatement:
    line: int
    last_line: int
    call: Call | MethodCall


@dataclass(slots=True)
class Do:
    line: int
    last_line: int
    body: Block


@dataclass(slots=True)
class While:
    line: int
    last_line: int
    condition: Expression
    body: Block


@dataclass(slots=True)
class Repeat:
    """``line`` is that of ``repeat``, ``until_line`` that of ``until``."""

    line: int
    last_line: int
    body: Block
    condition: Expression
    until_line: int


@dataclass(slots=True)
class IfClause:
    """``if``/``elseif condition then body``; ``line`` is that of the keyword."""

    line: int
    last_line: int
    condition: Expression
    body: Block


@dataclass(slots=True)
class If:
    line: int
    last_line: int
    clauses: list[IfClause]
    otherwise: Block | None


@dataclass(slots=True)
class NumericFor:
    line: int
    last_line: int
    name: str
    start: Expression
    stop: Expression
    step: Expression | None
    body: Block


@dataclass(slots=True)
class GenericFor:
    line: int
    last_line: int
    names: list[str]
    values: list[Expression]
    body: Block


@dataclass(slots=True)
class FunctionStatement:
    """``function target() ... end``; a method's ``self`` is already among its parameters."""

    line: int
    last_line: int
    target: Name | Index
    function: Function


@dataclass(slots=True)
class LocalFunction:
    line: int
    last_line: int
    name: str
    function: Function


@dataclass(slots=True)
class Return:
    line: int
    last_line: int
    values: list[Expression]


@dataclass(slots=True)
class Break:
    line: int
    last_line: int


@dataclass(slots=True)
class Goto:
    line: int
    last_line: int
    label: str


@dataclass(slots=True)
class Label:
    line: int
    last_line: int
    name: str


Statement: TypeAlias = (
    Local
    | Assign
    | CallStatement
    | Do
    | While
    | Repeat
    | If
    | NumericFor
    | GenericFor
    | FunctionStatement
    | LocalFunction
    | Return
    | Break
    | Goto
    | Label
)


@dataclass(slots=True)
class Chunk:
    """A whole source text: the body of a vararg function (§3.3.2).

    Attributes:
        source: chunk name as given to ``load``.
    """

    source: str
    body: Block
