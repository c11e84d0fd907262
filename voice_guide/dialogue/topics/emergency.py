"""Emergencies: everything stops, and nothing goes on until the user clearly asks for it."""

from dataclasses import dataclass, replace

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.topics.pause import Pausing
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.diary.history import Ending
from voice_guide.nlu.intent import Intent


@dataclass(eq=False)
class Emergency(Topic):
    """Sends the user to the emergency number, and waits."""

    pausing: Pausing

    @property
    def handlers(self) -> Handlers:
        """The functions that answer what may be an emergency, wherever the dialogue is."""
        return {Intent.EMERGENCY: lambda _: self.begin()}

    @property
    def handlers_meanwhile(self) -> Handlers:
        """The functions that replace those of other topics until it is over."""
        return {
            Intent.HURTS: lambda _: self.begin(),
            Intent.PAUSE: lambda _: self._wait(),
            Intent.RESUME: lambda _: self._resume(),
            Intent.STOP: lambda _: self._wait(),
            Intent.UNWELL: lambda _: self.begin(),
        }

    def begin(self) -> list[Action]:
        """Stop the routine and everything that is being said, and say whom to call."""
        state, script = self.state, self.state.script
        # As after pain, cautions that were left out are said before anything goes on.
        halted = [*state.timekeeper.halt(), *state.heard_cautions.forget()]
        stopped = [*halted, *self._stop_routine()]
        state.unsaid = ()
        state.suspend(Phase.EMERGENCY)
        return [*stopped, *state.speech.say(*script.emergency)]

    def _stop_routine(self) -> list[Action]:
        state = self.state
        if state.phase is Phase.EMERGENCY:
            return []
        if not state.is_under_way or state.progress.is_complete:
            state.leave_routine()
            return []
        state.phase = Phase.FINISHED
        state.chosen = replace(state.progress.with_all_cautions(), has_hurt=True)
        return state.diary.set_ending(Ending.HURT)

    def _wait(self) -> list[Action]:
        return self.state.say("emergency_wait")

    def _resume(self) -> list[Action]:
        if self.state.chosen:
            return self.pausing.resume()
        self.state.drop_question()
        return self.state.say("emergency_over")
