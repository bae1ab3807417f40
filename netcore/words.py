"""The one door between the sentences of the engine and the languages of people.

The engine writes English templates with named placeholders and hands the values over. Whoever asks the engine
may name a language for the time of the question; without one the sentences stay English.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Language:
    """What turns templates into another language.

    Args:
        code: key of the language, for what is kept with sentences in it.
        one: template -> template; placeholders such as ``{vm}`` stay.
        many: the same for a template of one, a template of many, and the number that chooses.
    """

    code: str
    one: Callable[[str], str]
    many: Callable[[str, str, int], str]


_spoken: ContextVar[Language | None] = ContextVar("language of the engine", default=None)


@contextmanager
def speaking(language: Language | None) -> Iterator[None]:
    """Make sentences in a language inside of the block, in this thread or coroutine; None: in English."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def language_code() -> str:
    """Return the key of the language that sentences are made in; empty for English."""
    language = _spoken.get()
    return "" if language is None else language.code


def say(template: str, /, **values: Any) -> str:
    """Return a sentence.

    Args:
        template: English, placeholders as ``str.format`` has them; a text without values is told as it is.

    Example:
        >>> say("NIC {nic} has no address.", nic="web1")
        'NIC web1 has no address.'
    """
    language = _spoken.get()
    if language is not None and template:
        template = language.one(template)
    return template.format(**values) if values else template


def say_many(one: str, many: str, count: int, /, **values: Any) -> str:
    """Return the sentence for a number of things.

    Args:
        one, many: templates as of ``say``; both may use ``{count}``.

    Example:
        >>> say_many("{count} pair", "{count} pairs", 2)
        '2 pairs'
    """
    language = _spoken.get()
    template = one if count == 1 else many
    if language is not None:
        template = language.many(one, many, count)
    return template.format(count=count, **values)
