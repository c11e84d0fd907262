"""Sentence files in Home Assistant's format: read, merged and checked."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hassil.expression import (
    INLINE_RANGE_PATTERN,
    Expression,
    Group,
    ListReference,
    RuleReference,
    Sentence,
)
from hassil.intents import Intent, IntentData, Intents, RangeSlotList, SlotList
from hassil.parser import ParseError
from hassil.util import merge_dict

from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.number_words import NumberList, beyond_range, number_list
from voice_guide.nlu.sentence_tree import Tree, read_tree
from voice_guide.nlu.sentences import SAID, Sentences
from voice_guide.nlu.template import Template

_PARTS = ("sentences", "lists", "rules")
"""The folders of Home Assistant's repository that have one for each language in them."""


def load_sentences(
    path: Path,
    lists: Mapping[str, Sequence[str]] | None = None,
    language: str = "en",
    knows: Callable[[str], bool] | None = None,
) -> Sentences:
    """Read a sentence file, or all of a folder's and of the folders in it.

    Of a copy of Home Assistant's repository, read the language's files. `knows` tells whether a
    speech model has a word: words are then spelled as it has them, and numbers beyond a range
    mean nothing. Raises VoiceGuideError, naming the file, where one cannot be
    read, refers to a list or rule that no file has, or has numbers in a language whose number
    words are not known.
    """
    merged: Tree = {}
    for file in _files(path, language):
        tree = read_tree(file, knows, merged.get("language", language))
        if tree.get("language", language) != merged.get(
            "language", tree.get("language", language)
        ):
            raise VoiceGuideError(
                f'{file}: its language is "{tree["language"]}", and that of the files before it '
                f'"{merged["language"]}"; name a folder with files of one language'
            )
        merge_dict(merged, tree)
    try:
        intents = _with_numbers(Intents.from_dict(merged))
        sentences = Sentences(_with_numbers_beyond(intents) if knows else intents, lists)
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


def _files(path: Path, language: str) -> list[Path]:
    if not path.exists():
        raise VoiceGuideError(f"{path}: no such file or folder")
    if not path.is_dir():
        return [path]
    repository = path
    if path.parent.name == _PARTS[0] and (path.parent.parent / _PARTS[2]).is_dir():
        repository, language = path.parent.parent, path.name
    of_language = [repository / part / language for part in _PARTS]
    folders = of_language if of_language[0].is_dir() else [path]
    files = sorted(file for folder in folders for file in folder.rglob("*.yaml"))
    if of_language[0].is_dir():
        # Some lists are the same in every language.
        files += sorted((repository / _PARTS[1]).glob("*.yaml"))
    if not files:
        raise VoiceGuideError(f"{path}: no sentence files (*.yaml) in this folder")
    return files


def _with_numbers(intents: Intents) -> Intents:
    """Return the same intents with lists of numbers for ranges, those without a name included."""
    inline = {name: each for name in _inline_ranges(intents) if (each := _inline(name))}
    lists = _number_lists({**inline, **intents.slot_lists}, intents.language)
    found = {
        name: Intent(
            name,
            [
                replace(data, slot_lists=_number_lists(data.slot_lists, intents.language))
                for data in intent.data
            ],
        )
        for name, intent in intents.intents.items()
    }
    return replace(intents, intents=found, slot_lists=lists)


def _with_numbers_beyond(intents: Intents) -> Intents:
    """Return the same intents with what may be said beyond their ranges, which means nothing."""
    found = {
        name: Intent(
            name,
            [
                *intent.data,
                *(each for data in intent.data for each in _numbers_beyond(data, intents)),
            ],
        )
        for name, intent in intents.intents.items()
    }
    return replace(intents, intents=found)


def _number_lists(lists: Mapping[str, SlotList], language: str) -> dict[str, SlotList]:
    return {name: _numbers(values, language) for name, values in lists.items()}


def _numbers(values: SlotList, language: str) -> SlotList:
    if not isinstance(values, RangeSlotList):
        return values
    try:
        return number_list(values, language)
    except ValueError:
        # It is refused where it is referred to.
        return values


def _inline_ranges(intents: Intents) -> Iterator[str]:
    """Yield "1..10" for every {1..10:minutes}, which needs no list of that name."""
    rules = [intents.expansion_rules]
    for intent in intents.intents.values():
        for data in intent.data:
            rules.append(data.expansion_rules)
            yield from _names(data.sentence_texts)
    for each in rules:
        yield from _names(rule.text or "" for rule in each.values())


def _names(templates: Iterable[str]) -> Iterator[str]:
    """Yield the names of the lists that templates refer to."""
    for template in templates:
        for reference in template.split("{")[1:]:
            yield reference.partition("}")[0].partition(":")[0]


def _all_names(template: str, rules: Mapping[str, Sentence]) -> Iterator[str]:
    """Yield the names of the lists that a template refers to, itself or by a rule."""
    texts, followed = [template], set[str]()
    while texts:
        text = texts.pop()
        yield from _names([text])
        named = {each.partition(">")[0] for each in text.split("<")[1:]} - followed
        followed |= named
        texts += [rules[name].text or "" for name in named if name in rules]


def _inline(name: str) -> RangeSlotList | None:
    bounds = INLINE_RANGE_PATTERN.match(name)
    if not bounds:
        return None
    start, stop, step = bounds.groups(default="1")
    return RangeSlotList(name, int(start), int(stop), int(step))


def _numbers_beyond(data: IntentData, intents: Intents) -> Iterator[IntentData]:
    beyond: dict[str, SlotList] = {
        name: beyond_range(values)
        for name, values in {**intents.slot_lists, **data.slot_lists}.items()
        if isinstance(values, NumberList) and values.beyond
    }
    rules = {**intents.expansion_rules, **data.expansion_rules}
    texts = [
        text
        for text in data.sentence_texts
        if not beyond.keys().isdisjoint(_all_names(text, rules))
    ]
    if texts:
        lists = {**data.slot_lists, **beyond}
        yield replace(data, sentence_texts=texts, slot_lists=lists, metadata={SAID: False})


def _check_references(
    template: Template, expression: Expression, language: str, inside: tuple[str, ...] = ()
) -> None:
    """Follow every {list} and <rule> once, so that nothing can fail while listening."""
    if isinstance(expression, Group):
        for item in expression.items:
            _check_references(template, item, language, inside)
    elif isinstance(expression, ListReference):
        if expression.list_name not in template.lists:
            raise VoiceGuideError(
                f"{template.intent}: there is no list {{{expression.list_name}}}; give its values "
                "below the key lists"
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
        raise VoiceGuideError(
            f"{template.intent}: the number words that {{{reference.list_name}}} needs are not "
            f'known in "{values.words_language or language}"; a list can name another language '
            "(words_language), or have values instead of a range"
        )
