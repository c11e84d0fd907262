"""Sentences in Home Assistant's format, by context, matched by hassil."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

from hassil import recognize_all
from hassil.expression import Sentence
from hassil.intents import Intent, IntentData, Intents, TextSlotList
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.command import Slots
from voice_guide.nlu.contexts import contexts_in, holds_in, other_conditions
from voice_guide.nlu.number_words import OUT_OF_RANGE
from voice_guide.nlu.template import Template

# Keys below `metadata`.
SAID = "said"
"""False for sentences that no one says."""
_RARE = "rare"
"""True for sentences that people seldom say."""
_CASUAL = "casual"
"""True for sentences that people say to each other as often as to the guide."""
_YIELDS = "yields"
"""True for sentences that a pack's phrases may take over."""
OPENS = "opens"
"""True for sentences that open a session in another assistant."""
CLEAR = "clear"
"""The contexts in which a sentence is obeyed with nothing but the usual said around it."""
ALONE = "alone"
"""True for sentences beside which no other is obeyed: "why skip this"."""
SAFE, _URGENCY = "safe", "urgency"
"""True for what is better obeyed once too often; and which of several of these counts."""


@dataclass(frozen=True)
class Meaning:
    """What a sentence means."""

    intent: str
    """The intent it belongs to."""

    slots: Slots
    """Its values."""


class Sentences:
    """All sentences of one or more files, by context."""

    def __init__(self, intents: Intents, lists: Mapping[str, Sequence[str]] | None = None) -> None:
        """Take parsed intents; `lists` are those that may be known only at run time."""
        self._given = intents
        self._lists = lists or {}
        extra = {name: TextSlotList.from_strings(values) for name, values in self._lists.items()}
        self._everything = replace(intents, slot_lists={**extra, **intents.slot_lists})
        self._blocks = [
            _Block.of(name, data)
            for name, intent in intents.intents.items()
            for data in intent.data
        ]
        self._of = cache(self._find_intents_of)

    def with_lists(self, lists: Mapping[str, Sequence[str]]) -> "Sentences":
        """Return the same sentences with these lists in place of those of the same names."""
        return Sentences(self._given, {**self._lists, **lists})

    def marked(self, key: str, context: str | None = None) -> "Sentences":
        """Return those sentences alone for which a key below `metadata` is true.

        With a context, those for which it names that one.
        """

        def is_marked(data: IntentData) -> bool:
            marks = (data.metadata or {}).get(key, ())
            return marks is True if context is None else context in marks

        intents = {
            name: Intent(name, list(filter(is_marked, intent.data)))
            for name, intent in self._given.intents.items()
        }
        return Sentences(replace(self._given, intents=intents), self._lists)

    def rewritten(self, rewrite: Callable[[str], str]) -> "Sentences":
        """Return the same sentences with every template and rule rewritten."""

        def rules(given: Mapping[str, Sentence]) -> dict[str, Sentence]:
            return {
                name: parse_sentence(rewrite(rule.text or ""), keep_text=True)
                for name, rule in given.items()
            }

        intents = {
            name: Intent(
                name,
                [
                    replace(
                        data,
                        sentence_texts=[rewrite(text) for text in data.sentence_texts],
                        expansion_rules=rules(data.expansion_rules),
                    )
                    for data in intent.data
                ],
            )
            for name, intent in self._given.intents.items()
        }
        given = replace(
            self._given, intents=intents, expansion_rules=rules(self._given.expansion_rules)
        )
        return Sentences(given, self._lists)

    @property
    def language(self) -> str:
        """The language of the sentences: "en"."""
        return self._everything.language

    @cached_property
    def contexts(self) -> tuple[str, ...]:
        """The names of all contexts, in the order of the file; those only excluded last."""
        found = [data for intent in self._everything.intents.values() for data in intent.data]
        required = (name for data in found for name in contexts_in(data.requires_context))
        excluded = (name for data in found for name in contexts_in(data.excludes_context))
        return tuple(dict.fromkeys((*required, *excluded)))

    @property
    def intents(self) -> frozenset[str]:
        """The names of all intents."""
        return frozenset(self._everything.intents)

    @cached_property
    def safe_intents(self) -> frozenset[str]:
        """The intents that it is better to obey once too often than to miss."""
        return frozenset(
            name
            for name, intent in self._everything.intents.items()
            if any((data.metadata or {}).get(SAFE, False) for data in intent.data)
        )

    @cached_property
    def yielding_intents(self) -> frozenset[str]:
        """The intents whose sentences a pack's phrases may take over."""
        return frozenset(
            name
            for name, intent in self._everything.intents.items()
            if any((data.metadata or {}).get(_YIELDS, False) for data in intent.data)
        )

    @cached_property
    def urgency(self) -> Mapping[str, int]:
        """How urgent each intent is that it is better to obey once too often than to miss.

        Of several that may be meant, the most urgent is.
        """
        return {
            name: max((data.metadata or {}).get(_URGENCY, 0) for data in intent.data)
            for name, intent in self._everything.intents.items()
            if name in self.safe_intents
        }

    def match(self, text: str, context: str | None) -> Meaning | None:
        """Return what the whole text means in that context (None: in any), or None."""
        return next(self.meanings(text, context), None)

    def meanings(
        self, text: str, context: str | None, intent: str | None = None
    ) -> Iterator[Meaning]:
        """Yield what the whole text may mean in that context and intent (None: in any)."""
        for result in recognize_all(text, self._of(context, intent)):
            slots = {name: entity.value for name, entity in result.entities.items()}
            if OUT_OF_RANGE not in slots.values():
                yield Meaning(result.intent.name, slots)

    def templates(self, context: str | None) -> list[Template]:
        """Return every template listened for in that context (None: in any)."""
        lists, rules = self._everything.slot_lists, self._everything.expansion_rules
        return [
            Template(
                intent=block.intent,
                expression=sentence.expression,
                lists={**lists, **block.data.slot_lists},
                rules={
                    name: rule.expression
                    for name, rule in {**rules, **block.data.expansion_rules}.items()
                },
                is_said=(block.data.metadata or {}).get(SAID, True),
                is_rare=(block.data.metadata or {}).get(_RARE, False),
                is_casual=(block.data.metadata or {}).get(_CASUAL, False),
                requires=block.requires,
                excludes=block.excludes,
                conditions=frozenset(block.data.requires_context),
                fixed_slots=frozenset(block.data.slots or {}),
            )
            for block in self._blocks
            if holds_in(context, block.requires, block.excludes)
            for sentence in _parsed(block.intent, block.data)
        ]

    def _find_intents_of(self, context: str | None, intent: str | None) -> Intents:
        names = self._everything.intents if intent is None else [intent]
        intents = {name: Intent(name) for name in names}
        for block in self._blocks:
            if block.intent in intents and holds_in(context, block.requires, block.excludes):
                intents[block.intent].data.append(block.data)
        return replace(self._everything, intents=intents)


@dataclass(frozen=True)
class _Block:
    """Sentences of an intent that have the same conditions."""

    intent: str
    requires: frozenset[str]
    """The contexts that they need one of; none for those that need none."""
    excludes: frozenset[str]
    """The contexts in which they are not listened for."""
    data: IntentData
    """The sentences, with no more than the conditions that hassil is to see to."""

    @classmethod
    def of(cls, intent: str, data: IntentData) -> "_Block":
        return cls(
            intent=intent,
            requires=frozenset(contexts_in(data.requires_context)),
            excludes=frozenset(contexts_in(data.excludes_context)),
            data=replace(
                data,
                requires_context=other_conditions(data.requires_context),
                excludes_context=other_conditions(data.excludes_context),
            ),
        )


def _parsed(intent: str, data: IntentData) -> list[Sentence]:
    try:
        return data.sentences
    except ParseError:
        for text in data.sentence_texts:
            try:
                parse_sentence(text)
            except ParseError as error:
                raise VoiceGuideError(f'{intent}: "{text}" is not a sentence template') from error
        raise
