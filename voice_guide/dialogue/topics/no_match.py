"""Speech that was not understood: a chime, and after two in a row a hint."""

from dataclasses import dataclass, field

from voice_guide.dialogue.actions import Action, PlayChime, Say
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.topics.topic import Topic

_HINT_AFTER = 2
"""Utterances in a row that were not understood, after which a hint is given."""


@dataclass(eq=False)
class NoMatch(Topic):
    """Counts how often in a row the user was not understood."""

    _in_a_row: int = field(default=0, init=False)

    def understood(self) -> None:
        """Start counting from zero."""
        self._in_a_row = 0

    def not_understood(self) -> list[Action]:
        """Let the user know; asleep, ignore what was not understood."""
        if self.state.phase is Phase.ASLEEP:
            return []
        self._in_a_row += 1
        if self._in_a_row == _HINT_AFTER:
            hint = self.state.script.line(f"hint.{self.state.phase}")
            return [PlayChime(Chime.UNCLEAR), Say(hint)]
        return [PlayChime(Chime.UNCLEAR)]
