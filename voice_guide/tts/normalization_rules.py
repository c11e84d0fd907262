"""Normalization rules: the content of a language's `spoken.toml`, checked when it is read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from voice_guide.config.toml_files import load_toml

_STRICT = ConfigDict(extra="forbid", use_attribute_docstrings=True)
_WITH_ENTRIES = ConfigDict(extra="allow", use_attribute_docstrings=True)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("expected some text")
    return text


def _symbol(text: str) -> str:
    # A space or a hyphen before a unit in a text is not part of its symbol.
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
    """Return a validator that allows nothing but these names in braces."""

    def check(text: str) -> str:
        try:
            text.format(**dict.fromkeys(names, ""))
        except (LookupError, ValueError, AttributeError, TypeError) as error:
            expected = ", ".join(f"{{{name}}}" for name in names)
            raise ValueError(f"nothing may stand in braces but {expected}") from error
        return text

    return check


_Text = Annotated[str, Field(strict=True), AfterValidator(_not_blank)]

_Pattern = Annotated[_Text, AfterValidator(_pattern)]

_Symbol = Annotated[_Text, AfterValidator(_symbol)]

_Texts: TypeAlias = dict[_Text, _Text]
"""Written texts, and what is spoken instead of each."""

Forms: TypeAlias = tuple[_Text, _Text]
"""Words for one, and for several."""


class Numbers(BaseModel):
    """The way numbers are written."""

    model_config = _STRICT

    decimal: _Text
    """The sign before tenths."""

    thousands: _Text
    """The sign after thousands."""

    minus: _Text
    """The word for the minus sign."""


class PhoneNumbers(BaseModel):
    """Numbers spoken digit by digit; each further key is a sign, with the word for it."""

    model_config = _WITH_ENTRIES

    __pydantic_extra__: dict[str, _Text]

    patterns: tuple[_Pattern, ...]
    """Their forms, as regular expressions of Python."""

    @property
    def signs(self) -> dict[str, str]:
        """The words for signs."""
        return self.__pydantic_extra__


class Times(BaseModel):
    """Times of day."""

    model_config = _STRICT

    whole_hour: Annotated[_Text, AfterValidator(_with("hour"))]
    """The form of a time without minutes."""

    one_digit_minute: Annotated[_Text, AfterValidator(_with("hour", "minute"))]
    """The form of the first nine minutes of an hour."""

    other: Annotated[_Text, AfterValidator(_with("hour", "minute"))]
    """The form of all other times."""

    halves: _Texts
    """The halves of the day that may follow a time."""


class DurationUnit(BaseModel):
    """One of the units that a duration is given in."""

    model_config = _STRICT

    symbols: tuple[_Text, ...]
    """Its symbols."""

    said: Forms
    """The words for one, and for several."""


class Durations(BaseModel):
    """Durations in several units at once: "1h30", "2m 30s", "0:30 min"."""

    model_config = _STRICT

    hours: DurationUnit
    """The unit of hours."""

    minutes: DurationUnit
    """The unit of minutes."""

    seconds: DurationUnit
    """The unit of seconds."""


class Products(BaseModel):
    """Numbers with a multiplication sign: "3x10 reps", "10x", "20 x 30 cm"."""

    model_config = _STRICT

    signs: tuple[_Text, ...]
    """The multiplication signs."""

    times: _Text
    """The word between two numbers."""

    by: _Text
    """The word between two lengths."""

    lengths: tuple[_Symbol, ...]
    """The units of length."""

    repeated: Annotated[_Text, AfterValidator(_with("number"))]
    """The form of a number with a sign after it and no other number."""

    few: _Texts = {}
    """The words for small numbers in this form."""


class Fractions(BaseModel):
    """Fractions; each further key is a denominator, with the words for one part and several."""

    model_config = _WITH_ENTRIES

    __pydantic_extra__: dict[str, Forms]

    mixed: Annotated[_Text, AfterValidator(_with("whole", "part"))]
    """The form of a whole number with a fraction."""

    @property
    def parts(self) -> dict[str, Forms]:
        """The words for parts, by denominator."""
        return self.__pydantic_extra__


class NormalizationRules(BaseModel):
    """All rules of a language."""

    model_config = _STRICT

    numbers: Numbers
    """The way numbers are written."""

    as_written: tuple[_Pattern, ...] = ()
    """Texts that look like something else and are left to the voice, as regular expressions."""

    phone_numbers: PhoneNumbers
    """Numbers spoken digit by digit."""

    times: Times
    """Times of day."""

    durations: Durations | None = None
    """Durations in several units at once."""

    products: Products | None = None
    """Numbers with a multiplication sign."""

    out_of: _Texts = {}
    """The words between the two numbers of "3/5" after a word such as "step"."""

    fractions: Fractions
    """Fractions."""

    between_numbers: _Texts
    """The words for signs between two numbers."""

    before_numbers: _Texts
    """The words for signs right before a number."""

    per: _Texts = {}
    """The words for what follows a slash after a quantity: "3 times/week"."""

    money: dict[_Text, Forms]
    """The words for currency signs, spoken after the number."""

    units: dict[_Symbol, Forms]
    """The words for units; a symbol that starts with a space needs a space before it."""

    abbreviations: _Texts
    """The words for abbreviations."""

    symbols: _Texts
    """The words for signs anywhere."""


def load(file: Path) -> NormalizationRules:
    """Read the rules of a language (TOML).

    Raises VoiceGuideError, naming the file and each key, where they cannot be used.
    """
    return load_toml(file, NormalizationRules)
