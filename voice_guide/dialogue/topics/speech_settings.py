"""The rate and the volume of the guide's voice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from voice_guide.config.settings import RATES_WPM, VOLUMES, VoiceSettings
from voice_guide.dialogue.actions import Action, Say, SetRate, SetVolume
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.nlu.intent import Intent

_Number = TypeVar("_Number", int, float)


@dataclass(eq=False)
class SpeechSettings(Topic):
    """Changes the rate and the volume by one step at a time."""

    voice: VoiceSettings

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        return {
            Intent.FASTER: lambda _: self._change_rate(+1),
            Intent.LOUDER: lambda _: self._change_volume(+1),
            Intent.QUIETER: lambda _: self._change_volume(-1),
            Intent.SLOWER: lambda _: self._slower(),
        }

    def _slower(self) -> list[Action]:
        """Speak more slowly, and repeat at the new rate what was last heard to its end."""
        state = self.state
        changed = self._change_rate(-1)
        if state.speech.is_finished:
            again = state.step_texts[:1] if state.phase is Phase.STEP else state.speech.last[-1:]
            changed += map(Say, again)
        return changed

    def _change_rate(self, by: int) -> list[Action]:
        """Speak faster (+1) or more slowly (-1), unless the limit is reached."""
        rate = _next_step(RATES_WPM, self.voice.rate, by)
        if rate is None:
            return self._remark("fastest" if by > 0 else "slowest")
        self.voice = replace(self.voice, rate=rate)
        return [SetRate(rate), *self._remark("faster" if by > 0 else "slower")]

    def _change_volume(self, by: int) -> list[Action]:
        """Speak louder (+1) or more quietly (-1), unless the limit is reached."""
        volume = _next_step(VOLUMES, self.voice.volume, by)
        if volume is None:
            return self._remark("loudest" if by > 0 else "quietest")
        self.voice = replace(self.voice, volume=volume)
        return [SetVolume(volume), *self._remark("louder" if by > 0 else "quieter")]

    def _remark(self, prompt: str) -> list[Action]:
        return self.state.speech.remark(self.state.script.line(prompt))


def _next_step(steps: Sequence[_Number], value: _Number, by: int) -> _Number | None:
    """Return the next step above (+1) or below (-1) a value; None at the end. The value may lie
    between two steps."""
    if by > 0:
        return min((step for step in steps if step > value), default=None)
    return max((step for step in steps if step < value), default=None)
