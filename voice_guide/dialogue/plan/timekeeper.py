"""The one timer: what it runs for, and the time of the step it belongs to."""

from enum import Enum, auto

from voice_guide.dialogue.actions import Action, PlayChime, SayIfFree, SetTimer, StopTimer
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.plan.step_timer import StepTimer
from voice_guide.dialogue.script import Script
from voice_guide.routines.model import Step


class TimerPurpose(Enum):
    """What the timer runs for."""

    HOLD = auto()
    """The time of a step."""

    GET_READY = auto()
    """The moment to bring the hands in place, before the time of a step begins by itself."""

    CARRY_ON = auto()
    """The moment that a step without a time takes where the guide carries on by itself."""


_MOMENTS_S = {TimerPurpose.GET_READY: 5.0, TimerPurpose.CARRY_ON: 8.0}
"""How long these moments are, in seconds: this project's choice."""


class Timekeeper:
    """Runs the time of a step, and the moments in between."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._runs: TimerPurpose | None = None
        self.step_timer: StepTimer | None = None
        """The time of the step; None where it waits for the person."""
        self.begins_when_silent = False
        """Whether the time of the step is to begin as soon as nothing is being said."""

    def take(self, step: Step, left_s: float | None = None) -> None:
        """Have the time of another step, which is not to run yet."""
        self.step_timer = StepTimer.of(step, left_s)
        self.begins_when_silent = False

    def begin(self) -> list[Action]:
        """Run the time of the step: a chime tells it, or the first of the step's own calls."""
        if self.step_timer is None:
            return []
        self.step_timer = self.step_timer.running()
        self.begins_when_silent = False
        starts = self._call() if self.step_timer.step.repeat else [PlayChime(Chime.START)]
        return [*starts, *self._run_hold()]

    def wait(self, runs: TimerPurpose) -> list[Action]:
        """Let a moment pass."""
        self._runs = runs
        return [SetTimer(_MOMENTS_S[runs])]

    def stop_waiting(self) -> list[Action]:
        """Forget a moment that was to pass; the time of a step runs on."""
        return [] if self._runs in (None, TimerPurpose.HOLD) else self._stop()

    def pause(self) -> list[Action]:
        """Stop every clock; the time of a step that runs goes on when the person does."""
        if self.step_timer and self.step_timer.is_running:
            self.begins_when_silent = True
            self.step_timer = self.step_timer.halted()
        return self._stop()

    def halt(self) -> list[Action]:
        """Stop every clock, until the person is in place again."""
        stopped = self.pause()
        self.begins_when_silent = False
        return stopped

    def tick(self, left_s: float) -> list[Action]:
        """Take note of the time, and tell it where it is worth it."""
        if self._runs is not TimerPurpose.HOLD or self.step_timer is None:
            return []
        self.step_timer = self.step_timer.ticked(left_s)
        return self._call()

    def time_up(self) -> TimerPurpose | None:
        """Take note that the timer has run out; return what it ran for."""
        runs, self._runs = self._runs, None
        if runs is TimerPurpose.HOLD and self.step_timer:
            self.step_timer = self.step_timer.ticked(0).halted()
        return runs

    def longer(self, seconds: float) -> list[Action]:
        """Give the step so much more time; where it was over, it begins again when silent."""
        if self.step_timer is None:
            return []
        self.begins_when_silent |= self.step_timer.is_up
        self.step_timer = self.step_timer.longer(seconds)
        return self._run_hold() if self.step_timer.is_running else []

    def _run_hold(self) -> list[Action]:
        if self.step_timer is None:
            return []
        self._runs = TimerPurpose.HOLD
        return [SetTimer(self.step_timer.left_s, self.step_timer.tick_s)]

    def _stop(self) -> list[Action]:
        self._runs = None
        return [StopTimer()]

    def _call(self) -> list[Action]:
        step_timer = self.step_timer
        if step_timer is None or step_timer.call is None:
            return []
        return [SayIfFree(self._script.call(step_timer), step_timer.call_within_s)]
