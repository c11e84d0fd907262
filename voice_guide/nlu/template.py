"""A sentence template, with all that it refers to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hassil.expression import Expression, Group, ListReference, RuleReference
from hassil.intents import SlotList, TextSlotList

from voice_guide.nlu.contexts import holds_in


@dataclass(frozen=True)
class Template:
    """One sentence template with everything it refers to."""

    intent: str
    """The intent it belongs to."""

    expression: Expression
    """hassil's syntax tree."""

    lists: Mapping[str, SlotList]
    """What {name} may stand for."""

    rules: Mapping[str, Expression]
    """What <name> stands for."""

    is_said: bool = True
    """True if people say it. What they do not say is there for what it sounds like."""

    is_rare: bool = False
    """True if people seldom say it, so that it is not expected as much as what it sounds like."""

    is_casual: bool = False
    """True if people say it to each other as often as to the guide: "okay"."""

    requires: frozenset[str] = frozenset()
    """The contexts that it needs one of; none for one that needs none."""

    excludes: frozenset[str] = frozenset()
    """The contexts in which it is not listened for."""

    conditions: frozenset[str] = frozenset()
    """Conditions besides contexts, which a list value has to meet: the domain of a {name}."""

    def holds_in(self, context: str | None) -> bool:
        """Return whether it is listened for in a context (None: in any)."""
        return holds_in(context, self.requires, self.excludes)

    fixed_slots: frozenset[str] = frozenset()
    """The names of the values that it always has, whatever is said."""

    @property
    def slots(self) -> frozenset[str]:
        """The names of all values that it may have."""
        return self.fixed_slots.union(reference.slot_name for reference in self.references)

    @property
    def numbers(self) -> frozenset[str]:
        """The names of those values that are always numbers."""
        words = (each.slot_name for each in self.references if not self._is_number(each))
        return self.slots.difference(words)

    @property
    def references(self) -> Iterator[ListReference]:
        """The lists that it refers to, itself or by a rule."""
        return _references(self.expression, self.rules)

    def _is_number(self, reference: ListReference) -> bool:
        values = self.lists.get(reference.list_name)
        return isinstance(values, TextSlotList) and all(
            isinstance(value.value_out, int | float) for value in values.values
        )


def _references(
    expression: Expression, rules: Mapping[str, Expression]
) -> Iterator[ListReference]:
    if isinstance(expression, Group):
        for item in expression.items:
            yield from _references(item, rules)
    elif isinstance(expression, ListReference):
        yield expression
    elif isinstance(expression, RuleReference):
        yield from _references(rules[expression.rule_name], rules)
