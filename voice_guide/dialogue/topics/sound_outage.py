"""Lost sound: the dialogue pauses until the microphone and the speaker work again."""

from dataclasses import dataclass, field

from voice_guide.audio.faults import BrokenPart
from voice_guide.dialogue.actions import Action, Say, StopSpeaking
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.speech import Texts, with_chime
from voice_guide.dialogue.topics.pause import Pausing
from voice_guide.dialogue.topics.topic import Topic

_MAX_WAIT_S = 20.0
"""Seconds that a user keeps the hands in place during an outage: this project's choice."""


@dataclass(eq=False)
class SoundOutage(Topic):
    """Pauses the dialogue during an outage, and resumes it afterwards."""

    pausing: Pausing
    _unsaid: Texts = field(default=(), init=False)
    _phase: Phase | None = field(default=None, init=False)
    _interrupts_step: bool = field(default=False, init=False)

    def begin(self, part: BrokenPart) -> list[Action]:
        """Stop the timer, and say what is broken if the speaker still works."""
        state = self.state
        if state.phase is Phase.ASLEEP:
            return []
        self._unsaid = state.speech.take_remaining() or self._unsaid
        if state.phase is Phase.STEP:
            self._interrupts_step = True
            state.suspend(Phase.PAUSED)
        self._phase = state.phase
        stopped = [*state.timekeeper.pause(), StopSpeaking()]
        if part is BrokenPart.SPEAKER_GONE:
            return stopped
        return [*stopped, Say(state.script.line(part))]

    def end(self, after_s: float) -> list[Action]:
        """Resume where the dialogue was; after a long outage, wait for the user to say so."""
        state = self.state
        unsaid, self._unsaid = self._unsaid, ()
        phase, self._phase = self._phase, None
        interrupts, self._interrupts_step = self._interrupts_step, False
        if state.phase is not phase:
            # The user has gone on meanwhile, or the guide was asleep.
            return []
        if not interrupts:
            actions = state.speech.say(state.script.line("sound_back"), *unsaid)
            return with_chime(Chime.WAKE, actions)
        state.unsaid = unsaid
        if after_s < _MAX_WAIT_S:
            return with_chime(Chime.WAKE, self.pausing.resume())
        return with_chime(Chime.WAKE, state.say("sound_back_paused"))

    def too_loud(self) -> list[Action]:
        """Say what to do when the user is too loud for the microphone."""
        state = self.state
        if state.phase is Phase.ASLEEP:
            return []
        return state.speech.remark(state.script.line("too_loud"))
