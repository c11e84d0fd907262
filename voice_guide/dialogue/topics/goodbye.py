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
    """Ends the program or, on a device in service mode, puts it to sleep."""

    sleeping: Sleeping
    service_mode: bool
    """True on a device that stays on between sessions."""

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        return {Intent.GOODBYE: lambda _: self._say_goodbye()}

    def _say_goodbye(self) -> list[Action]:
        state = self.state
        stopped = state.timekeeper.halt()
        written = state.diary.set_ending(Ending.STOPPED) if state.base_phase is Phase.STEP else []
        if self.service_mode:
            state.leave_routine()
            asleep = self.sleeping.sleep(state.script.line("goodbye"))
            return [*stopped, *written, *asleep]
        if state.chosen:
            # After a goodbye, the next start does not offer to resume the session.
            state.chosen = replace(state.chosen, is_complete=True)
        return [*stopped, *written, *state.say("goodbye"), End()]
