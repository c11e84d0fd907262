"""What was not understood: a chime, and once a hint."""

from voice_guide.guide.conversation import Conversation
from voice_guide.guide.events import Action, Play, Say
from voice_guide.guide.phase import Phase
from voice_guide.speaking.chimes import Chime

_HINT_AFTER = 2
"""Utterances not understood in a row after which one hint is given, once."""


class Hinting:
    """Counts what was not understood in a row."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk
        self._in_a_row = 0

    def understood(self) -> None:
        """Begin to count anew."""
        self._in_a_row = 0

    def not_understood(self) -> list[Action]:
        """Let the person know; asleep, talk is nobody's business."""
        if self._talk.phase is Phase.ASLEEP:
            return []
        self._in_a_row += 1
        if self._in_a_row == _HINT_AFTER:
            hint = self._talk.script.line(f"hint.{self._talk.phase}")
            return [Play(Chime.UNCLEAR), Say(hint)]
        return [Play(Chime.UNCLEAR)]
