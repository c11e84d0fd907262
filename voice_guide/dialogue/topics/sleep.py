"""Sleeping until the wake phrase is said, and waking up where things were."""

from dataclasses import dataclass

from voice_guide.dialogue.actions import Action, PlayChime
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.prefetch import waking
from voice_guide.dialogue.speech import after_hush
from voice_guide.dialogue.topics.resume_session import ResumeSession
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.nlu.intent import Intent


@dataclass(eq=False)
class Sleeping(Topic):
    """Puts the conversation to sleep, and wakes it."""

    resume_session: ResumeSession
    wake_phrase: str

    @property
    def handlers(self) -> Handlers:
        """What is done about each intent."""
        return {
            Intent.SLEEP: lambda _: self.sleep(),
            Intent.WAKE: lambda _: self._wake(),
        }

    def sleep(self, *before: str) -> list[Action]:
        """Listen for nothing but the wake phrase from now on; say this before."""
        state = self.state
        if state.phase is Phase.ASLEEP:
            return []
        state.question = None
        state.step_aside(Phase.ASLEEP)
        halted = state.time.halt()
        # Nobody remembers for that long how a sentence began, or has her hands in place still.
        state.unsaid = ()
        told = state.script.line("going_to_sleep", wake_phrase=self.wake_phrase)
        return [*halted, *state.speech.say(*before, told)]

    def _wake(self) -> list[Action]:
        state = self.state
        if state.phase is not Phase.ASLEEP:
            return [PlayChime(Chime.WAKE)]
        if state.broken_off:
            state.phase = state.place
            return after_hush(Chime.WAKE, self.resume_session.ask())
        told = state.speech.say(waking(state))
        match state.place:
            case Phase.STEP:
                # It goes on when somebody asks for it.
                state.phase = Phase.PAUSED
            case Phase.PREPARING:
                state.phase = Phase.PREPARING
            case _:
                # What was over is not taken up again, and what was offered is forgotten.
                state.forget_the_routine()
                state.offered = state.library.routines
        return after_hush(Chime.WAKE, told)
