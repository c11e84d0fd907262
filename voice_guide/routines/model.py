"""The model of a routine pack; pydantic checks a pack against it as it is read."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.dataclasses import dataclass

from voice_guide.routines.phrases import phrases

_STRICT = ConfigDict(extra="forbid", use_attribute_docstrings=True)

_Entry = TypeVar("_Entry")


def _at_least_one(entries: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
    # Not pydantic's `min_length`, which counts only valid entries and so would report an empty
    # list where the only entry has a mistake.
    if not entries:
        raise ValueError("expected at least one")
    return entries


_NOT_EMPTY = AfterValidator(_at_least_one)

_IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _checked_identifier(name: str) -> str:
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError("expected small letters and digits, with hyphens between")
    return name


_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs"})
"""Unicode categories of control codes, direction marks, and characters without a meaning."""

_JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")
"""Invisible characters that some languages are written with."""


def _in_one_line(text: str) -> str:
    """Return a text with a space for each line break; raises ValueError for control codes.

    A transcript has a line for each sentence, and a terminal obeys what it is sent.
    """
    line = " ".join(text.split())
    for character in line:
        if unicodedata.category(character) in _INVISIBLE and character not in _JOINERS:
            raise ValueError(f"expected no invisible character such as U+{ord(character):04X}")
    return line


Text = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True, min_length=1),
    AfterValidator(_in_one_line),
]
"""A text to say or a name, in one line; never empty."""

_SIDE = "{side}"
_BRACE = re.compile(r"[{}]")


def _with_side_only(text: str) -> str:
    if _BRACE.search(text.replace(_SIDE, "")):
        raise ValueError("nothing may stand in braces but {side}")
    return text


Spoken = Annotated[Text, AfterValidator(_with_side_only)]
"""A text to say, in which {side} stands for the name of the side it is said for."""

PhraseTemplate = Annotated[Text, AfterValidator(lambda template: phrases(template) and template)]
"""Phrases that the user may say, as a hassil template: `(tennis|rubber) ball [wall] massage`."""

Identifier = Annotated[Text, AfterValidator(_checked_identifier)]
"""A name for commands and settings: small letters, digits and hyphens."""


Side: TypeAlias = Literal["left", "right"]
"""A side of the body. The words for it are in the language's prompts."""


@dataclass(frozen=True, config=_STRICT)
class Need:
    """A thing that the user needs before starting."""

    name: Text
    """The guide's words for it: "a tennis ball"."""

    said: Annotated[tuple[PhraseTemplate, ...], _NOT_EMPTY]
    """The user's words for it: "[tennis] ball"."""


@dataclass(frozen=True, config=_STRICT)
class Repeat:
    """A movement repeated to calls: "squeeze", "and release"."""

    times: Annotated[int, Field(strict=True, ge=2, le=100)]
    """The number of repetitions."""

    seconds: Annotated[float, Field(strict=True, ge=1, le=60)]
    """Seconds for one repetition, from its first call to that of the next."""

    calls: Annotated[tuple[Text, ...], _NOT_EMPTY]
    """The calls of each repetition, evenly spaced."""


@dataclass(frozen=True, config=_STRICT)
class Step:
    """One action, said in one go."""

    title: Spoken
    """A short name, as in "Next: the ball in place"."""

    say: Spoken
    """The guide's instruction, written for the ear."""

    say_then: Spoken | None = None
    """The instruction for the second side, if it differs."""

    more: Spoken | None = None
    """The explanation for a user who asks for more."""

    caution: Spoken | None = None
    """The caution said right before this step, every time."""

    sides: Annotated[bool, Field(strict=True)] = False
    """True if it is for one side of the body. Consecutive steps with sides are led for one side,
    and then all of them for the other."""

    seconds: Annotated[float, Field(strict=True, gt=0, le=3600)] | None = None
    """Seconds that the step takes; None waits for the user."""

    repeat: Repeat | None = None
    """The repetitions, instead of `seconds`."""

    @model_validator(mode="after")
    def _check(self) -> "Step":
        if self.seconds is not None and self.repeat is not None:
            raise ValueError("expected seconds or repeat, not both")
        if not self.sides and any(_SIDE in text for text in self._texts):
            raise ValueError("{side} stands for a side, and the step has none: sides = true")
        if not self.sides and self.say_then is not None:
            raise ValueError(
                "say_then is for the second side, and the step has none: sides = true"
            )
        return self

    @property
    def _texts(self) -> Sequence[str]:
        return [t for t in (self.title, self.say, self.say_then, self.more, self.caution) if t]

    @property
    def total_s(self) -> float | None:
        """The time the whole step takes, in seconds; None if it waits for the user."""
        return self.repeat.times * self.repeat.seconds if self.repeat else self.seconds


@dataclass(frozen=True, config=_STRICT)
class SafetyTexts:
    """The texts for the user's safety; no pack may leave them out."""

    cautions: Annotated[tuple[Text, ...], _NOT_EMPTY]
    """The cautions said before the first step, in this order."""

    when_it_hurts: Text
    """The advice after the user has said that it hurts and the routine was stopped."""


@dataclass(frozen=True, config=_STRICT)
class PackSource:
    """The origin of a routine, and the professionals it refers to."""

    document: Text
    """The title of the document that the facts are from."""

    referral: Text
    """The professionals that the source refers people to, as the guide says it."""


@dataclass(frozen=True, config=_STRICT)
class Routine:
    """A routine pack: its texts, and the phrases that choose it."""

    id: Identifier
    """The name on the command line and in the settings."""

    language: Identifier
    """The language code of its texts and phrases: "en"."""

    title: Text
    """The guide's name for it, as in "the tennis ball wall massage"."""

    purpose: Text
    """The part of the body it is for, as in "the upper back"."""

    names: Annotated[tuple[PhraseTemplate, ...], _NOT_EMPTY]
    """The user's names for it."""

    areas: tuple[PhraseTemplate, ...]
    """The user's names for the areas it is for. If packs share an area, the guide asks which
    routine is meant."""

    needs: tuple[Need, ...]
    """The things needed; empty if hands are enough."""

    safety: SafetyTexts
    """The cautions, and the advice when it hurts."""

    steps: Annotated[tuple[Step, ...], _NOT_EMPTY]
    """The steps, in order."""

    closing: Text
    """The text said after the last step."""

    source: PackSource
    """The origin of the routine."""
