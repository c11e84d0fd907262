"""Saying goodbye."""

from dataclasses import dataclass, replace

from voice_guide.dialogue.actions import Action, End
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.topics.sleep import Sleeping
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.diary.history import Ending
from voice_guide.nlu.intent import Intent


@dataclass(eq=False)
class Goodbye(Topic):
    """Ends the program with the conversation or, where that stays on, puts it to sleep."""

    sleeping: Sleeping
    service_mode: bool

    @property
    def handlers(self) -> Handlers:
        """What is done about each intent."""
        return {Intent.GOODBYE: lambda _: self._say_goodbye()}

    def _say_goodbye(self) -> list[Action]:
        state = self.state
        halted = state.time.halt()
        written = state.record.end(Ending.STOPPED) if state.place is Phase.STEP else []
        if self.service_mode:
            state.forget_the_routine()
            slept = self.sleeping.sleep(state.script.line("goodbye"))
            return [*halted, *written, *slept]
        if state.chosen:
            # Whoever says goodbye is not asked at the next start whether to go on.
            state.chosen = replace(state.chosen, is_complete=True)
        return [*halted, *written, *state.say("goodbye"), End()]
