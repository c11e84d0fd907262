"""All sentences of a context as one graph of letters, and the one nearest to what was heard.

The recognizer's model knows only which word follows which, so that what it returns need
not be a sentence: "i want or scarf massage". The nearest sentence is found by aligning
the letters heard with every path through the templates at once (edit distance against a
regular language, Wagner 1974), however many sentences the templates describe.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, TextChunk

from voice_guide.nlu.sampling import choices, spoken
from voice_guide.nlu.sentences import Template

_START = 0
"""The state before the first letter."""

_Ends: TypeAlias = dict[int, bool]
"""States where paths end, and whether the next letter starts a word there."""

_ALIKE = ("aeiouy", "bp", "dt", "gkcq", "fv", "szx", "mn", "lr", "w")
"""Letters that stand for sounds often taken for one another."""

_CLASSES = {letter: number for number, alike in enumerate(_ALIKE, 1) for letter in alike}

_OTHER, _SIMILAR = 2, 1
"""The cost of another letter, of one too many or too few, and of a similar one."""

_A_VALUE = 1
"""The bit that stands, beside one for each intent, for a value that is still to be said."""

_LONGEST_GAP = 6
"""Letters of a sentence that may be missing in one place: an article, a short word."""

_UNREACHABLE = 1_000_000
"""The cost of a state that no path leads to with the letters heard: more than any path's."""


@dataclass(frozen=True)
class Nearest:
    """The sentence nearest to what was heard."""

    text: str
    """Its words."""

    intent: str
    """The intent it belongs to."""

    distance: float
    """Letters to change, add or drop to come from what was heard to the sentence; a similar
    one counts half."""

    lead: float
    """How many letters more it takes to come to the nearest sentence of any other intent."""

    values: frozenset[str]
    """Those of its words that are values: "third" and not "go to the"."""


class SentenceGraph:
    """Every path from the start to an accepting state spells a sentence."""

    def __init__(self, templates: Iterable[Template], language: str) -> None:
        """Build the graph; states are letters, numbered so that arcs only lead upwards."""
        spelling = _Spelling(language)
        accepting: dict[str, set[int]] = {}
        for template in templates:
            ends = spelling.add(template.expression, template, {_START: True})
            accepting.setdefault(template.intent, set()).update(set(ends) - {_START})
        # There is one for every context, for good: arrays, and no lists of lists.
        self._accepting = {
            intent: np.array(sorted(states)) for intent, states in accepting.items() if states
        }
        self._letters = "".join(spelling.letters)
        self._starts_word = np.array(spelling.starts_word)
        self._is_value = np.array(spelling.is_value)
        self._codes = np.array([ord(letter) for letter in self._letters], np.int32)
        self._classes = np.array([_CLASSES.get(letter, 0) for letter in self._letters], np.int8)
        self._sources = np.array([source for before in spelling.before for source in before], int)
        counts = [len(before) for before in spelling.before]
        self._arcs = np.concatenate([[0], np.cumsum(counts)]).astype(int)
        self._targets = np.repeat(np.arange(len(counts)), counts)[
            np.argsort(self._sources, kind="stable")
        ]
        going_on = np.bincount(self._sources, minlength=len(counts))
        self._arcs_on = np.concatenate([[0], np.cumsum(going_on)]).astype(int)
        self._ahead = self._look_ahead()

    def nearest(self, words: Sequence[str]) -> Nearest | None:
        """Return the sentence nearest to these words; None where they are too few for any."""
        if not self._accepting:
            return None
        heard = "".join(words)
        costs = self._align(heard)
        by_intent = sorted(
            (int(costs[-1][states].min()), intent) for intent, states in self._accepting.items()
        )
        distance, intent = by_intent[0]
        if distance >= _UNREACHABLE:
            return None
        lead = by_intent[1][0] - distance if len(by_intent) > 1 else len(heard)
        states = self._accepting[intent]
        end = int(states[costs[-1][states].argmin()])
        spelled = self._words_along(self._path(end, costs, heard))
        return Nearest(
            text=" ".join(text for text, _ in spelled),
            intent=intent,
            distance=distance / _OTHER,
            lead=lead / _OTHER,
            values=frozenset(text for text, is_value in spelled if is_value),
        )

    def may_change(self, words: Sequence[str]) -> bool:
        """Tell whether more words could make another command of this sentence.

        "Next" and "next step" mean the same; "back" may go on to "back of my neck".
        """
        states = self._reached(words)
        now = ahead = 0
        for meaning, accepting in zip(self._meanings, self._accepting.values(), strict=True):
            if not states.isdisjoint(accepting.tolist()):
                now |= meaning
        for state in states:
            ahead |= self._ahead[state]
        return now.bit_count() != 1 or ahead | now != now

    def may_begin(self, words: Sequence[str]) -> bool:
        """Tell whether a sentence begins with these words, or is no more than them."""
        return bool(self._reached(words))

    def _reached(self, words: Sequence[str]) -> set[int]:
        """Return the states that these words lead to."""
        states = {_START}
        for letter in "".join(words):
            after = (later for state in states for later in self._after(state))
            states = {state for state in after if self._letters[state] == letter}
        return states

    def _before(self, state: int) -> list[int]:
        before: list[int] = self._sources[self._arcs[state] : self._arcs[state + 1]].tolist()
        return before

    def _after(self, state: int) -> list[int]:
        after: list[int] = self._targets[self._arcs_on[state] : self._arcs_on[state + 1]].tolist()
        return after

    @property
    def _meanings(self) -> list[int]:
        """A bit for each intent."""
        return [_A_VALUE << number for number in range(1, len(self._accepting) + 1)]

    def _look_ahead(self) -> list[int]:
        """Return, for each state, the bits of all that sentences through it may yet mean."""
        meant = [_A_VALUE if value else 0 for value in self._is_value.tolist()]
        for meaning, accepting in zip(self._meanings, self._accepting.values(), strict=True):
            for state in accepting.tolist():
                meant[state] |= meaning
        ahead = [0] * len(meant)
        # Most states have the same ahead as others: equal numbers are kept once.
        kept: dict[int, int] = {}
        for state in reversed(range(len(meant))):
            ahead[state] = kept.setdefault(ahead[state], ahead[state])
            for source in self._before(state):
                ahead[source] |= ahead[state] | meant[state]
        return ahead

    def _align(self, heard: str) -> list[npt.NDArray[np.int32]]:
        """Return, for each number of letters heard, the cost of having reached each state."""
        cost = np.full(len(self._letters), _UNREACHABLE, np.int32)
        cost[_START] = 0
        costs = [self._skip_letters(cost)]
        for letter in heard:
            before = costs[-1]
            cost = before + _OTHER
            changed = self._cheapest_before(before) + self._cost_of_changes(letter)[1:]
            cost[1:] = np.minimum(cost[1:], changed)
            costs.append(self._skip_letters(cost))
        return costs

    def _cost_of_changes(self, letter: str) -> npt.NDArray[np.int32]:
        """Return what it costs to take the letter for that of each state."""
        similar = self._classes == _CLASSES.get(letter, -1)
        changes = np.where(similar, _SIMILAR, _OTHER).astype(np.int32)
        changes[self._codes == ord(letter)] = 0
        return changes

    def _cost_of_change(self, letter: str, state: int) -> int:
        """Return the same for one state."""
        if self._letters[state] == letter:
            return 0
        return _SIMILAR if self._classes[state] == _CLASSES.get(letter, -1) else _OTHER

    def _cheapest_before(self, cost: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        return np.minimum.reduceat(cost[self._sources], self._arcs[1:-1])

    def _skip_letters(self, cost: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        for _ in range(_LONGEST_GAP):
            cost[1:] = np.minimum(cost[1:], self._cheapest_before(cost) + _OTHER)
        return cost

    def _path(self, state: int, costs: Sequence[npt.NDArray[np.int32]], heard: str) -> list[int]:
        """Walk back along the cheapest path to a state; return the path, first state first."""
        path: list[int] = []
        at = len(heard)
        while state != _START:
            cost = costs[at][state]
            source = None
            if at:
                change = self._cost_of_change(heard[at - 1], state)
                matched = (s for s in self._before(state) if costs[at - 1][s] + change == cost)
                source = next(matched, None)
            if source is not None:
                at -= 1
            else:
                # Less, where a cheaper way to the source was found in the last round of skips.
                skipped = (s for s in self._before(state) if costs[at][s] + _OTHER <= cost)
                source = next(skipped, None)
            if source is None:
                # A letter too many was heard here.
                at -= 1
                continue
            path.append(state)
            state = source
        return path[::-1]

    def _words_along(self, path: Iterable[int]) -> list[tuple[str, bool]]:
        """Return the words that a path spells, and whether each is a value."""
        words: list[tuple[str, bool]] = []
        for state in path:
            letter = self._letters[state]
            if self._starts_word[state] or not words:
                words.append((letter, self._is_value[state]))
            else:
                words[-1] = (words[-1][0] + letter, self._is_value[state])
        return words


class _Spelling:
    """The letters of sentences, and which may follow which, as they are added."""

    def __init__(self, language: str) -> None:
        self._language = language
        self.letters = [" "]
        """Each state's letter; the start has none."""
        self.starts_word = [False]
        """Whether it is the first of a word."""
        self.before: list[list[int]] = [[]]
        """The states it may follow."""
        self.is_value = [False]
        """Whether it is part of a value."""

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
            options: Iterable[Expression | str] = expression.items
        else:
            options = choices(expression, template, self._language)
        reached: _Ends = {}
        first = len(self.letters)
        for option in options:
            if isinstance(option, str):
                _join(reached, self._add_text(option, ends))
            else:
                _join(reached, self.add(option, template, ends))
        if isinstance(expression, ListReference):
            self.is_value[first:] = [True] * (len(self.letters) - first)
        return reached

    def _add_permutation(self, permutation: Permutation, template: Template, ends: _Ends) -> _Ends:
        """All orders of the items, by way of all sets of items said already."""
        items = range(len(permutation.items))
        said: dict[tuple[int, ...], _Ends] = {(): ends}
        for size in range(1, len(items) + 1):
            for chosen in combinations(items, size):
                said[chosen] = {}
                for last in chosen:
                    before = said[tuple(item for item in chosen if item != last)]
                    apart = self._add_text(" ", before)
                    _join(said[chosen], self.add(permutation.items[last], template, apart))
        return self._add_text(" ", said[tuple(items)])

    def _add_text(self, text: str, ends: _Ends) -> _Ends:
        for letter in text:
            if not spoken(letter):
                ends = dict.fromkeys(ends, True)
                continue
            self.letters.append(spoken(letter)[0])
            self.starts_word.append(any(ends.values()))
            self.before.append(list(ends))
            self.is_value.append(False)
            ends = {len(self.letters) - 1: False}
        return ends


def _join(ends: _Ends, others: _Ends) -> None:
    for state, starts_word in others.items():
        ends[state] = ends.get(state, False) or starts_word
