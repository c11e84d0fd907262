"""TOML files that people write: read them, check them against a type, explain mistakes."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from voice_guide.config.files import read_text, why_unreadable
from voice_guide.errors import VoiceGuideError

_T = TypeVar("_T")

_EXPECTED = {
    "bool_type": "expected true or false",
    "dataclass_type": "expected a table",
    "finite_number": "expected a number",
    "float_type": "expected a number",
    "greater_than": "expected more than {gt:g}",
    "greater_than_equal": "expected {ge:g} or more",
    "int_type": "expected a whole number",
    "less_than_equal": "expected {le:g} or less",
    "literal_error": "expected {expected}",
    "missing": "this key is missing",
    "string_too_short": "expected some text",
    "string_type": "expected text",
    "tuple_type": "expected a list",
    "unexpected_keyword_argument": "there is no such key",
}
"""pydantic's kinds of problem as the author of a TOML file would put them."""

_NOTHING_TO_QUOTE = frozenset({"missing", "string_too_short", "unexpected_keyword_argument"})
"""Kinds of problem that a quotation of the value would not explain."""

_MAX_QUOTED_CHARACTERS = 60
"""Characters quoted of a wrong value."""


class TomlFileError(VoiceGuideError):
    """A TOML file that cannot be used."""

    def __init__(self, file: Path, problems: tuple[str, ...]) -> None:
        self.problems = problems
        """Every problem: the key or line, and what was expected there."""
        super().__init__(f"{file}: {'; '.join(problems)}")


def load_toml(file: Path, kind: type[_T]) -> _T:
    """Read a TOML file into a type that pydantic knows.

    Raises TomlFileError where it cannot be read, or does not fit the type.
    """
    return checked(file, read_toml(file), kind)


def read_toml(file: Path) -> dict[str, Any]:
    """Return the content of a TOML file; raises TomlFileError where it cannot be read."""
    return _parsed(file, tomllib.loads)


def with_changes(file: Path, table: str, changes: Mapping[str, Any]) -> str:
    """Return the text of a TOML file with some keys of a table changed, or of a new one.

    Comments and all other keys stay. Raises TomlFileError where the file cannot be read.
    """
    # Loaded only here: most sessions change nothing.
    import tomlkit

    document = tomlkit.document()
    if file.exists():
        # tomlkit reports a repeated key in its own way: let tomllib refuse it first.
        read_toml(file)
        document = _parsed(file, tomlkit.parse)
    document.setdefault(table, tomlkit.table()).update(changes)
    return tomlkit.dumps(document)


def _parsed(file: Path, parse: Callable[[str], _T]) -> _T:
    try:
        return parse(read_text(file))
    except (OSError, UnicodeDecodeError) as error:
        reason = why_unreadable(error)
    except RecursionError:
        reason = "not TOML: too many brackets within brackets"
    except ValueError as error:
        # A syntax error, or Python's own for a number of too many digits.
        reason = f"not TOML: {error}"
    raise TomlFileError(file, (reason,))


def checked(file: Path, content: Mapping[str, Any], kind: type[_T]) -> _T:
    """Return a file's content as a type that pydantic knows.

    Raises TomlFileError, with every key that does not fit.
    """
    try:
        return TypeAdapter(kind).validate_python(content)
    except ValidationError as error:
        problems = (
            f"{_key(problem['loc'])}: {_expectation(problem)}{_quotation(problem)}"
            for problem in error.errors()
        )
        raise TomlFileError(file, tuple(problems)) from error


def _key(location: tuple[int | str, ...]) -> str:
    """Return a place in a TOML file as people write it: `steps[2].say`, counted from 1."""
    path = ""
    for part in location:
        path += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _expectation(problem: Mapping[str, Any]) -> str:
    context = problem.get("ctx", {})
    if problem["type"] == "value_error":
        return str(context["error"])
    if problem["type"] in _EXPECTED:
        return _EXPECTED[problem["type"]].format(**context)
    return str(problem["msg"])


def _quotation(problem: Mapping[str, Any]) -> str:
    # A whole table would be too much to quote.
    if problem["type"] in _NOTHING_TO_QUOTE or isinstance(problem["input"], dict):
        return ""
    value = repr(problem["input"])
    if len(value) > _MAX_QUOTED_CHARACTERS:
        value = f"{value[:_MAX_QUOTED_CHARACTERS]}..."
    return f" (found {value})"
