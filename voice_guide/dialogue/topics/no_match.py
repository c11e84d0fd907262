"""What was not understood: a chime, and once a hint."""

from dataclasses import dataclass, field

from voice_guide.dialogue.actions import Action, PlayChime, Say
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.topics.topic import Topic

_HINT_AFTER = 2
"""Utterances not understood in a row after which one hint is given, once."""


@dataclass(eq=False)
class NoMatch(Topic):
    """Counts what was not understood in a row."""

    _in_a_row: int = field(default=0, init=False)

    def understood(self) -> None:
        """Begin to count anew."""
        self._in_a_row = 0

    def not_understood(self) -> list[Action]:
        """Let the person know; asleep, talk is nobody's business."""
        if self.state.phase is Phase.ASLEEP:
            return []
        self._in_a_row += 1
        if self._in_a_row == _HINT_AFTER:
            hint = self.state.script.line(f"hint.{self.state.phase}")
            return [PlayChime(Chime.UNCLEAR), Say(hint)]
        return [PlayChime(Chime.UNCLEAR)]
