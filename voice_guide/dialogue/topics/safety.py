"""Pain and feeling unwell: both stop the routine at once, in every phase."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.question import Question
from voice_guide.dialogue.speech import Texts
from voice_guide.dialogue.topics.emergency import Emergency
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.diary.history import Ending
from voice_guide.nlu.command import Command
from voice_guide.nlu.intent import Intent
from voice_guide.routines.model import Routine


@dataclass(eq=False)
class SafetyTopic(Topic):
    """Stops the routine, says what the source advises, and asks whether to end it."""

    emergency: Emergency

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        script = self.state.script
        return {
            Intent.HURTS: lambda _: self._stop_because(script.when_it_hurts),
            Intent.UNWELL: self._unwell,
        }

    def end_routine(self) -> list[Action]:
        """End the routine, as the user answered."""
        self.state.leave_routine()
        return self.state.say("ended")

    def stay_stopped(self) -> list[Action]:
        """Leave the routine stopped, until the user goes on."""
        return self.state.say("stopped_in_routine", **self.state.position)

    def _unwell(self, command: Command) -> list[Action]:
        if "urgent" in command.slots:
            return self.emergency.begin()
        return self._stop_because(self.state.script.when_unwell)

    def _stop_because(self, texts: Callable[[Routine | None], Texts]) -> list[Action]:
        state = self.state
        # After pain, cautions that were left out are said before anything goes on.
        stopped = [*state.timekeeper.halt(), *state.heard_cautions.forget()]
        state.unsaid = ()
        if not state.is_under_way:
            state.leave_routine()
            return [*stopped, *state.speech.say(*texts(None))]
        advice = texts(state.progress.routine)
        if state.progress.is_complete:
            # Nothing is left to end, and the ending is already in the diary.
            state.leave_routine()
            return [*stopped, *state.speech.say(*advice)]
        state.phase = Phase.FINISHED
        state.chosen = replace(state.progress.with_all_cautions(), has_hurt=True)
        written = state.diary.set_ending(Ending.HURT)
        return [
            *stopped,
            *written,
            *state.ask(Question.END, *advice, state.script.line("ask.end")),
        ]
