"""The content of a sentence file: checked key by key, each value as it was written."""

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.spelling import Spelling

Tree: TypeAlias = dict[str, Any]
"""The keys and values of a sentence file, in the form that hassil takes."""

_INTEGER = re.compile(r"^-?(?:0|[1-9][0-9]{0,14})$")
_FRACTION = re.compile(r"^-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}$")
_NULL = re.compile(r"^(?:~|null|)$")

_FRACTIONS = ("halves", "tenths")


class _Loader(yaml.SafeLoader):
    """YAML in which dates, times, yes, no, on and off are words: people say them."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that is there twice: one of the two would be lost."""
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if keys.count(key) > 1 and key != "<<":
                line = node.start_mark.line + 1
                raise VoiceGuideError(f'the key "{key}" is there twice from line {line} on')
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", re.compile("^(?:true|false)$"), "tf"),
    ("int", _INTEGER, "-0123456789"),
    ("float", _FRACTION, "-0123456789"),
    ("null", _NULL, "~n"),
    ("merge", re.compile("^<<$"), "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _pattern, list(_first))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", _NULL, [""])


def read_tree(file: Path, knows: Callable[[str], bool] | None, language: str) -> Tree:
    """Read a sentence file; raise VoiceGuideError, naming file and key, where it is not one.

    `language` is that of a file which names none. `knows` tells whether the speech model has a
    word.
    """
    try:
        content = yaml.load(file.read_text("utf-8"), _Loader)
    except (OSError, UnicodeDecodeError) as error:
        raise VoiceGuideError(f"{file}: cannot be read: {error}") from error
    except RecursionError as error:
        raise VoiceGuideError(f"{file}: not YAML: too many brackets within brackets") from error
    except VoiceGuideError as error:
        problem = " ".join(str(error).split())
        raise VoiceGuideError(f"{file}: {problem}") from error
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise VoiceGuideError(f"{file}: not YAML: {' '.join(str(error).split())}") from error
    try:
        if not isinstance(content, dict):
            raise VoiceGuideError("no keys at the top")
        if isinstance(content.get("language"), str):
            language = content["language"]
        return _Checked(Spelling(language, knows)).file(content, file.resolve().parent.name)
    except VoiceGuideError as error:
        problem = " ".join(str(error).split())
        raise VoiceGuideError(f"{file}: not a hassil sentence file: {problem}") from error
    except RecursionError as error:
        raise VoiceGuideError(f"{file}: values within one another without end") from error


class _Checked:
    """Turns what YAML says into what hassil takes."""

    def __init__(self, spelling: Spelling) -> None:
        self._spelling = spelling

    def file(self, content: dict[Any, Any], folder: str) -> Tree:
        """Check a file; sentences of no intent are of that which their folder is named after."""
        tree: Tree = {}
        if "language" in content:
            tree["language"] = _text(content["language"], "language")
        intents = _table(content.get("intents"), "intents") if "intents" in content else {}
        if "data" in content:
            intents = {**intents, folder: {"data": content["data"]}}
        if intents or "intents" in content:
            tree["intents"] = {
                name: {"data": list(self._blocks(intent, f"intents.{name}"))}
                for name, intent in intents.items()
            }
        tree |= self._lists_and_rules(content, "")
        if "skip_words" in content:
            words = _list(content["skip_words"], "skip_words")
            tree["skip_words"] = [_text(word, "skip_words") for word in words]
        settings = _optional_table(content, "settings", "")
        tree["settings"] = {"ignore_whitespace": settings.get("ignore_whitespace") is True}
        return tree

    def _blocks(self, intent: Any, where: str) -> Iterator[Tree]:
        table = _table(intent, where)
        if "data" not in table:
            raise VoiceGuideError(f"the key 'data' is missing in {where}")
        for number, block in enumerate(_list(table["data"], f"{where}.data"), 1):
            yield self._block(block, f"{where}.data[{number}]")

    def _block(self, given: Any, where: str) -> Tree:
        block = _table(given, where)
        if "sentences" not in block:
            raise VoiceGuideError(f"the key 'sentences' is missing in {where}")
        found: Tree = {"sentences": self._templates(block["sentences"], f"{where}.sentences")}
        for key in ("slots", "metadata"):
            found[key] = _optional_table(block, key, where)
            _check_values(found[key], f"{where}.{key}")
        if not isinstance(found["metadata"].get("urgency", 0), int):
            raise VoiceGuideError(f"{where}.metadata.urgency: expected a whole number")
        for key in ("requires_context", "excludes_context"):
            found[key] = _condition(_optional_table(block, key, where), f"{where}.{key}")
        if "required_keywords" in block:
            words = _list(block["required_keywords"], f"{where}.required_keywords")
            found["required_keywords"] = [_text(word, where).lower() for word in words]
        return found | self._lists_and_rules(block, where)

    def _lists_and_rules(self, given: dict[Any, Any], where: str) -> Tree:
        inside = f"{where}." if where else ""
        rules = _optional_table(given, "expansion_rules", where)
        lists = _optional_table(given, "lists", where)
        return {
            "expansion_rules": {
                name: self._template(rule, f"{inside}expansion_rules.{name}")
                for name, rule in rules.items()
            },
            "lists": {
                name: self._list(values, f"{inside}lists.{name}") for name, values in lists.items()
            },
        }

    def _list(self, given: Any, where: str) -> Tree:
        table = _table(given, where)
        if "values" in table:
            values = _list(table["values"], f"{where}.values")
            return {
                "values": [
                    self._value(value, f"{where}.values[{number}]")
                    for number, value in enumerate(values, 1)
                ]
            }
        if "range" in table:
            return {"range": _range(_table(table["range"], f"{where}.range"), f"{where}.range")}
        if table.get("wildcard") is True:
            return {"wildcard": True}
        raise VoiceGuideError(f"{where}: expected values, a range, or wildcard: true")

    def _value(self, given: Any, where: str) -> Tree:
        value = given if isinstance(given, dict) else {"in": given}
        value = _table(value, where)
        if "in" not in value:
            raise VoiceGuideError(f"the key 'in' is missing in {where}")
        said = _text(value["in"], f"{where}.in")
        is_template = any(each in said for each in "()[]{}<>|")
        out = value.get("out", None if is_template else value["in"])
        context = _optional_table(value, "context", where)
        _check_values({"out": out, "context": context}, where)
        return {"in": self._template(said, where), "out": out, "context": context or None}

    def _templates(self, given: Any, where: str) -> list[str]:
        return [
            self._template(text, f"{where}[{number}]")
            for number, text in enumerate(_list(given, where), 1)
        ]

    def _template(self, given: Any, where: str) -> str:
        text = _text(given, where)
        spelled = self._spelling.spelled(text)
        if not spelled.strip():
            raise VoiceGuideError(f'{where}: "{text}" has no words')
        return spelled


def _condition(given: Tree, where: str) -> Tree:
    """Return a condition with the contexts that it names as a text or a list of texts."""
    _check_values(given, where)
    if "context" not in given:
        return given
    named = given["context"]
    if isinstance(named, dict):
        named = named.get("value")
    names = _list(named, f"{where}.context")
    return {**given, "context": [_text(name, f"{where}.context") for name in names]}


def _range(given: Tree, where: str) -> Tree:
    found: Tree = {
        "step": 1,
        **{key: given[key] for key in given if key in ("from", "to", "step")},
    }
    for key in ("from", "to", "step"):
        if key not in found:
            raise VoiceGuideError(f"the key '{key}' is missing in {where}")
        if isinstance(found[key], bool) or not isinstance(found[key], int):
            raise VoiceGuideError(f"{where}.{key}: expected a whole number (found {found[key]!r})")
    if found["from"] > found["to"] or found["step"] < 1:
        raise VoiceGuideError(f"{where}: expected numbers that go up, by a step of 1 or more")
    fractions, multiplier = given.get("fractions"), given.get("multiplier")
    if fractions is not None and fractions not in _FRACTIONS:
        raise VoiceGuideError(f"{where}.fractions: expected one of: {', '.join(_FRACTIONS)}")
    if multiplier is not None and not isinstance(multiplier, int | float):
        raise VoiceGuideError(f"{where}.multiplier: expected a number (found {multiplier!r})")
    language = given.get("words_language")
    found |= {"fractions": fractions, "multiplier": multiplier}
    found["words_language"] = language and _text(language, f"{where}.words_language")
    said = {key: given.get(key, True) is not False for key in ("digits", "words")}
    if not any(said.values()):
        raise VoiceGuideError(f"{where}: expected digits, words or both")
    return found | said


def _optional_table(given: dict[Any, Any], key: str, where: str) -> Tree:
    """Return the table below a key; an empty one where there is none, or nothing below it."""
    inside = f"{where}.{key}" if where else key
    return {} if given.get(key) is None else _table(given[key], inside)


def _table(given: Any, where: str) -> Tree:
    if not isinstance(given, dict):
        raise VoiceGuideError(f"{where}: expected keys with values ({_found(given)})")
    for key in given:
        if not isinstance(key, str):
            raise VoiceGuideError(f"{where}: expected a name ({_found(key)})")
    return given


def _list(given: Any, where: str) -> list[Any]:
    """Return a list; of one, where there is a single text or number."""
    if isinstance(given, str | int | float) and given != "":
        return [given]
    if not isinstance(given, list):
        raise VoiceGuideError(f"{where}: expected a list ({_found(given)})")
    return given


def _text(given: Any, where: str) -> str:
    """Return a text, or a number as one."""
    if isinstance(given, bool):
        return str(given).lower()
    if not isinstance(given, str | int | float) or given == "":
        raise VoiceGuideError(f"{where}: expected a text ({_found(given)})")
    return str(given)


def _check_values(given: Any, where: str) -> None:
    """Raise VoiceGuideError for a value that is no text, number, list or table of these."""
    if isinstance(given, dict):
        for key, value in _table(given, where).items():
            _check_values(value, f"{where}.{key}")
    elif isinstance(given, list):
        for number, value in enumerate(given, 1):
            _check_values(value, f"{where}[{number}]")
    elif isinstance(given, float) and not math.isfinite(given):
        raise VoiceGuideError(f"{where}: expected a finite number ({_found(given)})")
    elif given is not None and not isinstance(given, str | int | float):
        raise VoiceGuideError(f"{where}: expected a text or a number ({_found(given)})")


def _found(given: Any) -> str:
    if given is None or given == "":
        return "found nothing"
    if isinstance(given, str | int | float):
        return f"found {given!r}"[:60]
    return f"found a {type(given).__name__}"
