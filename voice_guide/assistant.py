"""The only place that wires the rooms together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from voice_guide import models
from voice_guide.audio import Samples, silence
from voice_guide.console import Transcript
from voice_guide.devices import keyboard
from voice_guide.devices.wavfile import Recording
from voice_guide.engine import Ear, Engine, Mouth, Observer
from voice_guide.errors import VoiceGuideError
from voice_guide.guide.events import Action, Event, SetRate, SetVolume
from voice_guide.guide.phase import Phase
from voice_guide.guide.prompts import Prompts
from voice_guide.guide.session import Guide
from voice_guide.hearing.command import Command
from voice_guide.hearing.decoys import Decoys, common_words
from voice_guide.hearing.grammar import spoken
from voice_guide.hearing.listener import Listener
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.hearing.sentences import Sentences
from voice_guide.hearing.understanding import Understanding
from voice_guide.routines.library import Library
from voice_guide.settings import HearingSettings, Settings, SettingsFile, SpeechEngine
from voice_guide.speaking.fallback import FallingBack
from voice_guide.speaking.mixer import Mixer
from voice_guide.speaking.natural import NaturalVoice
from voice_guide.speaking.stored import Stored
from voice_guide.speaking.synthesizer import Render, Speaker, phonemes, render
from voice_guide.speaking.voice import Voice
from voice_guide.speaking.wording import Wording

LANGUAGE_FOLDER = Path(__file__).parent / "sentences" / "en"
"""Sentences and prompts of the guide's language."""

MODEL = "vosk-model-small-en-us-0.15"
"""The speech model of the guide's language."""

_MID_STEP = "step"
"""What is listened for in recordings where nothing else is asked for."""


@dataclass(frozen=True)
class Content:
    """What there is to say and to understand."""

    library: Library
    """The routines."""

    sentences: Sentences
    """What people can say, the routines' own names included."""

    prompts: Prompts
    """What the guide says beside the routines."""


def load_content(hearing: HearingSettings, packs: Iterable[Path] | None = None) -> Content:
    """Read these routines, or those that come with the program, and the guide's language.

    Raises PackError with every problem of every pack.
    """
    library = Library.load(packs)
    return Content(
        library,
        load_sentences(LANGUAGE_FOLDER, library, hearing),
        Prompts(LANGUAGE_FOLDER / "prompts.toml"),
    )


def understand(sentences: Sentences, model: SpeechModel) -> Understanding:
    """Return what tells the meaning of what this model hears."""
    language = sentences.language
    decoys = Decoys(common_words(language), model.knows, lambda texts: phonemes(texts, language))
    return Understanding(sentences, model.knows, decoys)


def load_sentences(path: Path, library: Library, hearing: HearingSettings) -> Sentences:
    """Read a sentence file or folder, with the lists that only routines and settings know."""
    return Sentences.load(path, lists_of(library, hearing))


def lists_of(library: Library, hearing: HearingSettings) -> Mapping[str, Sequence[str]]:
    """Return what {name} stands for in sentences where only routines and settings know it."""
    return {**library.lists, "wake_phrase": (hearing.wake_phrase,)}


def load_model() -> SpeechModel:
    """Load the speech model; raises VoiceGuideError where it is missing or damaged."""
    return SpeechModel(models.require(MODEL))


def ensure_it_can_wake(hearing: HearingSettings, model: SpeechModel) -> None:
    """Raise VoiceGuideError where nobody could be heard saying the wake phrase."""
    for word in spoken(hearing.wake_phrase):
        if not model.knows(word):
            raise VoiceGuideError(
                f'hearing.wake_phrase: the speech model does not know the word "{word}", so '
                f'nobody can be heard saying "{hearing.wake_phrase}"; set another'
            )


def assemble(
    content: Content,
    settings: Settings,
    ear: Ear,
    voice: Mouth,
    observe: Observer,
    routine_id: str | None = None,
) -> Engine:
    """Return an engine; with a routine's id, its guide starts with that one.

    Raises VoiceGuideError where there is no such routine.
    """
    chosen = content.library.by_id(routine_id) if routine_id else None
    guide = Guide(content.library, content.prompts, settings, chosen)
    idle_after_s = settings.hearing.sleep_after_min * 60
    return Engine(guide, ear, voice, Mixer(settings.voice.volume), observe, idle_after_s)


def new_voice(settings: Settings, prompts: Prompts, transcript: Transcript) -> Voice:
    """Return the guide's voice; where the natural one fails, it is told in both ways, once."""

    def change_over(reason: str) -> None:
        transcript.line(0.0, "Note", f"the natural voice is not available: {reason}", "yellow")
        voice.change_over(prompts("natural_voice_failed"))

    speak = render
    if settings.voice.engine is SpeechEngine.NATURAL:
        speak = FallingBack(_natural_voice, render, change_over).render
    wording = Wording(LANGUAGE_FOLDER / "spoken.toml")
    voice = Voice(
        Speaker(settings.voice.name, settings.voice.rate),
        lambda text, speaker: speak(wording.spoken(text), speaker),
    )
    return voice


def _natural_voice() -> Render:
    voice = NaturalVoice()
    folder = platformdirs.user_cache_path("voice-guide") / "speech"
    return Stored(voice.render, voice.name, folder).render


def run_live(file: SettingsFile, routine_id: str | None, mic: str, speaker: str) -> None:
    """Lead through a session with a microphone and a speaker.

    Raises NoSoundError where this machine has none.
    """
    from voice_guide.devices import soundcard

    sound, hearing = file.settings.sound, file.settings.hearing
    card = soundcard.SoundCard(
        soundcard.microphone(mic or sound.microphone), soundcard.speaker(speaker or sound.speaker)
    )
    with ThreadPoolExecutor(1) as helper:
        # Loading the model takes longest by far; everything else is read meanwhile.
        loading = helper.submit(load_model)
        content = load_content(hearing)
        transcript = Transcript(with_times=False)
        voice = new_voice(file.settings, content.prompts, transcript)
        model = loading.result()
    ensure_it_can_wake(hearing, model)
    understanding = understand(content.sentences, model)
    ear = Listener(model, understanding, Phase.CHOOSING, hearing.sensitivity, sound.cancel_echo)
    observe = _keeping_settings(file, transcript)
    engine = assemble(content, file.settings, ear, voice, observe, routine_id)
    # Waited for at the end: a thread that is left in the middle of it ends the program badly.
    preparing = ThreadPoolExecutor(1, thread_name_prefix="prepare")
    for context in content.sentences.contexts:
        preparing.submit(understanding.prepare, context)
    try:
        card.run(engine)
    finally:
        voice.close()
        preparing.shutdown(cancel_futures=True)


def run_typed(file: SettingsFile, routine_id: str | None) -> None:
    """Lead through a session by typed lines."""
    content = load_content(file.settings.hearing)
    ear = keyboard.TypedEar(content.sentences)
    observe = _keeping_settings(file, Transcript(with_times=False))
    engine = assemble(content, file.settings, ear, keyboard.MuteVoice(), observe, routine_id)
    keyboard.run(engine, ear)


@dataclass(frozen=True)
class Heard:
    """What was heard in a recording."""

    duration_s: float
    """The recording's length in seconds."""

    commands: list[Command]
    """In the order in which they were said."""


class RecordingListener:
    """Hears commands in recordings as it would hear them live."""

    def __init__(self, settings: Settings, sentences: Path | None, context: str | None) -> None:
        """Listen for the guide's sentences or those of a file or folder, in one context.

        Without a context, for what makes sense in the middle of a step or, where the
        sentence file knows no such context, for everything. Raises VoiceGuideError where
        there is no such context.
        """
        hearing = settings.hearing
        self._sentences = load_sentences(sentences or LANGUAGE_FOLDER, Library.load(), hearing)
        known = self._sentences.contexts
        if context is None:
            context = _MID_STEP if _MID_STEP in known else None
        elif context not in known:
            there_are = f"there are: {', '.join(known)}" if known else "the sentences have none"
            raise VoiceGuideError(f'there is no context "{context}"; {there_are}')
        self._context = context
        self._model = load_model()
        ensure_it_can_wake(hearing, self._model)
        self._understanding = understand(self._sentences, self._model)
        self._settings = settings

    def hear(self, recording: Recording, far_end: Recording | None) -> Heard:
        """Return the commands in a recording; `far_end` is what the speaker played meanwhile."""
        listener = Listener(
            self._model,
            self._understanding,
            self._context,
            self._settings.hearing.sensitivity,
            self._settings.sound.cancel_echo,
        )
        found = [
            event
            for heard, played in _pairs(recording, far_end)
            for event in listener.hear(heard, played)
        ]
        commands = [e for e in [*found, *listener.finish()] if isinstance(e, Command)]
        return Heard(recording.duration_s, commands)


def _pairs(recording: Recording, far_end: Recording | None) -> Iterator[tuple[Samples, Samples]]:
    played = far_end.blocks() if far_end else iter(())
    for heard in recording.blocks():
        yield heard, next(played, silence())


def _keeping_settings(file: SettingsFile, transcript: Transcript) -> Observer:
    """Show what happens, and keep what the person changes by voice."""

    def observe(at_s: float, happening: Event | Action) -> None:
        transcript.observe(at_s, happening)
        try:
            match happening:
                case SetRate(rate_wpm):
                    file.change("voice", rate=rate_wpm)
                case SetVolume(volume):
                    file.change("voice", volume=volume)
        except VoiceGuideError as error:
            # It holds for this session; a session is worth more than a setting.
            transcript.line(at_s, "Note", f"not kept for the next start: {error}", "yellow")

    return observe
