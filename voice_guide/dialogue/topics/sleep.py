"""Sleep until the wake phrase, and waking where the session was."""

from dataclasses import dataclass

from voice_guide.dialogue.actions import Action, PlayChime
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.prefetch import waking
from voice_guide.dialogue.speech import with_chime
from voice_guide.dialogue.topics.resume_session import ResumeSession
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.nlu.intent import Intent


@dataclass(eq=False)
class Sleeping(Topic):
    """Puts the dialogue to sleep, and wakes it."""

    resume_session: ResumeSession
    wake_phrase: str

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        return {
            Intent.SLEEP: lambda _: self.sleep(),
            Intent.WAKE: lambda _: self._wake(),
        }

    def sleep(self, *before: str) -> list[Action]:
        """Say the texts `before`, and listen for the wake phrase alone from then on."""
        state = self.state
        if state.phase is Phase.ASLEEP:
            return []
        state.question = None
        state.suspend(Phase.ASLEEP)
        stopped = state.timekeeper.halt()
        # After a long time, half a sentence makes no sense, and the hands are no longer in place.
        state.unsaid = ()
        text = state.script.line("going_to_sleep", wake_phrase=self.wake_phrase)
        return [*stopped, *state.speech.say(*before, text)]

    def _wake(self) -> list[Action]:
        state = self.state
        if state.phase is not Phase.ASLEEP:
            return [PlayChime(Chime.WAKE)]
        if state.interrupted:
            state.phase = state.base_phase
            return with_chime(Chime.WAKE, self.resume_session.ask())
        actions = state.speech.say(waking(state))
        match state.base_phase:
            case Phase.STEP:
                # The step goes on when the user asks for it.
                state.phase = Phase.PAUSED
            case Phase.PREPARING:
                state.phase = Phase.PREPARING
            case _:
                # A finished routine is not resumed, and earlier offers no longer count.
                state.leave_routine()
                state.offered = state.library.routines
        return with_chime(Chime.WAKE, actions)
