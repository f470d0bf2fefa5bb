"""What is wrong with a text that does not parse, in the reference's words?

The reference parses by recursive descent, and its messages tell where in that descent it
was (``'then' expected``, ``'end' expected (to close 'if' at line 3)``).  A table knows
nothing of it, so a text that the table refuses, or that nests deep, is walked again here
in the order of ``lparser.c`` (5.4.8), without building anything.  Each method reads
one construct; it is a generator that yields the constructs within, so that their nesting
costs no Python stack.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from moonquakes.errors import LuaSyntaxError
from moonquakes.parser.errors import END, FaultError, quote, symbol, syntax_error
from moonquakes.parser.lexer import tokens

_Steps: TypeAlias = "Iterator[_Steps]"

#: How deep statements, operands and assignment targets may nest in each other: the
#: reference allows 200 C calls, of which it needs two to get as far as a chunk.
MAX_NESTING: Final = 198

#: How strongly each operator binds to its left and to its right (§3.4.8).
_BINDING: Final = {
    "or": (1, 1),
    "and": (2, 2),
    **dict.fromkeys(("<", ">", "<=", ">=", "~=", "=="), (3, 3)),
    "|": (4, 4),
    "~": (5, 5),
    "&": (6, 6),
    **dict.fromkeys(("<<", ">>"), (7, 7)),
    "..": (9, 8),
    **dict.fromkeys(("+", "-"), (10, 10)),
    **dict.fromkeys(("*", "/", "//", "%"), (11, 11)),
    "^": (14, 13),
}
_UNARY: Final = 12
_LOOSEST: Final = 0

_BLOCK_END: Final = frozenset(("else", "elseif", "end", "until", END))


def diagnose(source: str, chunk_name: str) -> None:
    """Raise the LuaSyntaxError of a text, a FaultError when it has a token; return when it has none."""
    reader = _Reader(source, chunk_name)
    steps: list[_Steps] = [reader.chunk()]
    try:
        while steps:
            step = next(steps[-1], None)
            if step is None:
                steps.pop()
            else:
                steps.append(step)
    except LuaSyntaxError as error:
        position = reader.lexed + 1 if reader.lexing else reader.lexed - (reader.ahead is not None)
        fault = FaultError(error.value, position, not reader.lexing)
        fault.chunk_name, fault.line = error.chunk_name, error.line
        raise fault from None


class _Reader:
    """Reads a text as the reference does, one token at a time and at most one ahead.

    Attributes:
        kind, value: the current token.
        lexed, lexing: how many tokens were read, and whether one is being read.
        suffix: whether the last suffixed expression was ``"call"``, ``"variable"`` or ``"value"``.
    """

    def __init__(self, source: str, chunk_name: str) -> None:
        self.chunk_name = chunk_name
        self.texts: list[str] = []
        self.tokens = tokens(source, chunk_name, self.texts)
        self.ahead: tuple[str, Any] | None = None
        self.nesting = 0
        self.suffix = ""
        self.lexed = 0
        self.kind, self.value = self.lex()

    # Tokens

    def lex(self) -> tuple[str, Any]:
        self.lexing = True
        token = next(self.tokens)
        self.lexing = False
        self.lexed += 1
        return token

    def advance(self) -> None:
        self.kind, self.value = self.ahead or self.lex()
        self.ahead = None

    def peek(self) -> str:
        """Return the kind of the token after the current one."""
        if self.ahead is None:
            self.ahead = self.lex()
        return self.ahead[0]

    def line(self) -> int:
        """Return the line where the current token ends."""
        line: int
        if self.kind == "NAME":
            line = self.value[1]
        elif self.kind == "STRING" or self.kind == "NUMBER":
            line = self.value.last_line
        else:
            line = self.value
        return line

    def error(self, message: str) -> LuaSyntaxError:
        """Return an error at the current token."""
        near: str | None
        if self.kind == "NAME":
            near = quote(self.value[0])
        elif self.kind == "NUMBER":
            near = quote(self.texts[-1])
        elif self.kind == "STRING":
            text = self.texts[-1]
            opening = text if text.startswith("[") else text[0]
            near = quote(opening + self.value.value + opening.replace("[", "]"))
        else:
            near = symbol(self.kind)
        return syntax_error(self.chunk_name, self.line(), message, near)

    def accept(self, kind: str) -> bool:
        """Pass the current token if it is of this kind."""
        if self.kind != kind:
            return False
        self.advance()
        return True

    def expect(self, kind: str) -> None:
        if not self.accept(kind):
            raise self.error(f"{_expected(kind)} expected")

    def expect_closing(self, kind: str, opening: str, line: int) -> None:
        """Pass the token that closes what ``opening`` in ``line`` began."""
        if self.kind != kind and line != self.line():
            raise self.error(f"'{kind}' expected (to close '{opening}' at line {line})")
        self.expect(kind)

    def enter(self) -> None:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            error = LuaSyntaxError("C stack overflow")
            error.line = self.line()
            raise error

    def leave(self) -> None:
        self.nesting -= 1

    # Statements

    def chunk(self) -> _Steps:
        yield self.block()
        self.expect_end()

    def expect_end(self) -> None:
        if self.kind != END:
            raise self.error(f"{END} expected")

    def block(self) -> _Steps:
        while self.kind not in _BLOCK_END:
            last = self.kind == "return"
            yield self.statement()
            if last:
                break

    def statement(self) -> _Steps:
        self.enter()
        read = _STATEMENTS.get(self.kind)
        if read is None:
            yield self.expression_statement()
        else:
            line = self.line()
            self.advance()
            yield read(self, line)
        self.leave()

    def empty(self, line: int) -> _Steps:
        yield from ()

    def label(self, line: int) -> _Steps:
        self.expect("NAME")
        self.expect("::")
        while self.kind == ";" or self.kind == "::":  # the reference recurs here too
            yield self.statement()

    def goto(self, line: int) -> _Steps:
        self.expect("NAME")
        yield from ()

    def do(self, line: int) -> _Steps:
        yield self.block()
        self.expect_closing("end", "do", line)

    def while_(self, line: int) -> _Steps:
        yield self.expression()
        self.expect("do")
        yield self.block()
        self.expect_closing("end", "while", line)

    def repeat(self, line: int) -> _Steps:
        yield self.block()
        self.expect_closing("until", "repeat", line)
        yield self.expression()

    def if_(self, line: int) -> _Steps:
        while True:
            yield self.expression()
            self.expect("then")
            yield self.block()
            if not self.accept("elseif"):
                break
        if self.accept("else"):
            yield self.block()
        self.expect_closing("end", "if", line)

    def for_(self, line: int) -> _Steps:
        self.expect("NAME")
        if self.accept("="):
            yield self.expression()
            self.expect(",")
            yield self.expression()
            if self.accept(","):
                yield self.expression()
        elif self.kind == "," or self.kind == "in":
            while self.accept(","):
                self.expect("NAME")
            self.expect("in")
            yield self.expressions()
        else:
            raise self.error("'=' or 'in' expected")
        self.expect("do")
        yield self.block()
        self.expect_closing("end", "for", line)

    def function(self, line: int) -> _Steps:
        self.expect("NAME")
        while self.accept("."):
            self.expect("NAME")
        if self.accept(":"):
            self.expect("NAME")
        yield self.body(line)

    def local(self, line: int) -> _Steps:
        if self.accept("function"):
            self.expect("NAME")
            yield self.body(self.line())
            return
        while True:
            self.expect("NAME")
            if self.accept("<"):
                self.expect("NAME")
                self.expect(">")
            if not self.accept(","):
                break
        if self.accept("="):
            yield self.expressions()

    def return_(self, line: int) -> _Steps:
        if self.kind not in _BLOCK_END and self.kind != ";":
            yield self.expressions()
        self.accept(";")

    def expression_statement(self) -> _Steps:
        yield self.suffixed()
        if self.kind == "=" or self.kind == ",":
            yield self.assignment()
        elif self.suffix != "call":
            raise self.error("syntax error")

    def assignment(self) -> _Steps:
        if self.suffix != "variable":
            raise self.error("syntax error")
        if self.accept(","):
            yield self.suffixed()
            self.enter()
            yield self.assignment()
            self.leave()
        else:
            self.expect("=")
            yield self.expressions()

    # Functions

    def body(self, line: int) -> _Steps:
        self.expect("(")
        if self.kind != ")":
            while True:
                if self.accept("..."):
                    break
                if not self.accept("NAME"):
                    raise self.error("<name> or '...' expected")
                if not self.accept(","):
                    break
        self.expect(")")
        yield self.block()
        self.expect_closing("end", "function", line)

    # Expressions

    def expressions(self) -> _Steps:
        yield self.expression()
        while self.accept(","):
            yield self.expression()

    def expression(self, binding: int = _LOOSEST) -> _Steps:
        """Read operands and operators that bind more strongly to the left than ``binding``."""
        self.enter()
        if self.kind in ("not", "-", "~", "#"):
            self.advance()
            yield self.expression(_UNARY)
        else:
            yield self.operand()
        while self.kind in _BINDING:
            left, right = _BINDING[self.kind]
            if left <= binding:
                break
            self.advance()
            yield self.expression(right)
        self.leave()

    def operand(self) -> _Steps:
        if self.kind in ("NUMBER", "STRING", "nil", "true", "false", "..."):
            self.advance()
        elif self.kind == "{":
            yield self.table()
        elif self.accept("function"):
            yield self.body(self.line())
        else:
            yield self.suffixed()

    def suffixed(self) -> _Steps:
        line = self.line()
        if self.accept("NAME"):
            suffix = "variable"
        elif self.accept("("):
            yield self.expression()
            self.expect_closing(")", "(", line)
            suffix = "value"
        else:
            raise self.error("unexpected symbol")
        while True:
            if self.accept("."):
                self.expect("NAME")
                suffix = "variable"
            elif self.accept("["):
                yield self.expression()
                self.expect("]")
                suffix = "variable"
            elif self.accept(":"):
                self.expect("NAME")
                yield self.arguments()
                suffix = "call"
            elif self.kind in ("(", "STRING", "{"):
                yield self.arguments()
                suffix = "call"
            else:
                break
        self.suffix = suffix

    def arguments(self) -> _Steps:
        line = self.line()
        if self.kind == "{":
            yield self.table()
        elif self.accept("("):
            if self.kind != ")":
                yield self.expressions()
            self.expect_closing(")", "(", line)
        elif not self.accept("STRING"):
            raise self.error("function arguments expected")

    def table(self) -> _Steps:
        line = self.line()
        self.expect("{")
        while self.kind != "}":
            if self.accept("["):
                yield self.expression()
                self.expect("]")
                self.expect("=")
            elif self.kind == "NAME" and self.peek() == "=":
                self.advance()
                self.advance()
            yield self.expression()
            if not self.accept(",") and not self.accept(";"):
                break
        self.expect_closing("}", "{", line)


def _expected(kind: str) -> str:
    return "<name>" if kind == "NAME" else f"'{kind}'"


_STATEMENTS: Final = {
    ";": _Reader.empty,
    "::": _Reader.label,
    "break": _Reader.empty,
    "do": _Reader.do,
    "for": _Reader.for_,
    "function": _Reader.function,
    "goto": _Reader.goto,
    "if": _Reader.if_,
    "local": _Reader.local,
    "repeat": _Reader.repeat,
    "return": _Reader.return_,
    "while": _Reader.while_,
}
