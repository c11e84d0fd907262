"""The dialogue's one timer: it runs the time of a step, or a short wait."""

from enum import Enum, auto

from voice_guide.dialogue.actions import Action, PlayChime, SayIfFree, SetTimer, StopTimer
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.plan.step_timer import StepTimer
from voice_guide.dialogue.script import Script
from voice_guide.routines.model import Step


class TimerPurpose(Enum):
    """The purpose that the timer runs for."""

    STEP_TIME = auto()
    """The time of a step."""

    GET_READY = auto()
    """The wait before a step's time begins by itself: the hands get in place meanwhile."""

    NEXT_STEP = auto()
    """The wait after a step without a time, before the guide carries on by itself."""


_WAITS_S = {TimerPurpose.GET_READY: 5.0, TimerPurpose.NEXT_STEP: 8.0}
"""Seconds that each wait takes: this project's choice."""


class Timekeeper:
    """Runs the time of a step and the waits in between."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._purpose: TimerPurpose | None = None
        self.step_timer: StepTimer | None = None
        """The time of the step; None where it waits for the user."""
        self.starts_when_silent = False
        """True if the time of the step starts as soon as nothing is being said."""

    def load(self, step: Step, left_s: float | None = None) -> None:
        """Take the time of another step, without starting it."""
        self.step_timer = StepTimer.of(step, left_s)
        self.starts_when_silent = False

    def unload(self) -> None:
        """Forget the time of the step."""
        self.step_timer = None

    def begin(self) -> list[Action]:
        """Start the time of the step, with a chime or the first call of a repetition."""
        if self.step_timer is None:
            return []
        self.step_timer = self.step_timer.running()
        self.starts_when_silent = False
        opening = self._announce() if self.step_timer.step.repeat else [PlayChime(Chime.START)]
        return [*opening, *self._run_step_time()]

    def wait(self, purpose: TimerPurpose) -> list[Action]:
        """Start a wait."""
        self._purpose = purpose
        return [SetTimer(_WAITS_S[purpose])]

    def stop_waiting(self) -> list[Action]:
        """Cancel a wait; the time of a step runs on."""
        return [] if self._purpose in (None, TimerPurpose.STEP_TIME) else self._stop()

    def pause(self) -> list[Action]:
        """Stop the timer; a step's time that was running starts again after the next speech."""
        if self.step_timer and self.step_timer.is_running:
            self.starts_when_silent = True
            self.step_timer = self.step_timer.paused()
        return self._stop()

    def halt(self) -> list[Action]:
        """Stop the timer; a step's time starts again only when the user is ready."""
        stopped = self.pause()
        self.starts_when_silent = False
        return stopped

    def tick(self, left_s: float) -> list[Action]:
        """Note the time left of a step, and announce it where that is due."""
        if self._purpose is not TimerPurpose.STEP_TIME or self.step_timer is None:
            return []
        self.step_timer = self.step_timer.with_left(left_s)
        return self._announce()

    def time_up(self) -> TimerPurpose | None:
        """Note that the timer has run out; return the purpose it ran for."""
        purpose, self._purpose = self._purpose, None
        if purpose is TimerPurpose.STEP_TIME and self.step_timer:
            self.step_timer = self.step_timer.with_left(0).paused()
        return purpose

    def extend(self, seconds: float) -> list[Action]:
        """Give the step more time; if its time was up, it starts again after the next speech."""
        if self.step_timer is None:
            return []
        self.starts_when_silent |= self.step_timer.is_up
        self.step_timer = self.step_timer.extended(seconds)
        return self._run_step_time() if self.step_timer.is_running else []

    def _run_step_time(self) -> list[Action]:
        if self.step_timer is None:
            return []
        self._purpose = TimerPurpose.STEP_TIME
        return [SetTimer(self.step_timer.left_s, self.step_timer.tick_s)]

    def _stop(self) -> list[Action]:
        self._purpose = None
        return [StopTimer()]

    def _announce(self) -> list[Action]:
        timer = self.step_timer
        if timer is None or timer.announcement is None:
            return []
        return [SayIfFree(self._script.announcement(timer), timer.announcement_limit_s)]
