"""A session: the engine with its dialogue, voice and observers."""

from collections.abc import Callable
from datetime import date

import platformdirs

from voice_guide.app.content import Content
from voice_guide.audio.faults import AudioFault
from voice_guide.config.language import Language
from voice_guide.config.settings import Settings, SpeechEngine
from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.events import Event, Started
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.engine import Engine, Observer, SpeechInput, TextToSpeech
from voice_guide.tts.cached_tts import CachedTts
from voice_guide.tts.disk_cache import DiskCachedTts
from voice_guide.tts.fallback import FallbackTts
from voice_guide.tts.mixer import Mixer
from voice_guide.tts.natural import NaturalTts
from voice_guide.tts.pyttsx3_tts import Render, VoiceSpec, render
from voice_guide.tts.text_normalizer import TextNormalizer
from voice_guide.ui.console import Display

_NOTHING_KEPT = Started()
"""The beginning of a session that knows of no earlier one, and of no diary."""


def new_engine(
    content: Content,
    settings: Settings,
    ear: SpeechInput,
    voice: TextToSpeech,
    observe: Observer,
    routine_id: str | None = None,
    started: Started = _NOTHING_KEPT,
    today: Callable[[], date] = date.today,
    service_mode: bool = False,
) -> Engine:
    """Return an engine; with a routine's id, its guide starts with that one.

    `started` tells the guide what was kept from earlier; without it, nothing is. A guide that
    `stays_on` sleeps where another one ends.

    Raises VoiceGuideError where there is no such routine.
    """
    chosen = content.library.by_id(routine_id) if routine_id else None
    guide = DialogueManager(content.library, content.prompts, settings, chosen, service_mode)
    idle_after_s = settings.hearing.sleep_after_min * 60
    return Engine(
        guide, ear, voice, Mixer(settings.voice.volume), observe, idle_after_s, started, today
    )


def new_tts(settings: Settings, content: Content, note: Callable[[float, str], None]) -> CachedTts:
    """Return the guide's voice.

    Where the natural one fails, it is noted and said, once, and another one speaks.
    """

    def change_over(reason: str) -> None:
        # Only a live session has that voice, and shows no times.
        note(0.0, f"the natural voice is not available: {reason}")
        voice.change_over(content.prompts("natural_voice_failed"))

    speak = render
    if settings.voice.engine is SpeechEngine.NATURAL:
        speak = FallbackTts(lambda: _natural_voice(content.language), render, change_over).render
    wording = TextNormalizer(content.language.spoken)
    voice = CachedTts(
        VoiceSpec(settings.voice.name, settings.voice.rate),
        lambda text, speaker: speak(wording.spoken(text), speaker),
    )
    return voice


def _natural_voice(language: Language) -> Render:
    voice = NaturalTts(language.code)
    folder = platformdirs.user_cache_path("voice-guide") / "speech"
    return DiskCachedTts(voice.render, voice.name, folder).render


def _telling_trouble(shown: Display) -> Observer:
    def observe(at_s: float, happening: Event | Action) -> None:
        if isinstance(happening, AudioFault):
            shown.note(at_s, str(happening))

    return observe


def _one_after_the_other(*observers: Observer) -> Observer:
    def observe(at_s: float, happening: Event | Action) -> None:
        for observer in observers:
            observer(at_s, happening)

    return observe
