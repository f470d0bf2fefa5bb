"""Our code against the reference compiler's, word for word: instructions, constants, lines, names.

The programs are generated: every construct in every other one, with line breaks
almost anywhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

#: No line break stands before these: the tree has no lines of separators and brackets,
#: our code takes them to stand where the token before them ends.
SEPARATORS = frozenset((",", ";", "=", "[", "]", "(", "{", ".", ":", "in", "'s'"))


class Generator:
    """Writes a random program as a list of tokens; most of them compile."""

    def __init__(self, random: random.Random) -> None:
        self.random = random
        self.budget = 60
        self.loops = 0
        self.labels = 0
        self.vararg = True

    def choose(self, *options: str) -> list[str]:
        return [self.random.choice(options)]

    def name(self) -> list[str]:
        return self.choose("x", "y", "_ENV") if self.chance(20) else self.choose("a", "b")

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    def several(self, item: Callable[[], list[str]], most: int = 3) -> list[str]:
        tokens = item()
        for _ in range(self.random.randrange(most)):
            tokens += [",", *item()]
        return tokens

    # Expressions

    def leaf(self) -> list[str]:
        numbers = ("0", "1", "2.0", "128", "129", "127", "1.5", "1e10", "65536", "3.0")
        kind = self.random.randrange(10)
        if kind < 4:
            return self.name() if not self.chance(4) else self.choose("c", "d")
        if kind < 7:
            return self.choose(*numbers)
        if kind == 7:
            return self.choose("nil", "true", "false")
        if self.vararg or self.chance(200):
            return self.choose("'s'", "'a'", "''", "[[\nlong\n]]", "...", "...")
        return self.choose("'s'", "'a'")

    def expression(self) -> list[str]:
        self.budget -= 1
        if self.budget <= 0:
            return self.leaf()
        kind = self.random.randrange(14)
        if kind < 3:
            return self.leaf()
        if kind < 8:
            # fmt: off
            operator = self.choose(
                "+", "-", "*", "/", "//", "%", "^", "&", "|", "~", "<<", ">>", "..",
                "==", "~=", "<", "<=", ">", ">=", "and", "or", "and", "or",
            )
            # fmt: on
            return self.expression() + operator + self.expression()
        if kind == 8:
            return self.choose("-", "not", "#", "~") + self.expression()
        if kind == 9:
            return ["(", *self.expression(), ")"]
        if kind == 10:
            return self.table()
        if kind == 11:
            return self.function("function")
        return self.suffixed()

    def suffixed(self) -> list[str]:
        tokens = self.name() if not self.chance(6) else ["(", *self.expression(), ")"]
        for _ in range(self.random.randrange(3)):
            tokens += self.field() if self.chance(2) else self.call()
        return tokens

    def field(self) -> list[str]:
        return [".", *self.choose("a", "b", "k")] if self.chance(2) else ["[", *self.expression(), "]"]

    def call(self) -> list[str]:
        arguments = self.random.choice(
            (
                lambda: ["(", ")"],
                lambda: ["(", *self.several(self.expression), ")"],
                lambda: ["'s'"],
                self.table,
            )
        )()
        return ([":", *self.choose("a", "m")] if self.chance(3) else []) + arguments

    def table(self) -> list[str]:
        tokens = ["{"]
        for _ in range(self.random.randrange(4)):
            kind = self.random.randrange(3)
            if kind == 0:
                tokens += [*self.choose("a", "k"), "="]
            elif kind == 1:
                tokens += ["[", *self.expression(), "]", "="]
            tokens += [*self.expression(), *self.choose(",", ";")]
        return [*tokens, "}"]

    def function(self, head: str) -> list[str]:
        loops, vararg = self.loops, self.vararg
        [parameters] = self.choose("()", "(a)", "(a, b)", "(...)", "(a, ...)")
        self.loops, self.vararg = 0, "..." in parameters
        tokens = [head + parameters, *self.block(), "end"]
        self.loops, self.vararg = loops, vararg
        return tokens

    # Statements

    def block(self) -> list[str]:
        tokens: list[str] = []
        statements = self.random.randrange(4)
        label = None
        if statements and self.chance(5):
            self.labels += 1
            label = f"l{self.labels}"
            backward = self.chance(2)
            tokens += (
                ["::", label, "::"] if backward else ["if", *self.expression(), "then", "goto", label, "end"]
            )
        for _ in range(statements):
            tokens += self.statement()
        if label is not None and not self.chance(30):
            tokens += (
                ["if", *self.expression(), "then", "goto", label, "end"] if backward else ["::", label, "::"]
            )
        if self.chance(6):
            tokens += ["return", *(self.several(self.expression) if self.chance(2) else self.call_or_leaf())]
        elif (self.loops or self.chance(200)) and self.chance(3):
            tokens += ["break"]
        return tokens

    def call_or_leaf(self) -> list[str]:
        return self.name() + self.call() if self.chance(2) else []

    def loop_block(self) -> list[str]:
        self.loops += 1
        tokens = self.block()
        self.loops -= 1
        return tokens

    def target(self) -> list[str]:
        if self.chance(100):
            return ["c"]
        return self.name() if self.chance(2) else self.name() + self.field()

    def attributed(self) -> list[str]:
        """A name with an attribute now and then; constants have names of their own, seldom assigned to."""
        if not self.chance(4):
            return self.name()
        return self.choose("c <const>", "c <const>", "c <close>", "d <const>")

    def statement(self) -> list[str]:
        self.budget -= 1
        kind = self.random.randrange(13)
        if kind < 3:
            values = ["=", *self.several(self.expression)] if not self.chance(4) else []
            return ["local " + " ".join(self.several(self.attributed)), *values]
        if kind < 5:
            return [*self.several(self.target), "=", *self.several(self.expression), ";"]
        if kind == 5 or self.budget <= 0:
            return [*self.name(), *self.call(), ";"]
        if kind == 6:
            tokens = ["if", *self.expression(), "then", *self.block()]
            for _ in range(self.random.randrange(3)):
                tokens += ["elseif", *self.expression(), "then", *self.block()]
            return [*tokens, *(["else", *self.block()] if self.chance(2) else []), "end"]
        if kind == 7:
            return ["while", *self.expression(), "do", *self.loop_block(), "end"]
        if kind == 8:
            return ["repeat", *self.loop_block(), "until", *self.expression()]
        if kind == 9:
            step = [",", *self.expression()] if self.chance(2) else []
            limits = [*self.expression(), ",", *self.expression(), *step]
            return [f"for {''.join(self.name())} =", *limits, "do", *self.loop_block(), "end"]
        if kind == 10:
            names = " ".join(self.several(self.name))
            return [f"for {names} in", *self.several(self.expression), "do", *self.loop_block(), "end"]
        if kind == 11:
            return ["do", *self.block(), "end"]
        if self.chance(2):
            return ["local", *self.function("function " + "".join(self.name()))]
        [suffix] = self.choose("", "", ".k", ":m", ".k:m")
        return self.function("function " + "".join(self.name()) + suffix)

    def program(self, line_break: int) -> str:
        """Return a program with a line break before one in so many tokens, separators excepted."""
        text = ""
        for token in self.block():
            text += " " if token in SEPARATORS or not self.chance(line_break) else "\n"
            text += token
        return text


@given(st.randoms(use_true_random=False))
def test_generated_programs(assert_same: Callable[[str], None], random: random.Random) -> None:
    assert_same(Generator(random).program(6))
