"""What hearing hands on: a sentence that was understood, or that one was not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Slots: TypeAlias = Mapping[str, str | int | float]
"""What a sentence says beyond its intent: {"number": 3}, {"area": "upper back"}."""


@dataclass(frozen=True)
class Command:
    """A sentence of the current context, understood."""

    intent: str
    """What the person wants, as the sentence file names it."""

    slots: Slots = field(default_factory=dict)
    """The sentence's values."""

    text: str = ""
    """The words as heard."""

    start_s: float = 0.0
    """Where the first word starts, in seconds of audio since the start."""

    end_s: float = 0.0
    """Where the last word ends, in seconds of audio since the start."""

    decided_s: float = 0.0
    """How much audio had been heard when it was decided that this is the command, in seconds."""

    compute_ms: float = 0.0
    """Processor time spent on hearing from the first word to the decision, in milliseconds."""

    confidence: float = 1.0
    """Its share of the likelihood of all that may have been said, from 0 to 1."""


@dataclass(frozen=True)
class NotUnderstood:
    """Something was said that is no sentence of the current context."""

    text: str
    """The words as heard, `[unk]` for those that nothing listened for."""

    decided_s: float
    """How much audio had been heard by then, in seconds."""
