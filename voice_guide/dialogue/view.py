"""A snapshot of the dialogue for those who show it: a screen, a light, another assistant."""

from dataclasses import dataclass

from voice_guide.dialogue.plan.step_timer import StepTimer


@dataclass(frozen=True)
class StepView:
    """The current step."""

    number: int
    """The number of the planned step, from 1: each side counts."""

    total: int
    """The number of planned steps."""

    side: str
    """The name of its side; empty where it has none."""

    title: str
    """A short title."""

    text: str
    """The instruction."""

    step_timer: StepTimer | None
    """The time of a timed step; None where the step waits for the user."""


@dataclass(frozen=True)
class View:
    """The dialogue at one moment."""

    context: str
    """The phase of the dialogue, as the sentence files name it."""

    routine: str = ""
    """The title of the routine; empty while none is chosen."""

    step: StepView | None = None
    """The current step; None before the first."""
