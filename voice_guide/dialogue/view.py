"""What there is to see of a conversation."""

from dataclasses import dataclass

from voice_guide.dialogue.plan.step_timer import StepTimer


@dataclass(frozen=True)
class StepView:
    """The step that is being led."""

    number: int
    """Which of the steps it is, each side counted, from 1."""

    total: int
    """How many there are."""

    side: str
    """The name of its side; empty where it has none."""

    title: str
    """What it is about, shortly."""

    text: str
    """What is done in it."""

    step_timer: StepTimer | None
    """Its time; None where it waits for the person."""


@dataclass(frozen=True)
class View:
    """A conversation at one moment."""

    context: str
    """Where it is, as the sentence files name it."""

    routine: str = ""
    """The title of the routine; empty while none is chosen."""

    step: StepView | None = None
    """The step; None before the first."""
