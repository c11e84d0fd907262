"""What can be said: sentence files in Home Assistant's format, read and matched by hassil."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from hassil import recognize_all
from hassil.expression import Expression, Group, ListReference, RuleReference, Sentence
from hassil.intents import Intent, IntentData, Intents, RangeSlotList, SlotList, TextSlotList
from hassil.numbers import get_rbnf_engine
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError
from hassil.util import merge_dict

from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.command import Slots

_CONTEXT = "context"
"""The key below `requires_context` and `excludes_context` that names contexts."""

_SAID = "said"
"""The key below `metadata` that tells whether people say these sentences."""

_OPENS = "opens"
"""The key below `metadata` for sentences that open a session in another assistant."""

_SAFE = "safe"
"""The key below `metadata` that tells that it is better to obey once too often."""


@dataclass(frozen=True)
class Meaning:
    """What a sentence means."""

    intent: str
    """The intent it belongs to."""

    slots: Slots
    """Its values."""


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
    """Whether people say it. What they do not say is there for what it sounds like."""

    opens_session: bool = False
    """True if it opens a session in another assistant, where nothing else is listened for."""

    @property
    def slots(self) -> frozenset[str]:
        """The names of all values that it may have."""
        return frozenset(reference.slot_name for reference in self._references)

    @property
    def numbers(self) -> frozenset[str]:
        """The names of those values that are always numbers."""
        words = (each.slot_name for each in self._references if not self._is_number(each))
        return self.slots.difference(words)

    @property
    def _references(self) -> Iterator[ListReference]:
        return _references(self.expression, self.rules)

    def _is_number(self, reference: ListReference) -> bool:
        values = self.lists.get(reference.list_name)
        if isinstance(values, TextSlotList):
            return all(isinstance(value.value_out, int) for value in values.values)
        return reference.is_inline_range or isinstance(values, RangeSlotList)


class Sentences:
    """All sentences of one or more files, by context."""

    def __init__(self, intents: Intents, lists: Mapping[str, Sequence[str]] | None = None) -> None:
        """Take parsed intents; `lists` are those that may be known only at run time."""
        self._given = intents
        self._lists = lists or {}
        extra = {name: TextSlotList.from_strings(values) for name, values in self._lists.items()}
        self._everything = replace(intents, slot_lists={**extra, **intents.slot_lists})
        self._by_context: dict[str | None, Intents] = {}

    @classmethod
    def load(cls, path: Path, lists: Mapping[str, Sequence[str]] | None = None) -> "Sentences":
        """Read a sentence file, or all of a folder's.

        Raises VoiceGuideError, naming the file, where one cannot be read, refers to a list
        or rule that no file has, or has numbers in a language whose number words nobody knows.
        """
        merged: dict[str, Any] = {}
        for file in _files(path):
            merge_dict(merged, _read(file))
        try:
            sentences = cls(Intents.from_dict(merged), lists)
            _check_names(sentences)
            for template in sentences.templates(None):
                _check_references(template, template.expression, sentences.language)
        except VoiceGuideError as error:
            raise VoiceGuideError(f"{path}: {error}") from error
        except ParseError as error:
            raise VoiceGuideError(f"{path}: a rule is not a sentence template: {error}") from error
        except KeyError as error:
            raise VoiceGuideError(f"{path}: the key {error} is missing") from error
        except RecursionError as error:
            raise VoiceGuideError(f"{path}: too many brackets within brackets") from error
        except (AssertionError, AttributeError, TypeError, ValueError) as error:
            raise VoiceGuideError(f"{path}: not a hassil sentence file: {error}") from error
        return sentences

    def with_lists(self, lists: Mapping[str, Sequence[str]]) -> "Sentences":
        """Return the same sentences with these lists in place of those of the same names."""
        return Sentences(self._given, {**self._lists, **lists})

    @property
    def language(self) -> str:
        """The language of the sentences: "en"."""
        return self._everything.language

    @cached_property
    def contexts(self) -> tuple[str, ...]:
        """The names of all contexts, in the order of the file; those only excluded last."""
        found = [data for intent in self._everything.intents.values() for data in intent.data]
        required = (name for data in found for name in _contexts_in(data.requires_context))
        excluded = (name for data in found for name in _contexts_in(data.excludes_context))
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
            if any((data.metadata or {}).get(_SAFE, False) for data in intent.data)
        )

    def match(self, text: str, context: str | None) -> Meaning | None:
        """Return what the whole text means in that context (None: in any), or None."""
        return next(self.meanings(text, context), None)

    def meanings(self, text: str, context: str | None) -> Iterator[Meaning]:
        """Yield everything that the whole text may mean in that context (None: in any)."""
        for result in recognize_all(text, self._of(context)):
            slots = {name: _plain(entity.value) for name, entity in result.entities.items()}
            yield Meaning(result.intent.name, slots)

    def templates(self, context: str | None) -> list[Template]:
        """Return every template listened for in that context (None: in any)."""
        intents = self._of(context)
        rules = {name: rule.expression for name, rule in intents.expansion_rules.items()}
        return [
            Template(
                intent=intent.name,
                expression=sentence.expression,
                lists={**intents.slot_lists, **data.slot_lists},
                rules={**rules, **{n: r.expression for n, r in data.expansion_rules.items()}},
                is_said=(data.metadata or {}).get(_SAID, True),
                opens_session=(data.metadata or {}).get(_OPENS, False),
            )
            for intent in intents.intents.values()
            for data in intent.data
            for sentence in _parsed(intent.name, data)
        ]

    def _of(self, context: str | None) -> Intents:
        if context not in self._by_context:
            self._by_context[context] = replace(
                self._everything,
                intents={
                    name: Intent(name, [_freed(d) for d in intent.data if _holds(d, context)])
                    for name, intent in self._everything.intents.items()
                },
            )
        return self._by_context[context]


def _plain(value: Any) -> Any:
    """3 for the 3.0 that hassil makes of a typed "3"."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _parsed(intent: str, data: IntentData) -> list[Sentence]:
    for text in data.sentence_texts:
        try:
            parse_sentence(text)
        except ParseError as error:
            raise VoiceGuideError(f'{intent}: "{text}" is not a sentence template') from error
    return data.sentences


def _contexts_in(condition: Mapping[str, Any]) -> tuple[str, ...]:
    named = condition.get(_CONTEXT, ())
    return (named,) if isinstance(named, str) else tuple(named)


def _holds(data: IntentData, context: str | None) -> bool:
    required = _contexts_in(data.requires_context)
    excluded = _contexts_in(data.excludes_context)
    if context is None:
        return True
    places = with_parents(context)
    if not places.isdisjoint(excluded):
        return False
    return not required or not places.isdisjoint(required)


def with_parents(context: str) -> frozenset[str]:
    """Return a context and those it is a part of: "step.ready" is a part of "step"."""
    parts = context.split(".")
    return frozenset(".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _freed(data: IntentData) -> IntentData:
    """The same without our own context, which was seen to; hassil sees to any others."""
    return replace(
        data,
        requires_context=_others(data.requires_context),
        excludes_context=_others(data.excludes_context),
    )


def _others(condition: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in condition.items() if key != _CONTEXT}


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise VoiceGuideError(f"{path}: no such file or folder")
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise VoiceGuideError(f"{path}: no sentence files (*.yaml) in this folder")
    return files


class _Loader(yaml.SafeLoader):
    """YAML in which yes, no, on and off are words: people say them."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, re.compile("^(?:true|false)$") if tag.endswith(":bool") else pattern)
        for tag, pattern in resolvers
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text("utf-8"), _Loader)
    except (OSError, UnicodeDecodeError) as error:
        raise VoiceGuideError(f"{file}: cannot be read: {error}") from error
    except RecursionError as error:
        raise VoiceGuideError(f"{file}: not YAML: too many brackets within brackets") from error
    except (yaml.YAMLError, ValueError) as error:
        raise VoiceGuideError(f"{file}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise VoiceGuideError(f"{file}: not a hassil sentence file: no keys at the top")
    return content


def _check_names(sentences: Sentences) -> None:
    for name in (sentences.language, *sentences.intents, *sentences.contexts):
        if not isinstance(name, str):
            raise VoiceGuideError(f"expected a name (found {name!r})")


def _check_references(
    template: Template, expression: Expression, language: str, inside: tuple[str, ...] = ()
) -> None:
    """Follow every {list} and <rule> once, so that nothing can fail while listening."""
    if isinstance(expression, Group):
        for item in expression.items:
            _check_references(template, item, language, inside)
    elif isinstance(expression, ListReference):
        if expression.list_name not in template.lists and not expression.is_inline_range:
            raise VoiceGuideError(
                f"{template.intent}: there is no list {{{expression.list_name}}}"
            )
        _check_numbers(template, expression, language)
    elif isinstance(expression, RuleReference):
        name = expression.rule_name
        if name not in template.rules:
            raise VoiceGuideError(f"{template.intent}: there is no rule <{name}>")
        if name in inside:
            raise VoiceGuideError(f"{template.intent}: the rule <{name}> refers to itself")
        _check_references(template, template.rules[name], language, (*inside, name))


def _check_numbers(template: Template, reference: ListReference, language: str) -> None:
    values = template.lists.get(reference.list_name)
    if isinstance(values, RangeSlotList):
        language = values.words_language or language
    elif values is not None:
        return
    try:
        get_rbnf_engine(language)
    except ValueError as error:
        raise VoiceGuideError(
            f"{template.intent}: nobody knows how the numbers of {{{reference.list_name}}} are "
            f'said in "{language}"; a list can name another language (words_language), or have '
            "values instead of a range"
        ) from error


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
