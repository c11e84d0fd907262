"""The short sentences of a template, one and all: people say these most."""

from collections.abc import Sequence

from hassil.expression import Alternative, Expression, Group, Permutation, TextChunk

from voice_guide.nlu.sampling import choices, spoken
from voice_guide.nlu.template import Template


class _TooManyError(Exception):
    """A part of a template stands for more texts than are wanted."""


def short_sentences(template: Template, max_words: int, max_count: int) -> set[str]:
    """Return every sentence of a template that has no more than so many words.

    None are returned where the template, or a part of it, stands for more than `max_count`.
    """
    try:
        texts = _texts(template.expression, template, max_words, max_count)
    except _TooManyError:
        return set()
    return {" ".join(words) for text in texts if (words := spoken(text))}


def _texts(
    expression: Expression | str, template: Template, max_words: int, max_count: int
) -> set[str]:
    """Return what an expression may stand for, without texts that have too many words."""
    if isinstance(expression, str):
        found = {expression}
    elif isinstance(expression, TextChunk):
        found = {expression.original_text}
    elif isinstance(expression, Group) and not isinstance(expression, Alternative | Permutation):
        found = {""}
        for item in expression.items:
            texts = _texts(item, template, max_words, max_count)
            found = _short({before + text for before in found for text in texts}, max_words)
    else:
        options = _options(expression, template)
        found = set().union(*(_texts(each, template, max_words, max_count) for each in options))
    found = _short(found, max_words)
    if len(found) > max_count:
        raise _TooManyError
    return found


def _options(expression: Expression, template: Template) -> Sequence[Expression | str]:
    """Return the choices of an alternative, a list or a rule."""
    if isinstance(expression, Permutation):
        # What may come in any order is seldom short.
        raise _TooManyError
    if isinstance(expression, Alternative):
        return expression.items
    return choices(expression, template)


def _short(texts: set[str], max_words: int) -> set[str]:
    return {text for text in texts if len(text.split()) <= max_words}
