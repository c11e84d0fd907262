"""Another voice for when the one that was asked for fails."""

import threading
from collections.abc import Callable

from voice_guide.audio.pcm import Samples
from voice_guide.errors import VoiceGuideError
from voice_guide.tts.pyttsx3_tts import Render, VoiceSpec


class FallbackTts:
    """Renders with one voice until it fails for the first time, and with another from then on."""

    def __init__(
        self, load: Callable[[], Render], other: Render, on_fallback: Callable[[str], None]
    ) -> None:
        """Load the one voice.

        `on_fallback` is told once why that one is not used, or no longer: when something is to
        be rendered, in the thread that is to do it. A voice fails by raising VoiceGuideError.
        """
        self._other = other
        self._on_fallback = on_fallback
        self._lock = threading.Lock()
        self._is_told = False
        self._reason: VoiceGuideError | None = None
        try:
            self._render = load()
        except VoiceGuideError as error:
            self._reason = error

    def render(self, text: str, speaker: VoiceSpec) -> Samples:
        """Return the text spoken; raises VoiceGuideError where the other voice fails as well."""
        if self._reason is None:
            try:
                return self._render(text, speaker)
            except VoiceGuideError as error:
                self._reason = error
        self._tell(str(self._reason))
        return self._other(text, speaker)

    def _tell(self, reason: str) -> None:
        with self._lock:
            was_told, self._is_told = self._is_told, True
        if not was_told:
            self._on_fallback(reason)
