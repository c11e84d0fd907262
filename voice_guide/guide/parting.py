"""Saying goodbye."""

from dataclasses import replace

from voice_guide.diary.history import Ending
from voice_guide.guide.conversation import Answers, Conversation
from voice_guide.guide.events import Action, End
from voice_guide.guide.phase import Phase
from voice_guide.guide.sleeping import Sleeping


class Parting:
    """Ends the program with the conversation or, where that stays on, puts it to sleep."""

    def __init__(self, talk: Conversation, sleeping: Sleeping, stays_on: bool) -> None:
        self._talk = talk
        self._sleeping = sleeping
        self._stays_on = stays_on

    @property
    def answers(self) -> Answers:
        """What is done about each intent."""
        return {"Goodbye": lambda _: self._part()}

    def _part(self) -> list[Action]:
        talk = self._talk
        halted = talk.time.halt()
        written = talk.record.end(Ending.STOPPED) if talk.place is Phase.STEP else []
        if self._stays_on:
            talk.forget_the_routine()
            slept = self._sleeping.sleep(talk.script.line("goodbye"))
            return [*halted, *written, *slept]
        if talk.chosen:
            # Whoever says goodbye is not asked at the next start whether to go on.
            talk.chosen = replace(talk.chosen, is_complete=True)
        return [*halted, *written, *talk.say("goodbye"), End()]
