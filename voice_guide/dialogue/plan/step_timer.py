"""The time of a timed step: how much is left, and what is announced while it runs."""

from dataclasses import dataclass, replace
from enum import Enum, auto
from math import ceil
from typing import Self

from voice_guide.routines.model import Repeat, Step


class Announcement(Enum):
    """The kinds of announcement at a tick of the timer."""

    HALFWAY = auto()
    """Half of the time is over."""

    COUNTDOWN = auto()
    """One of the last three seconds begins."""

    REPEAT = auto()
    """The next call of a repetition is due."""


_COUNTDOWN_S = 3
"""Seconds at the end that are counted down."""

_MIN_HALFWAY_S = 20
"""Seconds that a step takes at least for its half to be announced."""


@dataclass(frozen=True)
class StepTimer:
    """The time of one step."""

    step: Step
    """The timed step."""

    total_s: float
    """The whole time, in seconds."""

    left_s: float
    """The time left, in seconds."""

    is_running: bool = False
    """True while the time runs."""

    @classmethod
    def of(cls, step: Step, left_s: float | None = None) -> "StepTimer | None":
        """Return a step's time, with `left_s` seconds left if given; None if it is not timed."""
        if step.total_s is None:
            return None
        return cls(
            step, max(step.total_s, left_s or 0), step.total_s if left_s is None else left_s
        )

    @property
    def is_up(self) -> bool:
        """True if no time is left."""
        return self.left_s <= 0

    @property
    def is_fresh(self) -> bool:
        """True if none of the time has passed."""
        return self.left_s >= self.total_s

    @property
    def has_begun(self) -> bool:
        """True if the time runs, or some of it has passed."""
        return self.is_running or not self.is_fresh

    @property
    def tick_s(self) -> float:
        """Seconds between two ticks: 1, or the length of one call of a repetition."""
        repeat = self.step.repeat
        return repeat.seconds / len(repeat.calls) if repeat else 1.0

    def running(self) -> Self:
        """Return the timer, running."""
        return replace(self, is_running=True)

    def paused(self) -> Self:
        """Return the timer, not running."""
        return replace(self, is_running=False)

    def with_left(self, left_s: float) -> Self:
        """Return the timer with this many seconds left."""
        return replace(self, left_s=left_s)

    def extended(self, seconds: float) -> Self:
        """Return the timer with more seconds: rounded up to whole repetitions if it has any."""
        if self.step.repeat:
            one_s = self.step.repeat.seconds
            seconds = ceil(seconds / one_s) * one_s
        return replace(self, total_s=self.total_s + seconds, left_s=self.left_s + seconds)

    @property
    def announcement(self) -> Announcement | None:
        """The announcement that is due at this tick, if there is one."""
        if self.step.repeat:
            return Announcement.REPEAT
        if self.left_s <= _COUNTDOWN_S:
            return Announcement.COUNTDOWN
        is_half = self.left_s == ceil(self.total_s / 2)
        return Announcement.HALFWAY if is_half and self.total_s >= _MIN_HALFWAY_S else None

    @property
    def announcement_limit_s(self) -> float:
        """Seconds in which the announcement must end: before the next one, or the countdown."""
        if self.announcement is Announcement.HALFWAY:
            return self.left_s - _COUNTDOWN_S
        return self.tick_s

    @property
    def repeat_position(self) -> "RepeatPosition":
        """The repetition and the call that are due; raises LookupError if nothing is repeated."""
        repeat = self._repeat
        times = round(self.total_s / repeat.seconds)
        calls_done = round((self.total_s - self.left_s) / self.tick_s)
        number, call = divmod(calls_done, len(repeat.calls))
        return RepeatPosition(repeat.calls[call], number + 1, times, is_first_call=call == 0)

    @property
    def _repeat(self) -> Repeat:
        if self.step.repeat is None:
            raise LookupError(f"nothing is repeated in {self.step.title}")
        return self.step.repeat


@dataclass(frozen=True)
class RepeatPosition:
    """A position in a repetition."""

    call: str
    """The words that are called."""

    number: int
    """The number of the repetition, from 1."""

    times: int
    """The total of repetitions."""

    is_first_call: bool
    """True if a repetition begins with this call."""

    @property
    def is_last(self) -> bool:
        """True in the last repetition."""
        return self.number == self.times

    @property
    def is_halfway(self) -> bool:
        """True in the repetition that begins the second half."""
        return self.number == self.times // 2 + 1
