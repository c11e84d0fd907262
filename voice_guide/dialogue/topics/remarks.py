"""Remarks that begin and stop nothing: "not yet", "don't stop", "it doesn't hurt", "thank you"."""

from dataclasses import dataclass

from voice_guide.config.settings import Pacing
from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.topics.pause import Pausing
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.nlu.intent import Intent


@dataclass(eq=False)
class Remarks(Topic):
    """Answers what wants an answer and no deed."""

    pausing: Pausing

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        return {
            Intent.DONT_STOP: lambda _: self._dont_stop(),
            Intent.FINE: lambda _: self.state.answer("fine"),
            Intent.NOT_THAT: lambda _: self._not_that(),
            Intent.NOT_YET: lambda _: self._not_yet(),
            Intent.THANKS: lambda _: self.state.answer("you_are_welcome"),
        }

    def _not_yet(self) -> list[Action]:
        """Begin nothing; what runs, or would begin by itself, waits for "resume"."""
        state = self.state
        take_your_time = state.script.line("take_your_time")
        if state.phase is Phase.PAUSED:
            return state.speech.say(take_your_time, state.script.line("still_paused"))
        if state.phase is Phase.STEP and self._goes_on_by_itself:
            return self.pausing.pause(take_your_time)
        return state.speech.answer(take_your_time)

    @property
    def _goes_on_by_itself(self) -> bool:
        state = self.state
        is_running = state.step_timer is not None and state.step_timer.is_running
        begins = is_running or state.timekeeper.starts_when_silent
        return begins or state.pacing is Pacing.CARRY_ON

    def _dont_stop(self) -> list[Action]:
        """Go on: also where "stop" was understood just before."""
        state = self.state
        is_stopped = state.phase is Phase.FINISHED and not state.progress.is_over
        if state.phase is Phase.PAUSED or is_stopped:
            return self.pausing.resume()
        return state.answer("resumed" if state.phase is Phase.STEP else "all_right")

    def _not_that(self) -> list[Action]:
        state = self.state
        all_right = state.script.line("all_right")
        if state.phase is Phase.CHOOSING:
            return state.speech.answer(all_right, state.help_text)
        return state.speech.answer(all_right)
