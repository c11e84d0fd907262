"""What is wrong with a file that a person wrote, in words for that person."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from voice_guide.errors import VoiceGuideError

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

_NOTHING_FOUND = frozenset({"missing", "string_too_short", "unexpected_keyword_argument"})
"""Kinds of problem that showing what was found would not explain."""

_MOST_SHOWN = 60
"""Characters shown of what was found."""


UNREADABLE = (OSError, ValueError, RecursionError)
"""What reading a TOML file raises. A number of too many digits is not TOML's own error."""


def read_toml(file: Path) -> dict[str, Any]:
    """Return what is in a TOML file; raises VoiceGuideError, naming it, where that fails."""
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except UNREADABLE as error:
        raise VoiceGuideError(f"{file}: {why_unreadable(error)}") from error


def problems(error: ValidationError) -> list[str]:
    """Return every problem: its key, what was expected there, and what was found."""
    return [
        f"{key(problem['loc'])}: {_expectation(problem)}{_found(problem)}"
        for problem in error.errors()
    ]


def key(location: tuple[int | str, ...]) -> str:
    """Return a place in a TOML file as people write it: `steps[2].say`, counted from 1."""
    path = ""
    for part in location:
        path += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def why_unreadable(error: Exception) -> str:
    """Return why a TOML file, or any other text, cannot be read: for each of UNREADABLE."""
    if isinstance(error, UnicodeDecodeError):
        line = error.object.count(b"\n", 0, error.start) + 1
        return f"not UTF-8 text: byte 0x{error.object[error.start]:02x} in line {line}"
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, IsADirectoryError):
        return "this is a folder, not a file"
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror}"
    if isinstance(error, RecursionError):
        return "not TOML: too many brackets within brackets"
    return f"not TOML: {error}"


def _expectation(problem: Mapping[str, Any]) -> str:
    context = problem.get("ctx", {})
    if problem["type"] == "value_error":
        return str(context["error"])
    if problem["type"] in _EXPECTED:
        return _EXPECTED[problem["type"]].format(**context)
    return str(problem["msg"])


def _found(problem: Mapping[str, Any]) -> str:
    # A whole table is where it was found, and nothing to show.
    if problem["type"] in _NOTHING_FOUND or isinstance(problem["input"], dict):
        return ""
    found = repr(problem["input"])
    return f" (found {found if len(found) <= _MOST_SHOWN else found[:_MOST_SHOWN] + '...'})"
