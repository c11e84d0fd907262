"""Pausing, resuming and stopping."""

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
    """Interrupts the dialogue, and resumes it."""

    navigation: Navigation
    resume_session: ResumeSession

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        return {
            Intent.PAUSE: lambda _: self.pause(),
            Intent.RESUME: lambda _: self.resume(),
            Intent.STOP: lambda _: self._stop(),
        }

    def pause(self, *before: str) -> list[Action]:
        """Pause, and say so after the given texts."""
        state = self.state
        if state.question:
            return state.speech.remark(state.script.line("take_your_time"))
        if state.phase is Phase.PAUSED:
            return state.say("still_paused")
        state.suspend(Phase.PAUSED)
        state.unsaid = state.speech.take_remaining()
        paused = state.script.line("paused")
        return [*state.timekeeper.pause(), *state.speech.say(*before, paused)]

    def resume(self) -> list[Action]:
        """Resume after a pause or a stop, at the sentence that was interrupted."""
        state, lead = self.state, self.navigation.lead
        was_paused, question = state.phase is Phase.PAUSED, state.question
        state.drop_question()
        if question is Question.RESUME:
            return self.resume_session.accept()
        unsaid, state.unsaid = state.unsaid, ()
        if (
            state.phase is Phase.STEP
            and state.timekeeper.starts_when_silent
            and state.timekeeper.step_timer
        ):
            left = state.script.time_left(state.timekeeper.step_timer)
            return lead(state.script.line("resumed"), *(unsaid or [left]))
        if state.phase is Phase.STEP or (state.is_under_way and not was_paused):
            step = state.step_texts
            # A step that was heard to its end is said again, after what was interrupted later.
            is_cut = bool(unsaid) and step[-1].endswith(unsaid[-1])
            return lead(*unsaid, *(() if is_cut else step))
        return state.speech.say(state.script.line("resumed"), *(unsaid or [state.help_text]))

    def _stop(self) -> list[Action]:
        state = self.state
        stopped = state.timekeeper.halt()
        if state.phase is Phase.STEP:
            state.unsaid = state.speech.take_remaining()
        state.phase = state.base_phase
        if state.phase is Phase.STEP:
            state.phase = Phase.FINISHED
            written = state.diary.set_ending(Ending.STOPPED)
            return [*stopped, *written, *state.say("stopped_in_routine", **state.position)]
        state.unsaid = ()
        if state.phase is Phase.PREPARING:
            state.leave_routine()
        return [*stopped, *state.say("stopped")]
