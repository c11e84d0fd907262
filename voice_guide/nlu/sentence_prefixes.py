"""All sentences as one graph of letters: how what was said so far may go on.

A listener need not wait for more after a sentence that nothing can make another command of,
and waits longer after the beginning of one.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import accumulate, combinations
from typing import TypeAlias

from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, TextChunk

from voice_guide.nlu.sampling import choices, spoken
from voice_guide.nlu.template import Template

_START = 0
"""The state before the first letter."""

_VALUE = 1
"""The bit that stands, beside those of the commands, for a value that may still be said."""

_MAX_REMEMBERED_STEPS = 2_000
"""Words whose ways through the graph are kept: the same beginnings are asked about often."""

_States: TypeAlias = frozenset[int]

_BEGINNING: _States = frozenset({_START})

_Ends: TypeAlias = dict[int, float]
"""States where paths end, and the share of all sentences that goes on from each."""


@dataclass
class _Command:
    """What the sentences of an intent mean where the same condition holds."""

    bit: int
    """Stands for it in sets of commands."""

    template: Template
    """One of its templates."""

    ends: set[int] = field(default_factory=set)
    """The states where its sentences end."""


class SentencePrefixes:
    """The sentences of all contexts; every path from the start spells the beginning of one."""

    def __init__(self, templates: Iterable[Template]) -> None:
        """Build the graph; states are letters, numbered so that arcs only lead upwards."""
        spelling = _Spelling()
        commands: dict[object, _Command] = {}
        ended: dict[int, float] = {}
        intents = [""]
        for template in templates:
            key = (
                template.intent,
                template.is_rare,
                template.is_casual,
                template.requires,
                template.excludes,
            )
            command = commands.setdefault(key, _Command(_VALUE << len(commands) + 1, template))
            ends = spelling.add(template.expression, template, {_START: 1.0})
            ends.pop(_START, None)
            command.ends |= ends.keys()
            ended |= ends
            intents += [template.intent] * (len(spelling.letters) - len(intents))
        self._commands = list(commands.values())
        self._shares = array("d", spelling.shares)
        self._ended = ended
        self._intent_of = intents
        self._letters = "".join(spelling.letters)
        # There are thousands of states, for good: arrays, and no lists of lists.
        after: list[list[int]] = [[] for _ in spelling.before]
        for state, before in enumerate(spelling.before):
            for source in before:
                after[source].append(state)
        self._first_arc = array("l", accumulate(map(len, after), initial=0))
        self._targets = array("l", [target for targets in after for target in targets])
        self._first: dict[str, _States] = {}
        for state in after[_START]:
            letter = self._letters[state]
            self._first[letter] = self._first.get(letter, frozenset()) | {state}
        self._ending = {
            state: sum(each.bit for each in self._commands if state in each.ends)
            for command in self._commands
            for state in command.ends
        }
        self._ahead = self._look_ahead(spelling)
        self._of = cache(self._find_commands_of)
        self._after_word = lru_cache(_MAX_REMEMBERED_STEPS)(self._find_after_word)
        # Asked for only while packs are checked, about the same beginnings for every phrase.
        self._after_letters = cache(self._find_after_word)

    def may_change(self, words: Sequence[str], context: str | None) -> bool:
        """Return whether more words could make another command of this sentence.

        "Next" and "next step" mean the same; "back" may go on to "back of my neck".
        """
        states, here = self._reached(words), self._of(context)
        now = ahead = 0
        for state in states:
            now |= self._ending.get(state, 0)
            ahead |= self._ahead[state]
        now, ahead = self._intents(now & here), self._intents(ahead & (here | _VALUE))
        return now.bit_count() != 1 or ahead | now != now

    def is_whole(self, words: Sequence[str], context: str | None) -> bool:
        """Return whether these words are a whole sentence."""
        here = self._of(context)
        return any(self._ending.get(state, 0) & here for state in self._reached(words))

    def intents(self, words: Sequence[str], context: str | None) -> frozenset[str]:
        """Return the intents that these words are a whole sentence of."""
        ending = 0
        for state in self._reached(words):
            ending |= self._ending.get(state, 0)
        ending &= self._of(context)
        return frozenset(each.template.intent for each in self._commands if each.bit & ending)

    def is_rare(self, words: Sequence[str], context: str | None) -> bool:
        """Return whether these words are a whole sentence, but none that people often say."""
        found = self._templates(words, context)
        return bool(found) and all(each.is_rare for each in found)

    def is_usual(self, words: Sequence[str], context: str | None) -> bool:
        """Return whether these words are a whole sentence that is said to the guide often.

        "Okay" is said often, but as often to other people.
        """
        found = self._templates(words, context)
        return any(not each.is_rare and not each.is_casual for each in found)

    def _templates(self, words: Sequence[str], context: str | None) -> list[Template]:
        """Return a template of each command that these words are a whole sentence of."""
        return [each for each in self.ending_at(self._reached(words)) if each.holds_in(context)]

    def may_begin(self, words: Sequence[str], context: str | None) -> bool:
        """Return whether a sentence begins with these words, or is no more than them."""
        here = self._of(context)
        return any(
            (self._ahead[state] | self._ending.get(state, 0)) & here
            for state in self._reached(words)
        )

    def chance_of_more(self, words: Sequence[str], context: str | None) -> float:
        """Return how likely it is that a complete sentence goes on to a value, from 0 to 1.

        "An espresso" may go on with "with milk". Each choice in a template is as likely as
        another.
        """
        here, reached = self._of(context), self._reached(words)
        complete = {
            self._intent_of[state] for state in reached if self._ending.get(state, 0) & here
        }
        said = more = 0.0
        for state in reached:
            if self._intent_of[state] not in complete:
                continue
            said += self._shares[state]
            if self._ahead[state] & _VALUE:
                more += self._shares[state] - self._ended.get(state, 0.0)
        return more / said if said else 0.0

    def _find_commands_of(self, context: str | None) -> int:
        """Return the bits of all commands of a context."""
        return sum(each.bit for each in self._commands if each.template.holds_in(context))

    def _intents(self, commands: int) -> int:
        """Return commands with one bit for all of the same intent."""
        kept, intents = commands & _VALUE, set()
        for each in self._commands:
            if commands & each.bit and each.template.intent not in intents:
                intents.add(each.template.intent)
        first: dict[str, int] = {}
        for each in self._commands:
            first.setdefault(each.template.intent, each.bit)
        return kept | sum(first[intent] for intent in intents)

    def _reached(self, words: Sequence[str]) -> _States:
        """Return the states that these words lead to."""
        states = _BEGINNING
        for word in words:
            states = self._after_word(states, word)
        return states

    def _find_after_word(self, states: _States, word: str) -> _States:
        for letter in word:
            if states == _BEGINNING:
                # Sentences begin in thousands of states.
                states = self._first.get(letter, frozenset())
                continue
            after = (
                self._targets[arc]
                for state in states
                for arc in range(self._first_arc[state], self._first_arc[state + 1])
            )
            states = frozenset(state for state in after if self._letters[state] == letter)
        return states

    @property
    def start(self) -> frozenset[int]:
        """The states before the first letter."""
        return _BEGINNING

    def after(self, states: frozenset[int], letters: str) -> frozenset[int]:
        """Return the states that letters lead to from any of these states."""
        return self._after_letters(states, letters)

    def ending_at(self, states: frozenset[int]) -> list[Template]:
        """Return a template of each command whose sentences end in any of these states."""
        ending = 0
        for state in states:
            ending |= self._ending.get(state, 0)
        return [each.template for each in self._commands if ending & each.bit]

    def _look_ahead(self, spelling: "_Spelling") -> list[int]:
        """Return, for each state, the bits of all that sentences through it may yet mean."""
        ahead = [0] * len(spelling.letters)
        # Most states have the same ahead as others: equal numbers are kept once.
        kept: dict[int, int] = {}
        for state in reversed(range(len(ahead))):
            ahead[state] = kept.setdefault(ahead[state], ahead[state])
            value = _VALUE if spelling.is_value[state] else 0
            for source in spelling.before[state]:
                ahead[source] |= ahead[state] | self._ending.get(state, 0) | value
        return ahead


class _Spelling:
    """The letters of sentences, and which may follow which, as they are added."""

    def __init__(self) -> None:
        self.letters = [" "]
        """Each state's letter; the start has none."""
        self.before: list[list[int]] = [[]]
        """The states it may follow."""
        self.is_value = [False]
        """True for a letter that is part of a value."""
        self.shares = [1.0]
        """The share of all sentences of a template that go through each state."""

    def add(self, expression: Expression, template: Template, ends: _Ends) -> _Ends:
        """Continue every path at `ends` by an expression; return where they end then."""
        if isinstance(expression, TextChunk):
            return self._add_text(expression.original_text, ends)
        if isinstance(expression, Permutation):
            return self._add_permutation(expression, template, ends)
        if isinstance(expression, Group) and not isinstance(expression, Alternative):
            for item in expression.items:
                ends = self.add(item, template, ends)
            return ends
        if isinstance(expression, Alternative):
            options: Sequence[Expression | str] = expression.items
        else:
            options = choices(expression, template)
        if not options:
            return {}
        first = len(self.letters)
        each = _split(ends, len(options))
        reached = _joined(
            self._add_text(option, each)
            if isinstance(option, str)
            else self.add(option, template, each)
            for option in options
        )
        if isinstance(expression, ListReference):
            self.is_value[first:] = [True] * (len(self.letters) - first)
        return reached

    def _add_permutation(self, permutation: Permutation, template: Template, ends: _Ends) -> _Ends:
        """Add all orders of the items, by way of all sets of items said already."""
        items = range(len(permutation.items))
        said: dict[tuple[int, ...], _Ends] = {(): ends}
        for size in range(1, len(items) + 1):
            for chosen in combinations(items, size):
                said[chosen] = _joined(
                    self.add(
                        permutation.items[last],
                        template,
                        _split(
                            said[tuple(item for item in chosen if item != last)],
                            len(items) - size + 1,
                        ),
                    )
                    for last in chosen
                )
        return said[tuple(items)]

    def _add_text(self, text: str, ends: _Ends) -> _Ends:
        for letter in "".join(spoken(text)):
            self.letters.append(letter)
            self.before.append(list(ends))
            self.is_value.append(False)
            self.shares.append(sum(ends.values()))
            ends = {len(self.letters) - 1: self.shares[-1]}
        return ends


def _split(ends: _Ends, options: int) -> _Ends:
    """Return ends from which so many options go on, each as likely as another."""
    return {state: share / options for state, share in ends.items()}


def _joined(options: Iterable[_Ends]) -> _Ends:
    """Return where several options end."""
    joined: _Ends = {}
    for ends in options:
        for state, share in ends.items():
            joined[state] = joined.get(state, 0.0) + share
    return joined
