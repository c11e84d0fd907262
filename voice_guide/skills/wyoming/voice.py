"""The guide's voice as a synthesizer for others: text in, sound out, sentence by sentence."""

from collections.abc import Iterator
from types import TracebackType

from voice_guide.app.content import Content
from voice_guide.app.session import new_tts
from voice_guide.audio.pcm import RATE, Samples
from voice_guide.config.settings import Settings
from voice_guide.dialogue.speech import sentences

MAX_TEXT = 4_000
"""Characters that are spoken at once; the longest answer of the guide has a quarter of it."""

_CHUNK_SAMPLES = 2_048
"""Samples of one piece of sound, an eighth of a second."""


class Voice:
    """The voice of the settings, shared by all clients."""

    def __init__(self, content: Content, settings: Settings) -> None:
        """Load the voice; raises VoiceGuideError if the settings name one that does not exist."""
        self.name = settings.voice.name
        """The voice's name."""
        self._tts = new_tts(settings, content, lambda _, __: None)

    def __enter__(self) -> "Voice":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._tts.close()

    def speech(self, sentence: str) -> Samples:
        """Return a sentence spoken, shape (n,); raises VoiceGuideError if the voice fails."""
        return self._tts.speech(sentence)

    def length_s(self, text: str) -> float:
        """Return how long a text takes to speak, in seconds."""
        return sum(len(self.speech(each)) for each in sentences(text)) / RATE


class SentenceSplitter:
    """Collects a text that comes in pieces, and gives out its sentences when they are whole."""

    def __init__(self) -> None:
        self._rest = ""

    def take(self, piece: str) -> list[str]:
        """Return the sentences that end with this piece; more may belong to the last one."""
        *whole, self._rest = sentences(self._rest + piece)
        return [each for each in whole if each.strip()]

    def finish(self) -> list[str]:
        """Return what is left at the end of the text."""
        rest, self._rest = self._rest, ""
        return [rest] if rest.strip() else []


def pieces(speech: Samples) -> Iterator[bytes]:
    """Yield speech as 16-bit sound, piece by piece."""
    for at in range(0, len(speech), _CHUNK_SAMPLES):
        yield speech[at : at + _CHUNK_SAMPLES].tobytes()
