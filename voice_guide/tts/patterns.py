"""Patterns that the rules of text normalization are built from."""

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias

Rewriting: TypeAlias = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]
"""A pattern, and the function that returns what is spoken instead of a match."""

SPACE = r"[ \u00a0\u2007\u2009\u202f]"
"""A space, also one that keeps a number and its unit on one line."""

NUMBER_START = r"(?<![\w.,/–-])"
"""The start of a number that is not the rest of a date, a version or a name."""

FRACTION = r"\d+/\d+"
"""A fraction, written with a slash."""

_NEVER = "(?!)"
"""A pattern that never matches."""


def any_of(texts: Iterable[str]) -> str:
    """Return a pattern that matches any of these texts, the longest possible."""
    return "|".join(map(re.escape, sorted(texts, key=len, reverse=True))) or _NEVER
