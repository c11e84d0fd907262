"""A snapshot of a room's session, for hosts that show it."""

from dataclasses import dataclass
from typing import Self

from voice_guide.dialogue.view import View


@dataclass(frozen=True)
class RoomView:
    """One room at one moment."""

    phase: str
    """The phase of its dialogue."""

    routine: str
    """The title of the routine; empty while none is chosen."""

    step: int
    """The number of the step, from 1; 0 before the first."""

    steps: int
    """The number of steps; 0 before the first."""

    title: str
    """The title of the step."""

    side: str
    """The side of the step; empty where it has none."""

    left_s: float | None
    """Seconds left of the step's time; None where it has none."""

    is_running: bool
    """True while that time runs."""

    @classmethod
    def of(cls, view: View, until_up_s: float) -> Self:
        """Return a room's view; `until_up_s` is the time until the timer is up, in seconds."""
        step = view.step
        if step is None:
            return cls(view.context, view.routine, 0, 0, "", "", None, False)
        timer = step.step_timer
        is_running = timer is not None and timer.is_running
        left_s = timer.left_s if timer else None
        return cls(
            phase=view.context,
            routine=view.routine,
            step=step.number,
            steps=step.total,
            title=step.title,
            side=step.side,
            left_s=max(0.0, until_up_s) if is_running else left_s,
            is_running=is_running,
        )
