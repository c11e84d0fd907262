"""From sentence templates to the list of sentences that the recognizer learns from.

Vosk turns the list into a bigram model: which word follows which, and how often. A
template can describe more sentences than could ever be listed, so sentences are drawn,
each choice in a template taking what was taken least so far, until further ones bring no
new pair of words. What is short and plain is drawn often, and weighs as much as it should.
"""

import random
import re
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
)
from hassil.intents import TextSlotList

from voice_guide.nlu.number_words import NumberList
from voice_guide.nlu.sentences import Sentences, Template

_T = TypeVar("_T")

UNKNOWN = "[unk]"
"""Vosk's word for whatever is none of the listed ones."""

_PATIENCE = 20
"""Sentences of an intent without a new pair of words after which none is expected."""

_MOST = 1_500
"""Sentences drawn before only those are added that bring a new pair of words: more only slow
the recognizer down."""

_MAX_RARE_DRAWS = 3_000
"""Sentences drawn of a template at the most to find the words that were not drawn yet."""

_NOT_SPOKEN = re.compile(r"[^\w' ]+")


def drawn_sentences(
    sentences: Sentences, context: str | None, knows: Callable[[str], bool]
) -> list[str]:
    """Draw sentences of a context (None: of all) to cover every word and every junction.

    `knows` tells whether the speech model has a word: sentences with one that it lacks
    cannot be heard and are left out. The same templates give the same list each time.
    """
    return [text for text, _ in drawn_with_templates(sentences, context, knows)]


def drawn_with_templates(
    sentences: Sentences,
    context: str | None,
    knows: Callable[[str], bool],
    patience: int = _PATIENCE,
) -> list[tuple[str, Template]]:
    """Draw sentences as `drawn_sentences` does, each with the template it was drawn from.

    `patience` is how many sentences of an intent may bring no new pair of words before it is
    left; with less, rare words are missing.
    """
    by_intent: dict[str, list[Template]] = {}
    for template in sentences.templates(context):
        by_intent.setdefault(template.intent, []).append(template)
    drawn = _drawn(by_intent, knows, patience)
    found = {word for text, _ in drawn for word in text.split()}
    for templates in by_intent.values():
        for template in templates:
            drawn += _drawn_with_rare_words(template, knows, found)
    return drawn


def _drawn_with_rare_words(
    template: Template, knows: Callable[[str], bool], found: set[str]
) -> Iterator[tuple[str, Template]]:
    """Yield sentences of a template with those of its words that were not drawn yet."""
    draw = _Draw()
    missing = {word for word in words_of_templates([template]) if knows(word)} - found
    for _ in range(_MAX_RARE_DRAWS if missing else 0):
        if found.issuperset(missing):
            return
        sentence = spoken(draw.sentence(template.expression, template))
        if not found.issuperset(sentence) and all(map(knows, sentence)):
            found.update(sentence)
            yield " ".join(sentence), template


def drawn_from(template: Template) -> list[str]:
    """Draw distinct sentences of one template, those with words no model knows included."""
    everything = _drawn({template.intent: [template]}, lambda _: True)
    return list(dict.fromkeys(text for text, _ in everything))


def _drawn(
    by_intent: Mapping[str, Sequence[Template]],
    knows: Callable[[str], bool],
    patience: int = _PATIENCE,
) -> list[tuple[str, Template]]:
    draw = _Draw()
    drawn: list[tuple[str, Template]] = []
    junctions: set[tuple[str, str]] = set()
    idle = dict.fromkeys(by_intent, 0)
    while idle and min(idle.values()) < patience:
        # Once there are enough, only those go on that still bring something new.
        is_full = len(drawn) >= _MOST
        for intent in [name for name, rounds in idle.items() if rounds < patience or not is_full]:
            template = draw.one_of(by_intent[intent], intent)
            words = spoken(draw.sentence(template.expression, template))
            new = set(pairwise(["", *words, ""])) - junctions
            junctions |= new
            idle[intent] = 0 if new else idle[intent] + 1
            if words and (new or not is_full) and all(map(knows, words)):
                # The same are drawn many times, and for every context: each is kept once.
                drawn.append((sys.intern(" ".join(words)), template))
    return drawn


def spoken(text: str) -> list[str]:
    """Return the words of a text as a speech model spells them."""
    return _NOT_SPOKEN.sub(" ", text.lower().replace("’", "'").replace("_", " ")).split()


def words_of(sentences: Sentences, context: str | None) -> set[str]:
    """Return every word that may occur in a sentence of the context."""
    return words_of_templates(sentences.templates(context))


def words_of_templates(templates: Iterable[Template]) -> set[str]:
    """Return every word that may occur in a sentence of the templates."""
    return {
        word
        for template in templates
        for text in _texts(template.expression, template)
        for word in spoken(text)
    }


def value_words(sentences: Sentences) -> Mapping[str, frozenset[str]]:
    """Return the single words that are values of each slot."""
    found: dict[str, set[str]] = {}
    for template in sentences.templates(None):
        for reference in template.references:
            texts = map(spoken, _texts(reference, template))
            words = found.setdefault(reference.slot_name, set())
            words.update(text[0] for text in texts if len(text) == 1)
    return {name: frozenset(words) for name, words in found.items()}


class _Draw:
    """Chance that evens itself out: of several choices, one that was taken least so far."""

    def __init__(self) -> None:
        self._chance = random.Random(0)
        self._left: dict[Hashable, list[int]] = {}
        self._values: dict[Hashable, Sequence[Expression | str]] = {}

    def one_of(self, options: Sequence[_T], where: Hashable) -> _T:
        """Return one of the options that may be taken at this place."""
        left = self._left.setdefault(where, [])
        if not left:
            left += self._chance.sample(range(len(options)), len(options))
        return options[left.pop()]

    def sentence(self, expression: Expression, template: Template) -> str:
        """Return one sentence of an expression; a wildcard gives nothing."""
        if isinstance(expression, TextChunk):
            return expression.original_text
        if isinstance(expression, Permutation):
            items = self._chance.sample(expression.items, len(expression.items))
            return " ".join(self.sentence(item, template) for item in items)
        if isinstance(expression, Group) and not isinstance(expression, Alternative):
            return "".join(self.sentence(item, template) for item in expression.items)
        if isinstance(expression, ListReference):
            # Wherever a list is named its values take turns, so that all of them come up soon.
            where: Hashable = (expression.list_name, id(template.lists.get(expression.list_name)))
            options: Sequence[Expression | str] = self._values_of(expression, template, where)
        elif isinstance(expression, Alternative):
            where, options = id(expression), expression.items
        else:
            where, options = id(expression), choices(expression, template)
        option = self.one_of(options, where) if options else ""
        return option if isinstance(option, str) else self.sentence(option, template)

    def _values_of(
        self, reference: ListReference, template: Template, key: Hashable
    ) -> Sequence[Expression | str]:
        if key not in self._values:
            self._values[key] = choices(reference, template)
        return self._values[key]


def _texts(expression: Expression, template: Template) -> Iterator[str]:
    """Yield every piece of text in an expression."""
    if isinstance(expression, TextChunk):
        yield expression.original_text
    elif isinstance(expression, Group):
        for item in expression.items:
            yield from _texts(item, template)
    else:
        for choice in choices(expression, template):
            if isinstance(choice, str):
                yield choice
            else:
                yield from _texts(choice, template)


def choices(expression: Expression, template: Template) -> Sequence[Expression | str]:
    """Return what a {list} or <rule> may stand for; nothing for a wildcard."""
    if isinstance(expression, RuleReference):
        return [template.rules[expression.rule_name]]
    if not isinstance(expression, ListReference):
        raise TypeError(f"not a part of a sentence template: {expression}")
    values = template.lists.get(expression.list_name)
    if isinstance(values, NumberList):
        return values.words
    return [value.text_in for value in values.values] if isinstance(values, TextSlotList) else []
