"""Pausing and resuming, and stopping."""

from dataclasses import dataclass

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.question import Question
from voice_guide.dialogue.topics.navigation import Navigation
from voice_guide.dialogue.topics.resume_session import ResumeSession
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.diary.history import Ending
from voice_guide.nlu.intent import Intent


@dataclass(eq=False)
class Pausing(Topic):
    """Halts what is going on, and takes it up again."""

    navigation: Navigation
    resume_session: ResumeSession

    @property
    def handlers(self) -> Handlers:
        """What is done about each intent."""
        return {
            Intent.PAUSE: lambda _: self._pause(),
            Intent.RESUME: lambda _: self.resume(),
            Intent.STOP: lambda _: self._stop(),
        }

    def _pause(self) -> list[Action]:
        state = self.state
        if state.question:
            return state.speech.remark(state.script.line("take_your_time"))
        if state.phase is Phase.PAUSED:
            return state.say("still_paused")
        state.step_aside(Phase.PAUSED)
        state.unsaid = state.speech.end()
        return [*state.time.pause(), *state.say("paused")]

    def resume(self) -> list[Action]:
        """Go on with what was paused or stopped, at the sentence that was cut short."""
        state, lead = self.state, self.navigation.lead
        was_paused, question = state.phase is Phase.PAUSED, state.question
        state.drop_the_question()
        if question is Question.GO_ON:
            return self.resume_session.go_on()
        unsaid, state.unsaid = state.unsaid, ()
        if state.phase is Phase.STEP and state.time.begins_when_silent and state.time.step_timer:
            left = state.script.time_left(state.time.step_timer)
            return lead(state.script.line("resumed"), *(unsaid or [left]))
        if state.phase is Phase.STEP or (state.is_under_way and not was_paused):
            step = state.step
            # A step that was heard to its end, whatever was cut short after it, is said again.
            is_cut = bool(unsaid) and step[-1].endswith(unsaid[-1])
            return lead(*unsaid, *(() if is_cut else step))
        return state.speech.say(state.script.line("resumed"), *(unsaid or [state.help]))

    def _stop(self) -> list[Action]:
        state = self.state
        halted = state.time.halt()
        if state.phase is Phase.STEP:
            state.unsaid = state.speech.end()
        state.phase = state.place
        if state.phase is Phase.STEP:
            state.phase = Phase.FINISHED
            written = state.record.end(Ending.STOPPED)
            return [*halted, *written, *state.say("stopped_in_routine", **state.position)]
        state.unsaid = ()
        if state.phase is Phase.PREPARING:
            state.forget_the_routine()
        return [*halted, *state.say("stopped")]
