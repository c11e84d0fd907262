"""Keeping time: what happens when it is silent or time is up, and who says when it goes on."""

from dataclasses import dataclass

from voice_guide.config.settings import Pacing
from voice_guide.dialogue.actions import Action, SetPacing
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.plan.timekeeper import TimerPurpose
from voice_guide.dialogue.prefetch import prefetch
from voice_guide.dialogue.speech import Texts, after_hush, without
from voice_guide.dialogue.topics.navigation import Navigation
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.nlu.command import Command
from voice_guide.nlu.intent import Intent

_MORE_S = 15
"""Seconds that "more time" gives where nobody says how much: this project's choice."""


@dataclass(eq=False)
class StepTiming(Topic):
    """Lets the time of a step begin, end and last longer."""

    navigation: Navigation

    @property
    def handlers(self) -> Handlers:
        """What is done about each intent."""
        return {
            Intent.CARRY_ON: lambda _: self._set_pacing(Pacing.CARRY_ON),
            Intent.MORE_TIME: self._more_time,
            Intent.WAIT_FOR_ME: lambda _: self._set_pacing(Pacing.WAIT),
        }

    def when_silent(self) -> list[Action]:
        """Begin, or let a moment pass first, where nobody has to say so."""
        state = self.state
        if state.phase is not Phase.STEP or state.progress.cautions_left:
            return []
        step_timer = state.time.step_timer
        if state.time.begins_when_silent:
            return state.time.begin()
        if state.pacing is Pacing.WAIT or (step_timer and step_timer.is_running):
            return []
        return state.time.wait(
            TimerPurpose.GET_READY
            if step_timer and not step_timer.is_up
            else TimerPurpose.CARRY_ON
        )

    def time_is_up(self) -> list[Action]:
        """Do what the timer ran for."""
        state = self.state
        match state.time.time_up():
            case TimerPurpose.GET_READY:
                return state.time.begin()
            case TimerPurpose.HOLD if state.pacing is Pacing.CARRY_ON and state.speech.is_heard:
                return after_hush(Chime.TIME_UP, self._next())
            case TimerPurpose.HOLD:
                # On time, whatever is being said: that goes on afterwards.
                progress = state.progress
                told = state.script.time_up(progress.plan, progress.at, state.pacing)
                return after_hush(Chime.TIME_UP, state.speech.answer(*told))
            case TimerPurpose.CARRY_ON:
                return self._next()
            case None:
                return []

    def _next(self) -> list[Action]:
        return [*self.navigation.next(), prefetch(self.state)]

    def _more_time(self, command: Command) -> list[Action]:
        state = self.state
        if state.time.step_timer is None:
            return state.answer("no_time")
        was, ends_before = state.time.step_timer, self._ends
        begun = state.time.longer(int(command.slots.get("number", _MORE_S)))
        seconds = state.time.step_timer.total_s - was.total_s
        more = state.script.line("more_time", duration=state.script.duration(seconds))
        if was.is_up:
            # It was about to name what is next.
            return [*begun, *state.speech.say(more)]
        return [*begun, *self._answer_and_end(more, ends_before)]

    def _set_pacing(self, pacing: Pacing) -> list[Action]:
        state = self.state
        ends_before, told_before = self._ends, self._told_end
        state.pacing = pacing
        rest = without(state.unsaid, told_before)
        if rest != state.unsaid:
            # It is to be said when the step goes on.
            state.unsaid = (*rest, *self._told_end)
        told = state.script.line("carrying_on" if pacing is Pacing.CARRY_ON else "waiting")
        return [SetPacing(pacing), *self._answer_and_end(told, ends_before)]

    @property
    def _ends(self) -> Texts:
        """How the step comes to its end, as long as nothing of that has begun."""
        state, step_timer = self.state, self.state.time.step_timer
        is_begun = step_timer and (
            step_timer.is_running or step_timer.is_up or state.time.begins_when_silent
        )
        return () if state.phase is not Phase.STEP or is_begun else self._told_end

    @property
    def _told_end(self) -> Texts:
        """How the step comes to its end, as it is told; nothing where none is led."""
        state = self.state
        if state.planned_step is None:
            return ()
        return state.script.how_it_ends(
            state.progress.plan, state.progress.at, state.step_timer, state.pacing
        )

    def _answer_and_end(self, answer: str, ends_before: Texts) -> list[Action]:
        """Answer what changes how the step comes to its end, and say how it does so now."""
        rest = without(self.state.speech.end(), ends_before)
        return self.state.speech.say(answer, *rest, *self._ends)
