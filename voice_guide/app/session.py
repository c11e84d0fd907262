"""A session: the engine with its dialogue and its voice."""

from collections.abc import Callable
from datetime import date

import platformdirs

from voice_guide.app.content import Content
from voice_guide.config.language import Language
from voice_guide.config.settings import Settings, SpeechEngine
from voice_guide.dialogue.events import Started
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.engine import Engine, Observer, SpeechInput, TextToSpeech
from voice_guide.errors import VoiceGuideError
from voice_guide.tts.cached_tts import CachedTts
from voice_guide.tts.disk_cache import DiskCachedTts
from voice_guide.tts.fallback import FallbackTts
from voice_guide.tts.mixer import Mixer
from voice_guide.tts.natural import NaturalTts
from voice_guide.tts.pyttsx3_tts import Render, VoiceSpec, render, require_voice
from voice_guide.tts.text_normalizer import TextNormalizer

_NOTHING_STORED = Started()
"""The start of a session without a diary and without an earlier session to resume."""


def new_engine(
    content: Content,
    settings: Settings,
    speech_input: SpeechInput,
    tts: TextToSpeech,
    observe: Observer,
    routine_id: str | None = None,
    started: Started = _NOTHING_STORED,
    today: Callable[[], date] = date.today,
    service_mode: bool = False,
) -> Engine:
    """Return an engine whose dialogue begins with a routine, or by asking for one.

    `started` holds what earlier sessions stored. In service mode "goodbye" puts the guide to
    sleep, where otherwise it ends the session.

    Raises VoiceGuideError where there is no such routine.
    """
    chosen = content.library.by_id(routine_id) if routine_id else None
    manager = DialogueManager(content.library, content.prompts, settings, chosen, service_mode)
    idle_after_s = settings.hearing.sleep_after_min * 60
    return Engine(
        manager,
        speech_input,
        tts,
        Mixer(settings.voice.volume),
        observe,
        idle_after_s,
        started,
        today,
    )


def new_tts(settings: Settings, content: Content, note: Callable[[float, str], None]) -> CachedTts:
    """Return the guide's voice, which speaks numbers and abbreviations as people do.

    When the natural voice fails, `note` is called with the reason, the guide says so once, and
    the voice of the settings speaks from then on. Raises VoiceGuideError if the settings name a
    voice that does not exist.
    """

    def report_failure(reason: str) -> None:
        # Only live sessions use the natural voice, and they show no times.
        note(0.0, f"the natural voice is not available: {reason}")
        tts.switch_voice(content.prompts("natural_voice_failed"))

    require_voice_in(settings)
    speak = render
    if settings.voice.engine is SpeechEngine.NATURAL:
        speak = FallbackTts(
            lambda: _natural_voice(content.language), render, report_failure
        ).render
    normalizer = TextNormalizer(content.language.spoken)
    tts = CachedTts(
        VoiceSpec(settings.voice.name, settings.voice.rate),
        lambda text, voice: speak(normalizer.normalize(text), voice),
    )
    return tts


def require_voice_in(settings: Settings) -> None:
    """Raise VoiceGuideError if the settings name a voice of espeak-ng that does not exist."""
    if settings.voice.engine is SpeechEngine.PYTTSX3:
        try:
            require_voice(settings.voice.name)
        except VoiceGuideError as error:
            raise VoiceGuideError(f"voice.name: {error}") from error


def _natural_voice(language: Language) -> Render:
    voice = NaturalTts(language.code)
    folder = platformdirs.user_cache_path("voice-guide") / "speech"
    return DiskCachedTts(voice.render, voice.name, folder).render
