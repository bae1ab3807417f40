"""The grammar of template expressions: text to tree, by recursive descent."""

from __future__ import annotations

import re
from dataclasses import dataclass

from netcore.errors import FormatError
from netcore.words import say

MAX_LENGTH = 65_536
MAX_NESTING = 64


class ExpressionError(Exception):
    """One expression cannot be worked out; the message says why."""


def too_much(message: str) -> FormatError:
    """Return the error for a template that passes a limit."""
    return FormatError(
        message, say("the expressions of the template"), say("Split or simplify the template.")
    )


@dataclass(frozen=True, slots=True)
class Literal:
    """A string or number as written."""

    value: str | int | float


@dataclass(frozen=True, slots=True)
class Call:
    """``name(arguments)``; the name is lower case, user functions keep their ``namespace.``."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """``target.key`` or ``target[key]``; ``safe`` is ``.?`` and gives null where nothing is."""

    target: Node
    key: Node
    safe: bool


Node = Literal | Call | Access

_TOKEN = re.compile(
    r"\s*+(?:(?P<string>'(?:[^']++|'')*+')|(?P<number>[+-]?\d++(?:\.\d++)?)"
    r"|(?P<name>[A-Za-z_$][\w$\-]*+)|(?P<mark>\.\?|\[\?|[()\[\],.]))"
)


def is_expression(text: str) -> bool:
    """Return whether a template string is an expression: ``[...]`` and not ``[[...]``."""
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


def parse_expression(text: str) -> Node:
    """Return the tree of an expression, given with its outer brackets.

    Raises:
        ExpressionError: it does not follow the grammar.
        FormatError: it is longer or nested deeper than the limits.
    """
    if len(text) > MAX_LENGTH:
        raise too_much(say("An expression is longer than {max_length:,} characters.", max_length=MAX_LENGTH))
    return _Parser(text[1:-1]).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        position = 0
        end = len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None:
                raise ExpressionError(
                    say("cannot read the expression at {text!r}", text=text[position : position + 20])
                )
            kind = str(match.lastgroup)
            self.tokens.append((kind, match.group(kind)))
            position = match.end()
        self.at = 0

    def parse(self) -> Node:
        node = self._value(0)
        if self.at != len(self.tokens):
            raise ExpressionError(say("the expression goes on at {tokens!r}", tokens=self.tokens[self.at][1]))
        return node

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise ExpressionError(say("the expression ends too early"))
        self.at += 1
        return self.tokens[self.at - 1]

    def _expect(self, mark: str) -> None:
        found = self._next()[1]
        if found != mark:
            raise ExpressionError(say("expected {mark!r}, found {found!r}", mark=mark, found=found))

    def _value(self, depth: int) -> Node:
        if depth > MAX_NESTING:
            raise too_much(
                say("An expression is nested more than {max_nesting} levels deep.", max_nesting=MAX_NESTING)
            )
        kind, text = self._next()
        node: Node
        if kind == "string":
            node = Literal(text[1:-1].replace("''", "'"))
        elif kind == "number":
            if len(text) > 40:
                raise ExpressionError(say("a number has too many digits"))
            node = Literal(float(text) if "." in text else int(text))
        elif kind == "name":
            name = text
            while self._peek() == ".":
                self._next()
                name += "." + self._next()[1]
            self._expect("(")
            node = Call(name.lower(), self._arguments(depth))
        else:
            raise ExpressionError(say("expected a value, found {text!r}", text=text))
        return self._postfix(node, depth)

    def _arguments(self, depth: int) -> tuple[Node, ...]:
        found: list[Node] = []
        if self._peek() == ")":
            self._next()
            return ()
        while True:
            found.append(self._value(depth + 1))
            if self._peek() == ",":
                self._next()
                continue
            self._expect(")")
            return tuple(found)

    def _postfix(self, node: Node, depth: int) -> Node:
        length = 0
        while self._peek() in (".", ".?", "[", "[?"):
            length += 1
            if length > MAX_NESTING:
                raise too_much(say("An expression has too many property accesses in a row."))
            mark = self._next()[1]
            if mark[0] == ".":
                kind, text = self._next()
                if kind not in ("name", "number"):
                    raise ExpressionError(say("expected a property name, found {text!r}", text=text))
                node = Access(node, Literal(text), mark == ".?")
            else:
                key = self._value(depth + 1)
                self._expect("]")
                node = Access(node, key, mark == "[?")
        return node
