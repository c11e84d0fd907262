"""Sleeping until the wake phrase is said, and waking up where things were."""

from voice_guide.guide.conversation import Answers, Conversation
from voice_guide.guide.events import Action, Play
from voice_guide.guide.foresight import waking
from voice_guide.guide.phase import Phase
from voice_guide.guide.speech import after_hush
from voice_guide.guide.taking_up import TakingUp
from voice_guide.speaking.chimes import Chime


class Sleeping:
    """Puts the conversation to sleep, and wakes it."""

    def __init__(self, talk: Conversation, taking_up: TakingUp, wake_phrase: str) -> None:
        self._talk = talk
        self._taking_up = taking_up
        self._wake_phrase = wake_phrase

    @property
    def answers(self) -> Answers:
        """What is done about each intent."""
        return {
            "Sleep": lambda _: self.sleep(),
            "Wake": lambda _: self._wake(),
        }

    def sleep(self, *before: str) -> list[Action]:
        """Listen for nothing but the wake phrase from now on; say this before."""
        talk = self._talk
        if talk.phase is Phase.ASLEEP:
            return []
        talk.question = None
        talk.step_aside(Phase.ASLEEP)
        halted = talk.time.halt()
        # Nobody remembers for that long how a sentence began, or has her hands in place still.
        talk.cut_short = ()
        told = talk.script.line("going_to_sleep", wake_phrase=self._wake_phrase)
        return [*halted, *talk.speech.say(*before, told)]

    def _wake(self) -> list[Action]:
        talk = self._talk
        if talk.phase is not Phase.ASLEEP:
            return [Play(Chime.WAKE)]
        if talk.broken_off:
            talk.phase = talk.place
            return after_hush(Chime.WAKE, self._taking_up.ask())
        told = talk.speech.say(waking(talk))
        match talk.place:
            case Phase.STEP:
                # It goes on when somebody asks for it.
                talk.phase = Phase.PAUSED
            case Phase.PREPARING:
                talk.phase = Phase.PREPARING
            case _:
                # What was over is not taken up again, and what was offered is forgotten.
                talk.forget_the_routine()
                talk.offered = talk.library.routines
        return after_hush(Chime.WAKE, told)
