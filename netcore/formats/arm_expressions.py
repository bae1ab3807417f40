"""Template expressions: ``[concat(parameters('a'), '-x')]`` to a value.

``arm_syntax`` makes the tree, this walks it. Nothing is ever executed as code;
length, nesting, number of steps and size of values are bounded, so that a hostile
template ends in a ``FormatError`` at once.

Two kinds of failure are kept apart. ``ExpressionError``: this expression cannot
be worked out (wrong, or a function we do not know); the import goes on and says
so. ``FormatError``: a limit was passed; the import ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from netcore.formats.arm_syntax import (
    Access,
    Call,
    ExpressionError,
    Literal,
    Node,
    is_expression,
    parse_expression,
    too_much,
)
from netcore.words import say

Value = Any
"""JSON data, ``Deferred`` or ``LazyObject``."""

MAX_CALL_DEPTH = 120
MAX_STEPS = 250_000
MAX_STRING = 1_000_000
MAX_WEIGHT = 200_000


class Deferred:
    """A value known only after deployment, or one that could not be worked out.

    It travels through functions like any value and ends as a note where it is used.
    """

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason


class LazyObject:
    """Something whose members are worked out when they are asked for."""

    def member(self, key: str | int) -> Value:
        """Return the member ``key``.

        Raises:
            ExpressionError: there is none and there never will be.
        """
        raise NotImplementedError

    def plain(self) -> Value:
        """Return the whole as JSON data, or ``Deferred``."""
        raise NotImplementedError


class Budget:
    """What one import may still spend."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.left = steps
        self.depth = 0
        self._weights: dict[int, tuple[Value, int]] = {}

    def spend(self, steps: int = 1) -> None:
        """Take steps off.

        Raises:
            FormatError: nothing is left.
        """
        self.left -= steps
        if self.left < 0:
            raise too_much(say("The template needs more work than an import may take."))

    def charge(self, value: Value) -> None:
        """Take off what it costs to read an argument once."""
        if isinstance(value, str):
            self.spend(len(value) >> 6)
        elif isinstance(value, list | dict):
            self.spend(self._weigh(value, 0) >> 4)

    def measure(self, value: Value) -> Value:
        """Return ``value`` unchanged after charging for its size.

        A list that holds one list twice weighs twice: sharing would let a few lines grow without bound.

        Raises:
            FormatError: the value is larger than any template needs.
        """
        if isinstance(value, str):
            limit_length(len(value))
            self.spend(len(value) >> 10)
        elif isinstance(value, list | dict):
            self.spend(len(value) >> 2)
            if self._weigh(value, 0) > MAX_WEIGHT:
                raise too_much(
                    say("A value of the template has more than {max_weight:,} parts.", max_weight=MAX_WEIGHT)
                )
        return value

    def _weigh(self, value: list[Value] | dict[str, Value], depth: int) -> int:
        known = self._weights.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        if depth > MAX_CALL_DEPTH:
            raise too_much(say("An expression makes a value that is nested too deep."))
        weight = 1
        for part in value.values() if isinstance(value, dict) else value:
            # Most parts are texts and numbers, for which no weight is kept.
            weight += self._weigh(part, depth + 1) if isinstance(part, list | dict) else _leaf(part)
        self.spend(len(value) >> 3)
        # The value is kept with its weight: otherwise its id could be given to another one.
        self._weights[id(value)] = (value, weight)
        return weight


def _leaf(value: Value) -> int:
    return 1 + (len(value) >> 6) if isinstance(value, str) else 1


def limit_length(characters: int) -> None:
    """Refuse a text before it is made.

    Raises:
        FormatError: it would be longer than ``MAX_STRING``.
    """
    if characters > MAX_STRING:
        raise too_much(
            say("An expression makes a text longer than {max_string:,} characters.", max_string=MAX_STRING)
        )


class Scope:
    """Where an expression is evaluated: its functions that depend on the place."""

    def call(self, name: str, arguments: tuple[Node, ...], evaluator: Evaluator) -> Value:
        """Return the value of a function of this place.

        Raises:
            KeyError: the function does not depend on the place.
            ExpressionError: it cannot be worked out.
        """
        raise KeyError(name)


class LambdaScope(Scope):
    """A scope with the variables of a lambda in front."""

    def __init__(self, outer: Scope, variables: Mapping[str, Value]) -> None:
        self.outer = outer
        self.variables = variables

    def call(self, name: str, arguments: tuple[Node, ...], evaluator: Evaluator) -> Value:
        """Return a lambda variable, or what the outer scope says."""
        if name == "lambdavariables":
            wanted = evaluator.value(arguments[0], self)
            if wanted in self.variables:
                return self.variables[wanted]
        return self.outer.call(name, arguments, evaluator)


class Lambda:
    """``lambda('x', body)`` with the place where it was written."""

    def __init__(self, names: tuple[str, ...], body: Node, scope: Scope, evaluator: Evaluator) -> None:
        self.names = names
        self.body = body
        self.scope = scope
        self.evaluator = evaluator

    def __call__(self, *values: Value) -> Value:
        """Return the value of the body with its variables set; missing ones stay unknown."""
        scope = LambdaScope(self.scope, dict(zip(self.names, values, strict=False)))
        return plain(self.evaluator.value(self.body, scope))


class Evaluator:
    """Walks trees. One per import: it holds the budget and the parsed expressions."""

    def __init__(self, functions: Mapping[str, Callable[..., Value]], budget: Budget | None = None) -> None:
        self.functions = functions
        self.budget = budget or Budget()
        self._parsed: dict[str, Node | ExpressionError] = {}

    def text(self, text: str, scope: Scope) -> Value:
        """Return the value of a template string: expression, ``[[`` escape or itself.

        Raises:
            ExpressionError: the expression cannot be worked out.
            FormatError: a limit was passed.
        """
        if not is_expression(text):
            return text[1:] if text.startswith("[[") else text
        parsed = self._parsed.get(text)
        if parsed is None:
            self.budget.spend(len(text) >> 5)
            try:
                parsed = parse_expression(text)
            except ExpressionError as error:
                parsed = error
            self._parsed[text] = parsed
        if isinstance(parsed, ExpressionError):
            raise parsed
        return plain(self.value(parsed, scope))

    def value(self, node: Node, scope: Scope) -> Value:
        """Return the value of one tree; may be a ``LazyObject``."""
        budget = self.budget
        budget.spend()
        if isinstance(node, Literal):
            return node.value
        budget.depth += 1
        try:
            if budget.depth > MAX_CALL_DEPTH:
                raise too_much(say("The expressions of the template refer to each other too deeply."))
            if isinstance(node, Access):
                return self._access(node, scope)
            return self._call(node, scope)
        finally:
            budget.depth -= 1

    def _access(self, node: Access, scope: Scope) -> Value:
        target = self.value(node.target, scope)
        key = plain(self.value(node.key, scope))
        if isinstance(key, Deferred):
            return key
        try:
            return member(target, key)
        except ExpressionError:
            if node.safe:
                return None
            raise

    def _call(self, node: Call, scope: Scope) -> Value:
        name, arguments = node.name, node.arguments
        special = _SPECIAL.get(name)
        if special is not None:
            return special(self, arguments, scope)
        function = self.functions.get(name)
        if function is None:
            try:
                return scope.call(name, arguments, self)
            except KeyError:
                raise ExpressionError(say("the function {name}() is not known", name=name)) from None
        values = [plain(self.value(argument, scope)) for argument in arguments]
        return self.apply(name, function, values)

    def apply(self, name: str, function: Callable[..., Value], values: list[Value]) -> Value:
        """Return ``function(*values)`` with its size charged and its failures named."""
        if name not in _CARRIES_DEFERRED:
            for value in values:
                if isinstance(value, Deferred):
                    return value
        for value in values:
            self.budget.charge(value)
        try:
            result = function(*values)
            if isinstance(result, int) and abs(result) >= 1 << 63:
                raise ExpressionError(say("the number has more than 64 bits"))
            return self.budget.measure(result)
        except ExpressionError as error:
            raise ExpressionError(f"{name}(): {error}") from None
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError) as error:
            raise ExpressionError(f"{name}(): {str(error)[:100]}") from None


# Containers hold a value that is not known yet; every other function gives it back as its result.
_CARRIES_DEFERRED = frozenset({"createarray", "createobject", "array", "coalesce", "union", "items"})


def plain(value: Value) -> Value:
    """Return ``value`` as JSON data (or ``Deferred``): lazy objects are spelled out."""
    return value.plain() if isinstance(value, LazyObject) else value


def member(target: Value, key: Value) -> Value:
    """Return ``target[key]`` as Resource Manager reads it: property names ignore case.

    Raises:
        ExpressionError: there is no such member.
    """
    if isinstance(target, Deferred):
        return target
    if isinstance(target, LazyObject):
        return target.member(key)
    if isinstance(target, dict):
        if key in target:
            return target[key]
        folded = str(key).lower()
        for name, value in target.items():
            if name.lower() == folded:
                return value
        raise ExpressionError(say("there is no property {key!r}", key=str(key)[:60]))
    if isinstance(target, list | str):
        if isinstance(key, int) and not isinstance(key, bool) and 0 <= key < len(target):
            return target[key]
        raise ExpressionError(
            say("there is no item {key!r} (the length is {count})", key=str(key)[:60], count=len(target))
        )
    raise ExpressionError(say("{kind} has no property {key!r}", kind=_kind(target), key=str(key)[:60]))


def _kind(value: Value) -> str:
    return "null" if value is None else say("a value of type {name}", name=type(value).__name__)


def truth(value: Value, what: str) -> bool:
    """Return a condition as a boolean.

    Raises:
        ExpressionError: it is not one, or known only after deployment.
    """
    value = plain(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if isinstance(value, int):
        return value != 0
    if isinstance(value, Deferred):
        raise ExpressionError(say("{what} depends on {reason}", what=what, reason=value.reason))
    raise ExpressionError(say("{what} is {kind}, not true or false", what=what, kind=_kind(value)))


def _need(arguments: tuple[Node, ...], least: int, name: str) -> None:
    if len(arguments) < least:
        raise ExpressionError(
            say("{name}() needs {least} arguments, got {count}", name=name, least=least, count=len(arguments))
        )


def _if(evaluator: Evaluator, arguments: tuple[Node, ...], scope: Scope) -> Value:
    _need(arguments, 3, "if")
    chosen = truth(evaluator.value(arguments[0], scope), say("the condition of if()"))
    return evaluator.value(arguments[1 if chosen else 2], scope)


def _and(evaluator: Evaluator, arguments: tuple[Node, ...], scope: Scope) -> Value:
    return all(truth(evaluator.value(a, scope), say("an argument of and()")) for a in arguments)


def _or(evaluator: Evaluator, arguments: tuple[Node, ...], scope: Scope) -> Value:
    return any(truth(evaluator.value(a, scope), say("an argument of or()")) for a in arguments)


def _coalesce(evaluator: Evaluator, arguments: tuple[Node, ...], scope: Scope) -> Value:
    for argument in arguments:
        value = plain(evaluator.value(argument, scope))
        if value is not None:
            return value
    return None


def _lambda(evaluator: Evaluator, arguments: tuple[Node, ...], scope: Scope) -> Value:
    _need(arguments, 1, "lambda")
    names = tuple(str(evaluator.value(a, scope)) for a in arguments[:-1])
    return Lambda(names, arguments[-1], scope, evaluator)


def _try_get(evaluator: Evaluator, arguments: tuple[Node, ...], scope: Scope) -> Value:
    _need(arguments, 2, "tryGet")
    value = evaluator.value(arguments[0], scope)
    for argument in arguments[1:]:
        try:
            value = member(value, plain(evaluator.value(argument, scope)))
        except ExpressionError:
            return None
    return value


_SPECIAL: dict[str, Callable[[Evaluator, tuple[Node, ...], Scope], Value]] = {
    "if": _if,
    "and": _and,
    "or": _or,
    "coalesce": _coalesce,
    "lambda": _lambda,
    "tryget": _try_get,
}
