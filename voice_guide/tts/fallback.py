"""Fallback: a second voice that speaks when the first one fails."""

import threading
from collections.abc import Callable

from voice_guide.audio.pcm import Samples
from voice_guide.errors import VoiceGuideError
from voice_guide.tts.pyttsx3_tts import Render, VoiceSpec


class FallbackTts:
    """Renders with one voice until it first fails, and with another from then on."""

    def __init__(
        self, load: Callable[[], Render], fallback: Render, on_fallback: Callable[[str], None]
    ) -> None:
        """Load the first voice; a voice fails by raising VoiceGuideError.

        `on_fallback` is called once with the reason why the first voice is not used: in the
        thread that renders the first text with the other one.
        """
        self._fallback = fallback
        self._on_fallback = on_fallback
        self._lock = threading.Lock()
        self._has_reported = False
        self._reason: VoiceGuideError | None = None
        try:
            self._render = load()
        except VoiceGuideError as error:
            self._reason = error

    def render(self, text: str, voice: VoiceSpec) -> Samples:
        """Return the text spoken; raises VoiceGuideError if both voices fail."""
        if self._reason is None:
            try:
                return self._render(text, voice)
            except VoiceGuideError as error:
                self._reason = error
        self._report(str(self._reason))
        return self._fallback(text, voice)

    def _report(self, reason: str) -> None:
        with self._lock:
            has_reported, self._has_reported = self._has_reported, True
        if not has_reported:
            self._on_fallback(reason)
