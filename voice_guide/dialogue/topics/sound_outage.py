"""Sound that is lost and comes back: the conversation stands still meanwhile."""

from dataclasses import dataclass, field

from voice_guide.audio.faults import BrokenPart
from voice_guide.dialogue.actions import Action, Say, StopSpeaking
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.speech import Texts, after_hush
from voice_guide.dialogue.topics.pause import Pausing
from voice_guide.dialogue.topics.topic import Topic

_SHORT_S = 20.0
"""How long somebody waits with her hands in place, in seconds: this project's choice."""


@dataclass(eq=False)
class SoundOutage(Topic):
    """Holds everything while the guide is deaf or mute, and goes on when it is neither."""

    pausing: Pausing
    _cut_short: Texts = field(default=(), init=False)
    _phase: Phase | None = field(default=None, init=False)
    _interrupts: bool = field(default=False, init=False)

    def begin(self, part: BrokenPart) -> list[Action]:
        """Stop every clock, and say what is amiss where anybody can hear it."""
        state = self.state
        if state.phase is Phase.ASLEEP:
            return []
        self._cut_short = state.speech.end() or self._cut_short
        if state.phase is Phase.STEP:
            self._interrupts = True
            state.step_aside(Phase.PAUSED)
        self._phase = state.phase
        held = [*state.time.pause(), StopSpeaking()]
        if part is BrokenPart.SPEAKER_GONE:
            return held
        return [*held, Say(state.script.line(part))]

    def end(self, after_s: float) -> list[Action]:
        """Go on where things were; after a while, only when the person says so."""
        state = self.state
        unsaid, self._cut_short = self._cut_short, ()
        phase, self._phase = self._phase, None
        interrupts, self._interrupts = self._interrupts, False
        if state.phase is not phase:
            # She has gone on by herself, or it was asleep.
            return []
        if not interrupts:
            told = state.speech.say(state.script.line("sound_back"), *unsaid)
            return after_hush(Chime.WAKE, told)
        state.unsaid = unsaid
        if after_s < _SHORT_S:
            return after_hush(Chime.WAKE, self.pausing.resume())
        return after_hush(Chime.WAKE, state.say("sound_back_paused"))

    def too_loud(self) -> list[Action]:
        """Say what can be done about it."""
        state = self.state
        if state.phase is Phase.ASLEEP:
            return []
        return state.speech.remark(state.script.line("too_loud"))
