"""Saying goodbye."""

from dataclasses import replace

from voice_guide.dialogue.actions import Action, End
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.state import DialogueState, Handlers
from voice_guide.dialogue.topics.sleep import Sleeping
from voice_guide.diary.history import Ending
from voice_guide.nlu.intent import Intent


class Goodbye:
    """Ends the program with the conversation or, where that stays on, puts it to sleep."""

    def __init__(self, state: DialogueState, sleeping: Sleeping, service_mode: bool) -> None:
        self._state = state
        self._sleeping = sleeping
        self._stays_on = service_mode

    @property
    def handlers(self) -> Handlers:
        """What is done about each intent."""
        return {Intent.GOODBYE: lambda _: self._say_goodbye()}

    def _say_goodbye(self) -> list[Action]:
        state = self._state
        halted = state.time.halt()
        written = state.record.end(Ending.STOPPED) if state.place is Phase.STEP else []
        if self._stays_on:
            state.forget_the_routine()
            slept = self._sleeping.sleep(state.script.line("goodbye"))
            return [*halted, *written, *slept]
        if state.chosen:
            # Whoever says goodbye is not asked at the next start whether to go on.
            state.chosen = replace(state.chosen, is_complete=True)
        return [*halted, *written, *state.say("goodbye"), End()]
