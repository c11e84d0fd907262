"""Find the sentences of a template that are sentences of other templates too.

Listing them would take minutes: a template can describe many thousands. So a template is
followed part by part, and only as far as the others' sentences begin the same way.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import TypeAlias

from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, TextChunk

from voice_guide.nlu.sampling import choices, spoken
from voice_guide.nlu.sentence_prefixes import SentencePrefixes
from voice_guide.nlu.template import Template

_Place: TypeAlias = tuple[frozenset[int], bool]
"""The places in the other sentences that a text leads to, and True once it has the value."""

_Texts: TypeAlias = Mapping[_Place, str]
"""The shortest text that leads to each place."""


class SharedSentences:
    """The sentences of a template, with one value in one list, that others share."""

    def __init__(self, others: SentencePrefixes, template: Template, list_name: str) -> None:
        """Compare a template with the other sentences; `list_name` names the list of the value."""
        self._others = others
        self._template = template
        self._list_name = list_name

    @property
    def template(self) -> Template:
        """The template."""
        return self._template

    def with_value(self, value: str) -> Iterator[tuple[str, Template]]:
        """Yield shared sentences with this value, each with a template of the other command."""
        start = (self._others.start, False)
        ends = self._after(self._template.expression, {start: ""}, value)
        for (states, has_value), text in ends.items():
            if has_value:
                for other in self._others.ending_at(states):
                    yield " ".join(spoken(text)), other

    def _after(self, expression: Expression, texts: _Texts, value: str) -> _Texts:
        """Continue texts by an expression, as far as other sentences go on like this."""
        if not texts:
            return {}
        if isinstance(expression, TextChunk):
            return self._after_text(expression.original_text, texts, has_value=False)
        if isinstance(expression, Permutation):
            return _shortest(
                *(self._in_order(order, texts, value) for order in permutations(expression.items))
            )
        if isinstance(expression, Group) and not isinstance(expression, Alternative):
            return self._in_order(expression.items, texts, value)
        if isinstance(expression, ListReference) and expression.list_name == self._list_name:
            return self._after_text(value, texts, has_value=True)
        options = (
            expression.items
            if isinstance(expression, Alternative)
            else choices(expression, self._template)
        )
        return _shortest(
            *(
                self._after_text(option, texts, has_value=False)
                if isinstance(option, str)
                else self._after(option, texts, value)
                for option in options
            )
        )

    def _in_order(self, items: Sequence[Expression], texts: _Texts, value: str) -> _Texts:
        for item in items:
            texts = self._after(item, texts, value)
        return texts

    def _after_text(self, added: str, texts: _Texts, has_value: bool) -> _Texts:
        letters = "".join(spoken(added))
        longer = {
            (self._others.after(states, letters), had_value or has_value): text + added
            for (states, had_value), text in texts.items()
        }
        return {place: text for place, text in longer.items() if place[0]}


def _shortest(*several: _Texts) -> _Texts:
    """Return the texts of all, the shortest for each place."""
    shortest: dict[_Place, str] = {}
    for texts in several:
        for place, text in texts.items():
            if place not in shortest or len(text) < len(shortest[place]):
                shortest[place] = text
    return shortest
