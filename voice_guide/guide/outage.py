"""Sound that is lost and comes back: the conversation stands still meanwhile."""

from voice_guide.guide.conversation import Conversation
from voice_guide.guide.events import Action, Hush, Say
from voice_guide.guide.halting import Halting
from voice_guide.guide.phase import Phase
from voice_guide.guide.speech import Texts, after_hush
from voice_guide.speaking.chimes import Chime
from voice_guide.trouble import Part

_SHORT_S = 20.0
"""How long somebody waits with her hands in place, in seconds: this project's choice."""


class Outage:
    """Holds everything while the guide is deaf or mute, and goes on when it is neither."""

    def __init__(self, talk: Conversation, halting: Halting) -> None:
        self._talk = talk
        self._halting = halting
        self._cut_short: Texts = ()
        self._phase: Phase | None = None
        self._interrupts = False

    def begin(self, part: Part) -> list[Action]:
        """Stop every clock, and say what is amiss where anybody can hear it."""
        talk = self._talk
        if talk.phase is Phase.ASLEEP:
            return []
        self._cut_short = talk.speech.end() or self._cut_short
        if talk.phase is Phase.STEP:
            self._interrupts = True
            talk.step_aside(Phase.PAUSED)
        self._phase = talk.phase
        held = [*talk.time.pause(), Hush()]
        if part is Part.SPEAKER_GONE:
            return held
        return [*held, Say(talk.script.line(part))]

    def end(self, after_s: float) -> list[Action]:
        """Go on where things were; after a while, only when the person says so."""
        talk = self._talk
        cut_short, self._cut_short = self._cut_short, ()
        phase, self._phase = self._phase, None
        interrupts, self._interrupts = self._interrupts, False
        if talk.phase is not phase:
            # She has gone on by herself, or it was asleep.
            return []
        if not interrupts:
            told = talk.speech.say(talk.script.line("sound_back"), *cut_short)
            return after_hush(Chime.WAKE, told)
        talk.cut_short = cut_short
        if after_s < _SHORT_S:
            return after_hush(Chime.WAKE, self._halting.resume())
        return after_hush(Chime.WAKE, talk.say("sound_back_paused"))

    def too_loud(self) -> list[Action]:
        """Say what can be done about it."""
        talk = self._talk
        if talk.phase is Phase.ASLEEP:
            return []
        return talk.speech.remark(talk.script.line("too_loud"))
