"""What a routine is: the shape of a pack, checked as it is read."""

import re
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
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
class Step:
    """One action, said in one go."""

    say: Text
    """What the guide says, written for the ear."""

    side: Literal["left", "right"] | None = None
    """The side of the body this step is for, where it is for one."""

    seconds: Annotated[float, Field(strict=True, gt=0, le=3600)] | None = None
    """How long to go on, counted from the end of what is said; none waits for the person."""


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
