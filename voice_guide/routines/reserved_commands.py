"""The language's own commands, and what packs may not do to them.

A pack brings phrases to listen for. Whatever it calls its things, "stop" has to stop.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice

from hassil.expression import Sentence
from hassil.intents import SlotList, TextSlotList
from hassil.sample import sample_expression

from voice_guide.nlu.sampling import spoken
from voice_guide.nlu.sentences import Meaning, Sentences, Template
from voice_guide.routines.library import Library, listened_for
from voice_guide.routines.model import Routine

_LISTS = frozenset(Library(()).lists)
"""The lists of the sentence files that packs fill."""

_HERE = "0phrase0"
"""What stands for a phrase, and is in no sentence otherwise."""

_MOST = 10_000
"""Sentences of one template that are looked at: more would only be the same once more."""


class ReservedCommands:
    """Everything that can be said whatever routines there are."""

    def __init__(self, sentences: Sentences) -> None:
        """Take the language's sentences, in which no pack has its phrases."""
        self._sentences = sentences
        self._made: dict[str, tuple[str, ...]] = {}

    def lost_to(self, routine: Routine) -> Iterator[str]:
        """Yield, for the pack's author, each phrase that would take a command away."""
        for name, key, phrase in listened_for(routine):
            lost = self._lost_to(name, phrase)
            if lost:
                said, meant = lost
                means = "is a command" if said == phrase else f'can be a part of "{said}"'
                yield f'{key}: "{phrase}" {means} ({meant.intent}); call it something else'

    def _lost_to(self, name: str, phrase: str) -> tuple[str, Meaning] | None:
        """Return a sentence that a phrase of that list would take away, with its meaning."""
        # What is better obeyed once too often has no second meaning anywhere.
        for meaning in self._sentences.meanings(phrase, None):
            if meaning.intent in self._sentences.safe_intents:
                return phrase, meaning
        made = {text.replace(_HERE, phrase) for text in self._made_with(name)} & self._texts
        for text in sorted(made, key=len):
            with_it = self._sentences.with_lists({name: (phrase,)})
            for context in self._sentences.contexts:
                own = self._sentences.match(text, context)
                others = (m for m in with_it.meanings(text, context) if name in m.slots)
                if own and any(other.intent != own.intent for other in others):
                    return text, own
        return None

    @cached_property
    def _texts(self) -> frozenset[str]:
        """Every sentence there is without packs."""
        templates = self._sentences.templates(None)
        without = (each for each in templates if each.slots.isdisjoint(_LISTS))
        return frozenset(_texts(without, {}, self._sentences.language))

    def _made_with(self, name: str) -> Iterable[str]:
        """Return every sentence that a phrase of that list can stand in, with _HERE for it."""
        if name not in self._made:
            templates = self._sentences.templates(None)
            with_it = (each for each in templates if each.slots & _LISTS == {name})
            here = {name: TextSlotList.from_strings([_HERE])}
            self._made[name] = tuple(_texts(with_it, here, self._sentences.language))
        return self._made[name]


def _texts(
    templates: Iterable[Template], lists: Mapping[str, SlotList], language: str
) -> Iterator[str]:
    """Yield what the templates stand for, with these lists in place of their own."""
    for each in templates:
        rules = {name: Sentence(rule) for name, rule in each.rules.items()}
        texts = sample_expression(each.expression, {**each.lists, **lists}, rules, language)
        for text in islice(texts, _MOST):
            yield " ".join(spoken(text))
