"""Reject packs whose phrases would take one of the language's own commands away.

A pack adds phrases to listen for. Whatever it calls its routine, areas and things, "stop" must
still stop.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.sampling import spoken, words_of_templates
from voice_guide.nlu.sentence_prefixes import SentencePrefixes
from voice_guide.nlu.sentences import Meaning, Sentences
from voice_guide.nlu.shared_sentences import SharedSentences
from voice_guide.nlu.template import Template
from voice_guide.routines.library import Library
from voice_guide.routines.model import Routine
from voice_guide.routines.packs import user_phrases

_PACK_LISTS = frozenset(Library(()).lists)
"""The lists of the sentence files that packs fill."""


class ReservedCommands:
    """All sentences of a language without those that packs add."""

    def __init__(self, sentences: Sentences) -> None:
        """Create it from the language's sentences, with no pack's phrases in their lists."""
        self._sentences = sentences
        self._interpreter = Interpreter(sentences)
        self._with_placeholder: dict[str, tuple[str, ...]] = {}

    def conflicts_with(self, routine: Routine) -> Iterator[str]:
        """Yield a message for the author for each phrase that would take a command away."""
        for name, key, phrase in user_phrases(routine):
            if reason := self._interpreter.why_unusable(phrase):
                yield f'{key}: "{phrase}" {reason}; call it something else'
                continue
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
        taken = (
            (text, Meaning(command.intent, {}))
            for shared in self._compared.get(name, ())
            for text, command in shared.with_value(phrase)
            if self._takes(shared.template, command)
        )
        return min(taken, key=lambda each: len(each[0]), default=None)

    def _takes(self, template: Template, command: Template) -> bool:
        """Return True if a command's sentence would have a pack's meaning too, and may lose it.

        A safety command that comes first in the file keeps its sentence.
        """
        sentences, order = self._sentences, self._order
        if template.intent == command.intent:
            return False
        keeps_it = order[command.intent] < order[template.intent]
        if command.intent in sentences.safe_intents and keeps_it:
            return False
        return any(
            template.holds_in(context) and command.holds_in(context)
            for context in sentences.contexts
        )

    @cached_property
    def _order(self) -> Mapping[str, int]:
        """The place of each intent in the sentence files."""
        intents = dict.fromkeys(each.intent for each in self._sentences.templates(None))
        return {intent: number for number, intent in enumerate(intents)}

    @cached_property
    def _said(self) -> Sequence[Template]:
        """The templates of what people say without packs."""
        return [template for template in self._sentences.templates(None) if template.is_said]

    @cached_property
    def _commands(self) -> Sequence[Template]:
        """The templates that no pack may take a sentence from."""
        yielding = self._sentences.yielding_intents
        return [template for template in self._said if template.intent not in yielding]

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        """The words of the sentences that no pack may take."""
        return frozenset(words_of_templates(self._commands))

    @cached_property
    def _compared(self) -> Mapping[str, Sequence[SharedSentences]]:
        """The templates of each pack list, to be compared with the commands."""
        others = SentencePrefixes(self._commands)
        return {
            name: [
                SharedSentences(others, template, name)
                for template in self._said
                if template.slots & _PACK_LISTS == {name}
            ]
            for name in _PACK_LISTS
        }
