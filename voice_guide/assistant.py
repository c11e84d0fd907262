"""The only place that wires the rooms together."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import platformdirs

from voice_guide import models
from voice_guide.audio import Samples, silence
from voice_guide.completeness import prompts_wanting, sentences_wanting
from voice_guide.console import Display, Log, show_left_out
from voice_guide.devices import keyboard
from voice_guide.devices.button import WithButton
from voice_guide.devices.light import Light
from voice_guide.devices.pins import Pins
from voice_guide.devices.wavfile import Recording
from voice_guide.engine import Ear, Engine, Mouth, Observer
from voice_guide.errors import VoiceGuideError
from voice_guide.guide.events import Action, Event, Started
from voice_guide.guide.phase import Phase
from voice_guide.guide.prompts import Prompts
from voice_guide.guide.session import Guide
from voice_guide.hearing.command import Command
from voice_guide.hearing.decoys import Decoys
from voice_guide.hearing.grammar import spoken
from voice_guide.hearing.listener import Listener
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.hearing.sentences import Sentences
from voice_guide.hearing.understanding import Understanding
from voice_guide.keeping import Keeper
from voice_guide.language import Language, find, reference
from voice_guide.routines.commands import Commands
from voice_guide.routines.library import Library, Problem
from voice_guide.service import Service
from voice_guide.settings import HearingSettings, Settings, SettingsFile, SpeechEngine
from voice_guide.speaking.fallback import FallingBack
from voice_guide.speaking.mixer import Mixer
from voice_guide.speaking.natural import NaturalVoice
from voice_guide.speaking.stored import Stored
from voice_guide.speaking.synthesizer import Render, Speaker, phonemes, render
from voice_guide.speaking.voice import Voice
from voice_guide.speaking.wording import Wording
from voice_guide.trouble import Trouble

_NOTHING_KEPT = Started()
"""The beginning of a session that knows of no earlier one, and of no diary."""

_MID_STEP = "step"
"""What is listened for in recordings where nothing else is asked for."""


@dataclass(frozen=True)
class Content:
    """What there is to say and to understand."""

    language: Language
    """The guide's language."""

    library: Library
    """The routines."""

    sentences: Sentences
    """What people can say, the routines' own names included."""

    prompts: Prompts
    """What the guide says beside the routines."""

    @property
    def left_out(self) -> tuple[Problem, ...]:
        """The packs of the user's own that cannot be used, with all that is wrong with each."""
        return self.library.left_out


def load_content(settings: Settings, packs: Iterable[Path] | None = None) -> Content:
    """Read the guide's language, and these routines or all there are in that language.

    Packs of the user's own that cannot be used are left out. Raises PackError with every
    problem of every other pack, and VoiceGuideError where the language lacks anything.
    """
    language = find(settings.language)
    prompts = Prompts(language.prompts)
    own = load_sentences(language.folder, Library(()), settings.hearing)
    if language != reference():
        _ensure_complete(language, prompts, own, settings.hearing)
    library = Library.load(language.code, Commands(own).lost_to, packs)
    return Content(language, library, own.with_lists(library.lists), prompts)


def _ensure_complete(
    language: Language, prompts: Prompts, sentences: Sentences, hearing: HearingSettings
) -> None:
    complete = reference()
    all_prompts = Prompts(complete.prompts)
    all_sentences = load_sentences(complete.folder, Library(()), hearing)
    wanting = {
        language.prompts: list(prompts_wanting(prompts, all_prompts)),
        language.folder: list(sentences_wanting(sentences, all_sentences)),
    }
    told = [f"{place}: {'; '.join(found)}" for place, found in wanting.items() if found]
    if told:
        raise VoiceGuideError("; ".join(told))


def commands_of(language: Language, hearing: HearingSettings) -> Commands:
    """Return the commands of a language, which no routine may take away."""
    return Commands(load_sentences(language.folder, Library(()), hearing))


def understand(sentences: Sentences, model: SpeechModel, language: Language) -> Understanding:
    """Return what tells the meaning of what the guide's language's model hears."""
    voice = sentences.language
    decoys = Decoys(language.common_words, model.knows, lambda texts: phonemes(texts, voice))
    return Understanding(sentences, model.knows, decoys)


def load_sentences(path: Path, library: Library, hearing: HearingSettings) -> Sentences:
    """Read a sentence file or folder, with the lists that only routines and settings know."""
    return Sentences.load(path, lists_of(library, hearing))


def lists_of(library: Library, hearing: HearingSettings) -> Mapping[str, Sequence[str]]:
    """Return what {name} stands for in sentences where only routines and settings know it."""
    return {**library.lists, "wake_phrase": (hearing.wake_phrase,)}


def load_model(language: Language) -> SpeechModel:
    """Load a language's speech model; raises VoiceGuideError where it is missing or damaged."""
    return SpeechModel(models.require(language.model))


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
    started: Started = _NOTHING_KEPT,
    today: Callable[[], date] = date.today,
    stays_on: bool = False,
) -> Engine:
    """Return an engine; with a routine's id, its guide starts with that one.

    `started` tells the guide what was kept from earlier; without it, nothing is. A guide that
    `stays_on` sleeps where another one ends.

    Raises VoiceGuideError where there is no such routine.
    """
    chosen = content.library.by_id(routine_id) if routine_id else None
    guide = Guide(content.library, content.prompts, settings, chosen, stays_on)
    idle_after_s = settings.hearing.sleep_after_min * 60
    return Engine(
        guide, ear, voice, Mixer(settings.voice.volume), observe, idle_after_s, started, today
    )


def new_voice(settings: Settings, content: Content, note: Callable[[float, str], None]) -> Voice:
    """Return the guide's voice.

    Where the natural one fails, it is noted and said, once, and another one speaks.
    """

    def change_over(reason: str) -> None:
        # Only a live session has that voice, and shows no times.
        note(0.0, f"the natural voice is not available: {reason}")
        voice.change_over(content.prompts("natural_voice_failed"))

    speak = render
    if settings.voice.engine is SpeechEngine.NATURAL:
        speak = FallingBack(lambda: _natural_voice(content.language), render, change_over).render
    wording = Wording(content.language.spoken)
    voice = Voice(
        Speaker(settings.voice.name, settings.voice.rate),
        lambda text, speaker: speak(wording.spoken(text), speaker),
    )
    return voice


def _natural_voice(language: Language) -> Render:
    voice = NaturalVoice(language.code)
    folder = platformdirs.user_cache_path("voice-guide") / "speech"
    return Stored(voice.render, voice.name, folder).render


def run_live(
    file: SettingsFile,
    routine_id: str | None,
    mic: str,
    speaker: str,
    stays_on: bool = False,
) -> None:
    """Lead through a session with a microphone and a speaker.

    As a device that `stays_on`, be there session after session, and show nothing of them.
    systemd is told how it goes, where it wants to know.

    Sound that is lost is waited for. At the start, only such a device waits for it; else raises
    NoSoundError where this machine has none.
    """
    from voice_guide.devices import listing
    from voice_guide.devices.lasting import LastingSound
    from voice_guide.devices.soundcard import SoundCard

    settings, service = file.settings, Service()
    mic, speaker = mic or settings.sound.microphone, speaker or settings.sound.speaker
    card = None
    if not stays_on:
        card = SoundCard(listing.microphone(mic), listing.speaker(speaker))
    with ThreadPoolExecutor(1) as helper:
        # Loading the model takes longest by far; everything else is read meanwhile.
        loading = helper.submit(load_model, file.language)
        content = load_content(settings)
        show_left_out(content.left_out)
        shown: Display = Log() if stays_on else _display(content, settings)
        voice = new_voice(settings, content, shown.note)
        model = loading.result()
    ensure_it_can_wake(settings.hearing, model)
    understanding = understand(content.sentences, model, content.language)
    pins = Pins(settings.pins, shown.note)
    ear = WithButton(
        _listener(model, understanding, settings),
        pins.is_pressed,
        content.prompts("screen.button"),
    )
    light = Light(pins.blink)
    keeper = Keeper(file, shown.note)
    observe = _one_after_the_other(
        keeper.observe, shown.observe, light.observe, _telling_trouble(shown)
    )
    started = replace(keeper.started, is_first=stays_on and keeper.is_new)
    engine = assemble(
        content, settings, ear, voice, observe, routine_id, started, stays_on=stays_on
    )
    light.follow(engine)
    # Waited for at the end: a thread that is left in the middle of it ends the program badly.
    preparing = ThreadPoolExecutor(1, thread_name_prefix="prepare")
    for context in content.sentences.contexts:
        preparing.submit(understanding.prepare, context)
    preparing.shutdown(wait=False)
    try:
        with shown.following(engine):
            service.ready()
            LastingSound(mic, speaker, service.alive).run(engine, card)
    finally:
        service.stopping()
        voice.close()
        keeper.close()
        pins.close()
        preparing.shutdown(cancel_futures=True)


def _listener(model: SpeechModel, understanding: Understanding, settings: Settings) -> Listener:
    """Return an ear that is ready for a microphone."""
    listener = Listener(
        model,
        understanding,
        Phase.CHOOSING,
        settings.hearing.sensitivity,
        settings.sound.cancel_echo,
    )
    listener.prepare_for_own_voice()
    return listener


def _display(content: Content, settings: Settings) -> Display:
    """Return what shows a session to whoever sits in front of it."""
    from voice_guide.screen import display

    return display(content.prompts, content.library.example, settings.hearing.wake_phrase)


def run_typed(file: SettingsFile, routine_id: str | None) -> None:
    """Lead through a session by typed lines."""
    from voice_guide.screen import Screen
    from voice_guide.transcript import Transcript

    content = load_content(file.settings)
    show_left_out(content.left_out)
    ear = keyboard.TypedEar(content.sentences)
    shown: Display = Transcript(content.prompts, with_times=False)
    if sys.stdin.isatty():
        shown = _display(content, file.settings)
    keeper = Keeper(file, shown.note)
    observe = _one_after_the_other(keeper.observe, shown.observe)
    voice = keyboard.MuteVoice()
    engine = assemble(content, file.settings, ear, voice, observe, routine_id, keeper.started)
    keys = keyboard.Keys(shown.type) if isinstance(shown, Screen) else None
    try:
        with shown.following(engine):
            keyboard.run(engine, ear, keys)
    finally:
        keeper.close()


def _telling_trouble(shown: Display) -> Observer:
    def observe(at_s: float, happening: Event | Action) -> None:
        if isinstance(happening, Trouble):
            shown.note(at_s, str(happening))

    return observe


def _one_after_the_other(*observers: Observer) -> Observer:
    def observe(at_s: float, happening: Event | Action) -> None:
        for observer in observers:
            observer(at_s, happening)

    return observe


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
        content = load_content(settings)
        show_left_out(content.left_out)
        self._sentences = content.sentences
        if sentences:
            self._sentences = load_sentences(sentences, content.library, hearing)
        known = self._sentences.contexts
        if context is None:
            context = _MID_STEP if _MID_STEP in known else None
        elif context not in known:
            there_are = f"there are: {', '.join(known)}" if known else "the sentences have none"
            raise VoiceGuideError(f'there is no context "{context}"; {there_are}')
        self._context = context
        self._model = load_model(content.language)
        ensure_it_can_wake(hearing, self._model)
        self._understanding = understand(self._sentences, self._model, content.language)
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
