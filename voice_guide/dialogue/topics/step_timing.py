"""The timing of a step: its start, its end, more time, and waiting or carrying on."""

from dataclasses import dataclass

from voice_guide.config.settings import Pacing
from voice_guide.dialogue.actions import Action, SetPacing
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.plan.timekeeper import TimerPurpose
from voice_guide.dialogue.prefetch import prefetch
from voice_guide.dialogue.speech import Texts, with_chime, without
from voice_guide.dialogue.topics.navigation import Navigation
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.nlu.command import Command
from voice_guide.nlu.intent import Intent

_DEFAULT_MORE_TIME_S = 15
"""Seconds that "more time" gives without a number: this project's choice."""


@dataclass(eq=False)
class StepTiming(Topic):
    """Starts, ends and extends the time of a step."""

    navigation: Navigation

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        return {
            Intent.CARRY_ON: lambda _: self._set_pacing(Pacing.CARRY_ON),
            Intent.MORE_TIME: self._more_time,
            Intent.WAIT_FOR_ME: lambda _: self._set_pacing(Pacing.WAIT),
        }

    def when_silent(self) -> list[Action]:
        """Start the time of a step, or a wait, where the user need not ask for it."""
        state = self.state
        if state.phase is not Phase.STEP or state.progress.cautions_left:
            return []
        step_timer = state.timekeeper.step_timer
        if state.timekeeper.starts_when_silent:
            return state.timekeeper.begin()
        if state.pacing is Pacing.WAIT or (step_timer and step_timer.is_running):
            return []
        return state.timekeeper.wait(
            TimerPurpose.GET_READY
            if step_timer and not step_timer.is_up
            else TimerPurpose.NEXT_STEP
        )

    def time_is_up(self) -> list[Action]:
        """React to the end of the timer by its purpose."""
        state = self.state
        match state.timekeeper.time_up():
            case TimerPurpose.GET_READY:
                return state.timekeeper.begin()
            case TimerPurpose.STEP_TIME if (
                state.pacing is Pacing.CARRY_ON and state.speech.is_finished
            ):
                return with_chime(Chime.TIME_UP, self._next())
            case TimerPurpose.STEP_TIME:
                # This is said on time; an interrupted speech is resumed afterwards.
                progress = state.progress
                texts = state.script.time_up(progress.plan, progress.step_index, state.pacing)
                return with_chime(Chime.TIME_UP, state.speech.answer(*texts))
            case TimerPurpose.NEXT_STEP:
                return self._next()
            case None:
                return []

    def _next(self) -> list[Action]:
        return [*self.navigation.next(), prefetch(self.state)]

    def _more_time(self, command: Command) -> list[Action]:
        state = self.state
        if state.timekeeper.step_timer is None:
            return state.answer("no_time")
        timer_before, end_before = state.timekeeper.step_timer, self._end_to_say
        started = state.timekeeper.extend(int(command.slots.get("number", _DEFAULT_MORE_TIME_S)))
        seconds = state.timekeeper.step_timer.total_s - timer_before.total_s
        more = state.script.line("more_time", duration=state.script.duration(seconds))
        if timer_before.is_up:
            # The guide was about to name the next step.
            return [*started, *state.speech.say(more)]
        return [*started, *self._answer_and_end(more, end_before)]

    def _set_pacing(self, pacing: Pacing) -> list[Action]:
        state = self.state
        end_before, full_end_before = self._end_to_say, self._full_end
        state.pacing = pacing
        rest = without(state.unsaid, full_end_before)
        if rest != state.unsaid:
            # The new end of the step is said when the step goes on.
            state.unsaid = (*rest, *self._full_end)
        answer = state.script.line("carrying_on" if pacing is Pacing.CARRY_ON else "waiting")
        return [SetPacing(pacing), *self._answer_and_end(answer, end_before)]

    @property
    def _end_to_say(self) -> Texts:
        """The texts that say how the step ends; empty once its time has started."""
        state, step_timer = self.state, self.state.timekeeper.step_timer
        has_started = step_timer and (
            step_timer.is_running or step_timer.is_up or state.timekeeper.starts_when_silent
        )
        return () if state.phase is not Phase.STEP or has_started else self._full_end

    @property
    def _full_end(self) -> Texts:
        """The texts that say how the step ends; empty outside a step."""
        state = self.state
        if state.planned_step is None:
            return ()
        return state.script.step_end(
            state.progress.plan, state.progress.step_index, state.step_timer, state.pacing
        )

    def _answer_and_end(self, answer: str, end_before: Texts) -> list[Action]:
        """Answer a change of how the step ends, and say the new end in place of the old one."""
        rest = without(self.state.speech.take_remaining(), end_before)
        return self.state.speech.say(answer, *rest, *self._end_to_say)
