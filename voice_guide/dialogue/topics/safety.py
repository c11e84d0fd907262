"""Pain, and feeling unwell: it stops at once, whatever is going on."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.question import Question
from voice_guide.dialogue.speech import Texts
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.diary.history import Ending
from voice_guide.nlu.intent import Intent
from voice_guide.routines.model import Routine


@dataclass(eq=False)
class Safety(Topic):
    """Stops what hurts, and asks whether to end it."""

    @property
    def handlers(self) -> Handlers:
        """What is done about each intent."""
        script = self.state.script
        return {
            Intent.HURTS: lambda _: self._stop_because(script.when_it_hurts),
            Intent.UNWELL: lambda _: self._stop_because(script.when_unwell),
        }

    def end(self) -> list[Action]:
        """The routine is to end."""
        self.state.forget_the_routine()
        return self.state.say("ended")

    def stay(self) -> list[Action]:
        """It is not to end: it stays stopped until the person goes on."""
        return self.state.say("stopped_in_routine", **self.state.position)

    def _stop_because(self, texts: Callable[[Routine | None], Texts]) -> list[Action]:
        state = self.state
        halted = state.time.halt()
        state.unsaid = ()
        if not state.is_under_way:
            state.forget_the_routine()
            return [*halted, *state.speech.say(*texts(None))]
        told = texts(state.progress.routine)
        if state.progress.is_complete:
            # There is nothing left to end, and how it ended is written down.
            state.forget_the_routine()
            return [*halted, *state.speech.say(*told)]
        state.phase = Phase.FINISHED
        state.chosen = replace(state.progress, has_hurt=True)
        written = state.record.end(Ending.HURT)
        return [*halted, *written, *state.ask(Question.END, *told, state.script.line("ask.end"))]
