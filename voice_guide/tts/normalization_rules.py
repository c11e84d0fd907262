"""How a language says what is written: the shape of its `spoken.toml`, checked as it is read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from voice_guide.config.toml_files import load_toml

_STRICT = ConfigDict(extra="forbid", use_attribute_docstrings=True)
_WITH_ENTRIES = ConfigDict(extra="allow", use_attribute_docstrings=True)


def _something(text: str) -> str:
    if not text.strip():
        raise ValueError("expected some text")
    return text


def _symbol(text: str) -> str:
    # What comes before it in a text, a space or a hyphen, is not a part of it.
    if text.removeprefix(" ").startswith((" ", "-")):
        raise ValueError("expected no hyphen before a unit, and one space at the most")
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(f"(?:{text})")
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"not a pattern: {error}") from error
    return text


def _with(*names: str) -> Callable[[str], str]:
    """Return what checks that nothing but these stands in braces."""

    def check(text: str) -> str:
        try:
            text.format(**dict.fromkeys(names, ""))
        except (LookupError, ValueError, AttributeError, TypeError) as error:
            expected = ", ".join(f"{{{name}}}" for name in names)
            raise ValueError(f"nothing may stand in braces but {expected}") from error
        return text

    return check


_Text = Annotated[str, Field(strict=True), AfterValidator(_something)]

_Texts: TypeAlias = dict[_Text, _Text]
"""What is written, and what is said for it."""

_Forms: TypeAlias = tuple[_Text, _Text]
"""What is said of one, and of several."""


class Numbers(BaseModel):
    """How numbers are written."""

    model_config = _STRICT

    decimal: _Text
    """What comes before tenths."""

    thousands: _Text
    """What comes after thousands."""

    minus: _Text
    """What is said for the sign."""


class PhoneNumbers(BaseModel):
    """What is said digit by digit; each further key is a sign, and what is said for it."""

    model_config = _WITH_ENTRIES

    __pydantic_extra__: dict[str, _Text]

    patterns: tuple[Annotated[_Text, AfterValidator(_pattern)], ...]
    """How they look, as patterns of Python."""

    @property
    def signs(self) -> dict[str, str]:
        """What is said for a sign."""
        return self.__pydantic_extra__


class Times(BaseModel):
    """Times of the day."""

    model_config = _STRICT

    whole_hour: Annotated[_Text, AfterValidator(_with("hour"))]
    """What is said of a time without minutes."""

    one_digit_minute: Annotated[_Text, AfterValidator(_with("hour", "minute"))]
    """What is said of its first nine minutes."""

    other: Annotated[_Text, AfterValidator(_with("hour", "minute"))]
    """What is said of all others."""

    halves: _Texts
    """What may follow a time."""


class Fractions(BaseModel):
    """Fractions; each further key is a number to divide by, and what the parts are called."""

    model_config = _WITH_ENTRIES

    __pydantic_extra__: dict[str, _Forms]

    mixed: Annotated[_Text, AfterValidator(_with("whole", "part"))]
    """What is said of a whole number and a part."""

    @property
    def parts(self) -> dict[str, tuple[str, str]]:
        """What parts are called, by the number to divide by."""
        return self.__pydantic_extra__


class NormalizationRules(BaseModel):
    """All tables of a language."""

    model_config = _STRICT

    numbers: Numbers
    """How numbers are written."""

    phone_numbers: PhoneNumbers
    """What is said digit by digit."""

    times: Times
    """Times of the day."""

    fractions: Fractions
    """Fractions."""

    between_numbers: _Texts
    """What is said between two numbers."""

    before_numbers: _Texts
    """What is said right before a number."""

    money: dict[_Text, _Forms]
    """What is said after the number before which it is written."""

    units: dict[Annotated[_Text, AfterValidator(_symbol)], _Forms]
    """What is said after a number. What begins with a space is only a unit after a space."""

    abbreviations: _Texts
    """What is said for a word that is cut short."""

    symbols: _Texts
    """What is said for a sign."""


def load(file: Path) -> NormalizationRules:
    """Read a language's tables (TOML).

    Raises VoiceGuideError, naming the file and each key, where they cannot be used.
    """
    return load_toml(file, NormalizationRules)
