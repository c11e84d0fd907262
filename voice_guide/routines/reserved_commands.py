"""Reject packs whose phrases would take one of the language's own commands away.

A pack adds phrases to listen for. Whatever it calls its routine, areas and things, "stop" must
still stop.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice

from hassil.expression import Sentence
from hassil.intents import SlotList, TextSlotList
from hassil.sample import sample_expression

from voice_guide.nlu.sampling import spoken, words_of
from voice_guide.nlu.sentences import Meaning, Sentences, Template
from voice_guide.routines.library import Library
from voice_guide.routines.model import Routine
from voice_guide.routines.packs import user_phrases

_PACK_LISTS = frozenset(Library(()).lists)
"""The lists of the sentence files that packs fill."""

_PLACEHOLDER = "0phrase0"
"""A word in place of a pack's phrase, which no sentence contains."""

_MAX_SENTENCES = 10_000
"""Number of sentences of one template that are compared; the rest would be repetitions."""


class ReservedCommands:
    """All sentences of a language without those that packs add."""

    def __init__(self, sentences: Sentences) -> None:
        """Create it from the language's sentences, with no pack's phrases in their lists."""
        self._sentences = sentences
        self._with_placeholder: dict[str, tuple[str, ...]] = {}

    def conflicts_with(self, routine: Routine) -> Iterator[str]:
        """Yield a message for the author for each phrase that would take a command away."""
        for name, key, phrase in user_phrases(routine):
            conflict = self._conflict(name, phrase)
            if conflict:
                text, meaning = conflict
                role = "is a command" if text == phrase else f'can be a part of "{text}"'
                yield f'{key}: "{phrase}" {role} ({meaning.intent}); call it something else'

    def _conflict(self, name: str, phrase: str) -> tuple[str, Meaning] | None:
        """Return a command that a phrase in that list would take away, with its meaning."""
        # The words of a safety command may have no second meaning in any context.
        for meaning in self._sentences.meanings(phrase, None):
            if meaning.intent in self._sentences.safe_intents:
                return phrase, meaning
        if not self._vocabulary.issuperset(spoken(phrase)):
            return None
        extended = self._sentences.with_lists({name: (phrase,)})
        with_phrase = {t.replace(_PLACEHOLDER, phrase) for t in self._texts_with_list(name)}
        for text in sorted(filter(self._may_be_command, with_phrase), key=len):
            for context in self._sentences.contexts:
                own = self._sentences.match(text, context)
                others = (m for m in extended.meanings(text, context) if name in m.slots)
                if own and any(other.intent != own.intent for other in others):
                    return text, own
        return None

    def _may_be_command(self, text: str) -> bool:
        """Return True if every word of a text is one of a command's and it is a sentence."""
        words = spoken(text)
        return self._vocabulary.issuperset(words) and self._sentences.match(text, None) is not None

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        """The words of all sentences without a pack's phrase."""
        return frozenset(words_of(self._sentences, None))

    def _texts_with_list(self, name: str) -> Iterable[str]:
        """Return the texts of all sentences with that list, with the placeholder as its value."""
        if name not in self._with_placeholder:
            templates = self._sentences.templates(None)
            with_list = (each for each in templates if each.slots & _PACK_LISTS == {name})
            lists = {name: TextSlotList.from_strings([_PLACEHOLDER])}
            texts = _texts_of(with_list, lists, self._sentences.language)
            self._with_placeholder[name] = tuple(texts)
        return self._with_placeholder[name]


def _texts_of(
    templates: Iterable[Template], lists: Mapping[str, SlotList], language: str
) -> Iterator[str]:
    """Yield the texts of the templates, with these lists replacing their own."""
    for each in templates:
        rules = {name: Sentence(rule) for name, rule in each.rules.items()}
        texts = sample_expression(each.expression, {**each.lists, **lists}, rules, language)
        for text in islice(texts, _MAX_SENTENCES):
            yield " ".join(spoken(text))
