"""A button, for those who would rather press than speak."""

from collections.abc import Callable, Mapping, Sequence

from voice_guide.audio.pcm import BLOCK, RATE, Samples
from voice_guide.dialogue.phase import Phase
from voice_guide.engine import SpeechInput
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.intent import Intent

_HELD_BLOCKS = RATE // BLOCK
"""A button that is pressed for so long is held, in blocks: a second."""

_PRESSED: Mapping[str, str] = {
    Phase.PAUSED: Intent.RESUME,
    Phase.FINISHED: Intent.RESUME,
    Phase.ASLEEP: Intent.WAKE,
}
"""What is meant by pressing the button for a moment; elsewhere to pause."""

_HELD: Mapping[str, str] = {Phase.ASLEEP: Intent.WAKE}
"""What is meant by holding it; elsewhere to stop."""


class SpeechInputWithButton:
    """An ear to which a button says some of what people say.

    It looks at the button once a block. A contact that bounces does so for less time, and is
    seen to close and to open once.
    """

    def __init__(self, ear: SpeechInput, is_pressed: Callable[[], bool], text: str) -> None:
        """`text` is shown as what was heard when the button was pressed."""
        self._ear = ear
        self._is_pressed = is_pressed
        self._text = text
        self._context = ""
        self._blocks = 0
        self._pressed_blocks = 0

    def listen_for(self, context: str) -> None:
        """Expect the sentences of this context from now on."""
        self._context = context
        self._ear.listen_for(context)

    def hear(self, heard: Samples, played: Samples) -> Sequence[Command | NotUnderstood]:
        """Return what the button means and what the ear hears.

        What was said has the last word: whoever says that it hurts is not led on by a button.
        """
        self._blocks += 1
        said = self._ear.hear(heard, played)
        intent = self._meant()
        if intent is None:
            return said
        at_s = self._blocks * BLOCK / RATE
        return [Command(intent, {}, self._text, at_s, at_s, at_s), *said]

    @property
    def hears_speech(self) -> bool:
        """True if a person seems to be speaking at this moment."""
        return self._ear.hears_speech

    def _meant(self) -> str | None:
        """Return the intent, in the block that tells a button that is held from one pressed."""
        if self._is_pressed():
            self._pressed_blocks += 1
            is_held = self._pressed_blocks == _HELD_BLOCKS
            return _HELD.get(self._context, Intent.STOP) if is_held else None
        was_pressed = 0 < self._pressed_blocks < _HELD_BLOCKS
        self._pressed_blocks = 0
        return _PRESSED.get(self._context, Intent.PAUSE) if was_pressed else None
