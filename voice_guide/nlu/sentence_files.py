"""Sentence files in Home Assistant's format: read, merged and checked."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from hassil.expression import Expression, Group, ListReference, RuleReference
from hassil.intents import Intents, RangeSlotList
from hassil.numbers import get_rbnf_engine
from hassil.parser import ParseError
from hassil.util import merge_dict

from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.sentences import Sentences, Template


def load_sentences(path: Path, lists: Mapping[str, Sequence[str]] | None = None) -> Sentences:
    """Read a sentence file, or all of a folder's.

    Raises VoiceGuideError, naming the file, where one cannot be read, refers to a list
    or rule that no file has, or has numbers in a language whose number words are not known.
    """
    merged: dict[str, Any] = {}
    for file in _files(path):
        merge_dict(merged, _read(file))
    try:
        sentences = Sentences(Intents.from_dict(merged), lists)
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
            f"{template.intent}: the number words that {{{reference.list_name}}} needs are not "
            f'known in "{language}"; a list can name another language (words_language), or have '
            "values instead of a range"
        ) from error
