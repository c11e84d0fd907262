"""The language's own commands, and what packs may not do to them.

A pack brings phrases to listen for. Whatever it calls its things, "stop" has to stop.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from hassil.expression import Sentence
from hassil.sample import sample_expression

from voice_guide.hearing.grammar import spoken
from voice_guide.hearing.sentences import Meaning, Sentences, Template
from voice_guide.routines.library import Library, listened_for
from voice_guide.routines.model import Routine

_MOST = 10_000
"""Sentences of one template that are looked at: more would only be the same once more."""


class Commands:
    """Everything that can be said whatever routines there are."""

    def __init__(self, sentences: Sentences) -> None:
        """Take the language's sentences, in which no pack has its phrases."""
        self._sentences = sentences

    def lost_to(self, routine: Routine) -> Iterator[str]:
        """Yield, for the pack's author, each phrase that would take a command away."""
        for name, key, phrase in listened_for(routine):
            lost = self._lost_to(name, phrase)
            if lost:
                said, meant = lost
                yield (
                    f'{key}: where "{phrase}" is listened for, "{said}" could be missed, which '
                    f"means {meant.intent}; call it something else"
                )

    def _lost_to(self, name: str, phrase: str) -> tuple[str, Meaning] | None:
        """Return a sentence that a phrase of that list would take away, with its meaning."""
        # What is better obeyed once too often has no second meaning anywhere.
        for meaning in self._sentences.meanings(phrase, None):
            if meaning.intent in self._sentences.safe_intents:
                return phrase, meaning
        with_it = self._sentences.with_lists({name: (phrase,)})
        for text in self._texts:
            if f" {phrase} " in f" {text} ":
                for context in self._sentences.contexts:
                    own = self._sentences.match(text, context)
                    if own and any(name in each.slots for each in with_it.meanings(text, context)):
                        return text, own
        return None

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        templates = self._sentences.templates(None)
        found = (text for each in templates for text in _texts(each, self._sentences.language))
        return tuple(dict.fromkeys(" ".join(spoken(text)) for text in found))


def _texts(template: Template, language: str) -> Iterator[str]:
    """Return every sentence of a template; none where it needs a pack's phrase."""
    if not template.slots.isdisjoint(Library(()).lists):
        return iter(())
    rules = {name: Sentence(rule) for name, rule in template.rules.items()}
    texts = sample_expression(template.expression, dict(template.lists), rules, language)
    return islice(iter(texts), _MOST)
