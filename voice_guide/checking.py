"""What is wrong with a file that a person wrote, in words for that person."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError


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


def _expectation(problem: Mapping[str, Any]) -> str:
    match problem["type"]:
        case "missing":
            return "this key is missing"
        case "unexpected_keyword_argument":
            return "there is no such key"
        case "value_error":
            return str(problem["ctx"]["error"])
        case _:
            return str(problem["msg"][0].lower() + problem["msg"][1:])


def _found(problem: Mapping[str, Any]) -> str:
    return "" if problem["type"] == "missing" else f" (found {problem['input']!r})"
