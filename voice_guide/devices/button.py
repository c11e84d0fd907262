"""A push button that gives some commands, as speech input for the engine."""

from collections.abc import Callable, Mapping, Sequence

from voice_guide.audio.pcm import BLOCK, RATE, Samples
from voice_guide.dialogue.phase import Phase
from voice_guide.engine import SpeechInput
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.intent import Intent

_HELD_BLOCKS = RATE // BLOCK
"""Blocks, a second, after which a pressed button is held."""

_PRESSED: Mapping[str, str] = {
    Phase.PAUSED: Intent.RESUME,
    Phase.FINISHED: Intent.RESUME,
    Phase.ASLEEP: Intent.WAKE,
}
"""The intents of a short press, by the state of the dialogue; in all others it is to pause."""

_HELD: Mapping[str, str] = {Phase.ASLEEP: Intent.WAKE}
"""The intents of holding the button, by state; in all others it is to stop."""


class SpeechInputWithButton:
    """Speech input that also takes commands from a button.

    The button is read once a block: the bouncing of a contact takes less time than that.
    """

    def __init__(
        self, speech_input: SpeechInput, is_pressed: Callable[[], bool], text: str
    ) -> None:
        """`text` is shown in place of what was heard when the button is pressed."""
        self._speech_input = speech_input
        self._is_pressed = is_pressed
        self._text = text
        self._context = ""
        self._blocks = 0
        self._pressed_blocks = 0

    def listen_for(self, context: str) -> None:
        """Expect the sentences of this context from now on."""
        self._context = context
        self._speech_input.listen_for(context)

    def hear(self, heard: Samples, played: Samples) -> Sequence[Command | NotUnderstood]:
        """Return the commands of the button and of the speech input, speech last.

        Speech takes effect last: "it hurts" is not undone by the button.
        """
        self._blocks += 1
        said = self._speech_input.hear(heard, played)
        intent = self._meant()
        if intent is None:
            return said
        at_s = self._blocks * BLOCK / RATE
        return [Command(intent, {}, self._text, at_s, at_s, at_s), *said]

    @property
    def hears_speech(self) -> bool:
        """True if a person seems to be speaking at this moment."""
        return self._speech_input.hears_speech

    def _meant(self) -> str | None:
        """Return the intent in the block in which a press ends, or is long enough to hold."""
        if self._is_pressed():
            self._pressed_blocks += 1
            is_held = self._pressed_blocks == _HELD_BLOCKS
            return _HELD.get(self._context, Intent.STOP) if is_held else None
        was_pressed = 0 < self._pressed_blocks < _HELD_BLOCKS
        self._pressed_blocks = 0
        return _PRESSED.get(self._context, Intent.PAUSE) if was_pressed else None
