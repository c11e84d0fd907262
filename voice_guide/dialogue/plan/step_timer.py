"""The time of a step: how much of it is left, and what is said while it runs."""

from dataclasses import dataclass, replace
from enum import Enum, auto
from math import ceil
from typing import Self

from voice_guide.routines.model import Repeat, Step


class Call(Enum):
    """What a tick of the time is told with."""

    HALFWAY = auto()
    """Half of it is over."""

    COUNTDOWN = auto()
    """One of the last three seconds begins."""

    REPEAT = auto()
    """One of the calls of a repetition is due."""


_LAST = 3
"""Seconds at the end that are counted."""

_LONG = 20
"""Seconds from which on half of them is worth telling."""


@dataclass(frozen=True)
class StepTimer:
    """A step's time."""

    step: Step
    """The step, which takes time."""

    total_s: float
    """How long it takes in all, in seconds."""

    left_s: float
    """How much of it is left, in seconds."""

    is_running: bool = False
    """Whether it runs at this moment."""

    @classmethod
    def of(cls, step: Step, left_s: float | None = None) -> "StepTimer | None":
        """Return a step's time, with so much of it left; None where it waits for the person."""
        if step.total_s is None:
            return None
        return cls(
            step, max(step.total_s, left_s or 0), step.total_s if left_s is None else left_s
        )

    @property
    def is_up(self) -> bool:
        """Whether it is over."""
        return self.left_s <= 0

    @property
    def is_fresh(self) -> bool:
        """Whether none of it has passed yet."""
        return self.left_s >= self.total_s

    @property
    def tick_s(self) -> float:
        """Seconds from one tick to the next: a second, or what one call of a repetition takes."""
        repeat = self.step.repeat
        return repeat.seconds / len(repeat.calls) if repeat else 1.0

    def running(self) -> Self:
        """Return it running."""
        return replace(self, is_running=True)

    def halted(self) -> Self:
        """Return it halted."""
        return replace(self, is_running=False)

    def ticked(self, left_s: float) -> Self:
        """Return it with so much left."""
        return replace(self, left_s=left_s)

    def longer(self, seconds: float) -> Self:
        """Return it with so many seconds more; of a repetition, with as many whole ones more."""
        if self.step.repeat:
            one_s = self.step.repeat.seconds
            seconds = ceil(seconds / one_s) * one_s
        return replace(self, total_s=self.total_s + seconds, left_s=self.left_s + seconds)

    @property
    def call(self) -> Call | None:
        """What is to be told at this tick."""
        if self.step.repeat:
            return Call.REPEAT
        if self.left_s <= _LAST:
            return Call.COUNTDOWN
        is_half = self.left_s == ceil(self.total_s / 2)
        return Call.HALFWAY if is_half and self.total_s >= _LONG else None

    @property
    def call_within_s(self) -> float:
        """By when what is told has to be over: before the next of its kind, or the end."""
        if self.call is Call.HALFWAY:
            return self.left_s - _LAST
        return self.tick_s

    @property
    def place_in_repeat(self) -> "PlaceInRepeat":
        """Which call of which repetition is due."""
        repeat = self._repeat
        times = round(self.total_s / repeat.seconds)
        gone = round((self.total_s - self.left_s) / self.tick_s)
        number, call = divmod(gone, len(repeat.calls))
        return PlaceInRepeat(repeat.calls[call], number + 1, times, is_first_call=call == 0)

    @property
    def _repeat(self) -> Repeat:
        if self.step.repeat is None:
            raise LookupError(f"nothing is repeated in {self.step.title}")
        return self.step.repeat


@dataclass(frozen=True)
class PlaceInRepeat:
    """Where a repetition is."""

    call: str
    """What is called."""

    number: int
    """Which time it is, counted from 1."""

    times: int
    """How often it is done in all."""

    is_first_call: bool
    """Whether a new time begins with this call."""

    @property
    def is_last(self) -> bool:
        """Whether it is the last time."""
        return self.number == self.times

    @property
    def is_halfway(self) -> bool:
        """Whether half of the times are over as this one begins."""
        return self.number == self.times // 2 + 1
