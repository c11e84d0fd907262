"""What a routine is: the shape of a pack, checked as it is read."""

import re
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
    # Not a length for pydantic to check: it counts only the sound ones, and so tells of
    # an empty list wherever the only entry has a mistake.
    if not entries:
        raise ValueError("expected at least one")
    return entries


_NOT_EMPTY = AfterValidator(_at_least_one)

_IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _checked_identifier(name: str) -> str:
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError("expected small letters and digits, with hyphens between")
    return name


Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]
"""Something to say or to name: never empty."""

_SIDE = "{side}"
_BRACE = re.compile(r"[{}]")


def _with_side_only(text: str) -> str:
    if _BRACE.search(text.replace(_SIDE, "")):
        raise ValueError("nothing may stand in braces but {side}")
    return text


Spoken = Annotated[Text, AfterValidator(_with_side_only)]
"""Something to say in which {side} stands for the name of the side it is said for."""

Template = Annotated[Text, AfterValidator(lambda template: phrases(template) and template)]
"""What a person may say, as a hassil template: `(tennis|rubber) ball [wall] massage`."""

Identifier = Annotated[Text, AfterValidator(_checked_identifier)]
"""A name for the program: small letters, digits and hyphens."""


Side: TypeAlias = Literal["left", "right"]
"""A side of the body. Its name in a language comes from that language's prompts."""


@dataclass(frozen=True, config=_STRICT)
class Need:
    """A thing to have at hand before starting."""

    name: Text
    """What the guide says: "a tennis ball"."""

    said: Annotated[tuple[Template, ...], _NOT_EMPTY]
    """What a person who has it may call it: "[tennis] ball"."""


@dataclass(frozen=True, config=_STRICT)
class Repeat:
    """Something to do over and over, led by calls: "squeeze", "and release"."""

    times: Annotated[int, Field(strict=True, ge=2, le=100)]
    """How often."""

    seconds: Annotated[float, Field(strict=True, ge=1, le=60)]
    """How long one time takes, from its first call to that of the next."""

    calls: Annotated[tuple[Text, ...], _NOT_EMPTY]
    """What is called each time, spread evenly."""


@dataclass(frozen=True, config=_STRICT)
class Step:
    """One action, said in one go."""

    title: Spoken
    """Its short name, as in "Next: the ball in place"."""

    say: Spoken
    """What the guide says, written for the ear."""

    say_then: Spoken | None = None
    """What it says for the second side, where that differs."""

    more: Spoken | None = None
    """What it adds when it is asked to explain."""

    caution: Spoken | None = None
    """What has to be said right before this step, every time."""

    sides: Annotated[bool, Field(strict=True)] = False
    """Whether it is for one side of the body. Steps with sides that follow each other are led
    for the one side, and then all of them for the other."""

    seconds: Annotated[float, Field(strict=True, gt=0, le=3600)] | None = None
    """How long to go on; none waits for the person."""

    repeat: Repeat | None = None
    """What to do how often, in place of seconds."""

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
        """How long it takes in all, in seconds; None where it waits for the person."""
        return self.repeat.times * self.repeat.seconds if self.repeat else self.seconds


@dataclass(frozen=True, config=_STRICT)
class Safety:
    """What has to be said for the person's safety. Not optional in any pack."""

    cautions: Annotated[tuple[Text, ...], _NOT_EMPTY]
    """Said before the first step, in this order."""

    when_it_hurts: Text
    """Said when the person says that it hurts, after the routine was stopped."""


@dataclass(frozen=True, config=_STRICT)
class Source:
    """Where the routine comes from, and to whom it sends people."""

    document: Text
    """The title of the document that the facts were taken from."""

    referral: Text
    """Whom the source refers people to, as the guide says it."""


@dataclass(frozen=True, config=_STRICT)
class Routine:
    """A routine pack: everything there is to say, and what it may be called."""

    id: Identifier
    """The name used on the command line and in the settings."""

    language: Identifier
    """The language of everything said in the pack: "en"."""

    title: Text
    """What the guide calls it, as in "the tennis ball wall massage"."""

    purpose: Text
    """What it is for, as in "the upper back"."""

    names: Annotated[tuple[Template, ...], _NOT_EMPTY]
    """What people may call it."""

    areas: tuple[Template, ...]
    """What people may call the places it is for. Packs may share a place: the guide then
    asks which routine is meant."""

    needs: tuple[Need, ...]
    """Things to have at hand; empty where hands are enough."""

    safety: Safety
    """Cautions and advice."""

    steps: Annotated[tuple[Step, ...], _NOT_EMPTY]
    """The steps, in order."""

    closing: Text
    """Said after the last step."""

    source: Source
    """Document and referral."""
