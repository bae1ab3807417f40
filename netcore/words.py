"""The one door between the sentences of the engine and the languages of people.

The engine writes English templates with named placeholders and hands the values over. Whoever shows the
sentences may give a translation of templates, once, when the program starts; without one they stay English.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Translate = Callable[[str], str]
TranslateMany = Callable[[str, str, int], str]


def _one_or_many(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


def _no_language() -> str:
    return ""


_translate: Translate | None = None
_translate_many: TranslateMany = _one_or_many
_language: Callable[[], str] = _no_language


def translate_with(
    translate: Translate | None,
    many: TranslateMany | None = None,
    language: Callable[[], str] | None = None,
) -> None:
    """Give the translation of templates; None takes it away again.

    Args:
        translate: template -> template in the language of whoever is served; asked at every sentence, by any
            thread, so it finds that language by itself. Placeholders such as ``{vm}`` stay.
        many: the same for a template of one, a template of many and the number that chooses.
        language: which language that is now, for what is kept with sentences in it.
    """
    global _translate, _translate_many, _language
    _translate = translate
    _translate_many = many or _one_or_many
    _language = language or _no_language


def language() -> str:
    """Return the key of the language that sentences are made in; empty without a translation."""
    return _language()


def say(template: str, /, **values: Any) -> str:
    """Return a sentence.

    Args:
        template: English, placeholders as ``str.format`` has them; a text without values is told as it is.

    Example:
        >>> say("NIC {nic} has no address.", nic="web1")
        'NIC web1 has no address.'
    """
    if _translate is not None:
        template = _translate(template)
    return template.format(**values) if values else template


def say_many(one: str, many: str, count: int, /, **values: Any) -> str:
    """Return the sentence for a number of things.

    Args:
        one, many: templates as of ``say``; both may use ``{count}``.

    Example:
        >>> say_many("{count} pair", "{count} pairs", 2)
        '2 pairs'
    """
    return _translate_many(one, many, count).format(count=count, **values)
